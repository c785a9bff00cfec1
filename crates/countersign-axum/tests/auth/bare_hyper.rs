//! hyper without a framework, on a connection.

use std::convert::Infallible;

use axum::http::{Request, Response};
use bytes::Bytes;
use countersign::authority::Identity;
use countersign_axum::AuthLayer;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer, service_fn};

use crate::house::house;

async fn greet(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let identity = request.extensions().get::<Identity>();
    let name = identity.and_then(Identity::user).map_or("nobody", |user| user.username.as_str());
    Ok(Response::new(Full::from(format!("Hello {name}!"))))
}

/// Sends a header, or none, as it is, and reads what comes back until the server hangs up.
async fn ask(address: std::net::SocketAddr, header: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = [b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n", header, b"\r\n"].concat();
    connection.write_all(&request).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_layer_goes_around_a_function() {
    let house = house();
    let token = house.token().await;
    let service = AuthLayer::required(house.auth()).layer(service_fn(greet));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });

    let greeted = ask(address, format!("Authorization: Bearer {token}\r\n").as_bytes()).await;
    assert!(
        greeted.starts_with("HTTP/1.1 200 OK\r\n") && greeted.ends_with("\r\n\r\nHello ada!"),
        "{greeted}"
    );

    let nobody = ask(address, b"").await;
    assert!(nobody.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{nobody}");
    assert!(nobody.contains("\r\nwww-authenticate: Bearer realm=\"api\"\r\n"), "{nobody}");
    assert!(nobody.contains("\r\ncontent-length: 58\r\n"), "the length of the answer is known: {nobody}");
    assert!(nobody.ends_with("{\"detail\":\"Authentication credentials were not provided.\"}"), "{nobody}");

    let odd = ask(address, b"Authorization: Bearer \xff\xfe\r\n").await;
    assert!(odd.starts_with("HTTP/1.1 401 Unauthorized\r\n"), "{odd}");
    server.abort();
}
