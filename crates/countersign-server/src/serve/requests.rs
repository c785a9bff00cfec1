//! What happens to every request, whichever family answers it: an id, a log line, no panic.

use std::any::Any;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use countersign::entropy::{SystemEntropy, uuid4_hex};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tracing::Instrument;

/// Puts the layers around `app`. An `x-request-id` that a proxy has set is kept, unless it is no plain short
/// word: it goes into every log line of the request.
pub(crate) fn observed(app: Router) -> Router {
    app.layer(
        ServiceBuilder::new()
            .map_request(without_odd_id)
            .layer(SetRequestIdLayer::new(REQUEST_ID, NewRequestId))
            .layer(PropagateRequestIdLayer::new(REQUEST_ID))
            .layer(from_fn(logged))
            .layer(CatchPanicLayer::custom(internal_error)),
    )
}

fn without_odd_id(mut request: Request) -> Request {
    let is_odd = |id: &HeaderValue| {
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(byte);
        id.is_empty() || id.len() > MAX_ID_BYTES || !id.as_bytes().iter().all(is_plain)
    };
    if request.headers().get(REQUEST_ID).is_some_and(is_odd) {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// One line for each request: never its query, headers or body, where credentials are.
async fn logged(request: Request, next: Next) -> Response {
    let id =
        request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok()).unwrap_or("-");
    let span = tracing::info_span!("request", %id, method = %request.method(), path = request.uri().path());
    let begun = Instant::now();
    let id = id.to_owned();
    async {
        let response = CURRENT_ID.scope(id, next.run(request)).await;
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        response
    }
    .instrument(span)
    .await
}

/// The panic's own message went to standard error; a client learns nothing of it.
fn internal_error(_: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!("a handler panicked");
    let mut response = Response::new(Body::from(r#"{"detail":"Internal server error."}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[derive(Clone, Copy)]
struct NewRequestId;

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        HeaderValue::try_from(uuid4_hex(&SystemEntropy)).ok().map(RequestId::new)
    }
}

/// The id of the request that is being answered here, for whoever tells others of it.
pub(crate) fn current_request_id() -> Option<String> {
    CURRENT_ID.try_with(Clone::clone).ok()
}

tokio::task_local! {
    static CURRENT_ID: String;
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_ID_BYTES: usize = 128;
