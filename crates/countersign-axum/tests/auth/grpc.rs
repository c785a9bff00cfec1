//! A gRPC server of tonic's behind the layer, asked by a client of tonic's.

use countersign::authority::Identity;
use countersign_axum::{Auth, AuthLayer, Denied};
use futures_util::stream::{Pending, pending};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use crate::house::house;

/// Well when ada asks.
struct Nurse;

#[tonic::async_trait]
impl Health for Nurse {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let identity: Option<&Identity> = request.extensions().get();
        let is_ada = identity.and_then(Identity::user).is_some_and(|user| user.username == "ada");
        let status = if is_ada { ServingStatus::Serving } else { ServingStatus::NotServing };
        Ok(Response::new(HealthCheckResponse { status: status.into() }))
    }

    type WatchStream = Pending<Result<HealthCheckResponse, Status>>;

    async fn watch(&self, _: Request<HealthCheckRequest>) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(pending()))
    }
}

/// Who is not let in is told so as gRPC does: by a status of its own, in an answer that is 200.
fn in_grpc(auth: Auth) -> Auth {
    auth.rejecting_with(|denied: Denied<'_>| {
        let code = match denied {
            Denied::Undecided(_) => Code::Unavailable,
            _ => Code::Unauthenticated,
        };
        Status::new(code, denied.to_string()).into_http::<bytes::Bytes>()
    })
}

async fn check(channel: Channel, header: Option<&str>) -> Result<i32, Status> {
    let mut request = Request::new(HealthCheckRequest::default());
    if let Some(header) = header {
        request.metadata_mut().insert("authorization", header.parse().unwrap());
    }
    HealthClient::new(channel).check(request).await.map(|response| response.into_inner().status)
}

#[tokio::test]
async fn the_layer_goes_around_a_grpc_server() {
    let house = house();
    let bearer = house.bearer().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder()
        .layer(AuthLayer::required(in_grpc(house.auth())))
        .add_service(HealthServer::new(Nurse))
        .serve_with_incoming(TcpIncoming::from(listener));
    let server = tokio::spawn(server);
    let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
    let channel = endpoint.connect().await.unwrap();

    assert_eq!(check(channel.clone(), Some(&bearer)).await.unwrap(), i32::from(ServingStatus::Serving));

    let nobody = check(channel.clone(), None).await.unwrap_err();
    assert_eq!((nobody.code(), nobody.message()), (Code::Unauthenticated, "a token is needed"));
    let forged = check(channel.clone(), Some("Bearer forged")).await.unwrap_err();
    assert_eq!(forged.code(), Code::Unauthenticated);
    house.store.is_down.store(true, std::sync::atomic::Ordering::Relaxed);
    let undecided = check(channel, Some(&bearer)).await.unwrap_err();
    assert_eq!(undecided.code(), Code::Unavailable);
    assert!(!undecided.message().contains("secrets"), "{}", undecided.message());
    server.abort();
}
