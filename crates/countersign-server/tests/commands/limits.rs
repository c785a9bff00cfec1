//! How much and how long a client may send.

use serde_json::json;

use crate::harness::{Client, Place, Server};

#[test]
fn a_body_over_the_limit_is_413() {
    let (_place, server) = served("max_body_bytes = 1000");
    let body = |length: usize| json!({"token": "x".repeat(length - r#"{"token":""}"#.len())});
    let mut client = server.connect();
    assert_eq!(client.post("/api/token/verify/", &body(1000)).status, 401);
    let refused = client.post("/api/token/verify/", &body(1001));
    refused.is_refused(413);
    assert_eq!(refused.body, r#"{"detail":"The request body is too large."}"#);

    // Without its length said before.
    for (length, status) in [(400, 401), (501, 413)] {
        let mut client = server.connect();
        client.send(format!("{VERIFY}Transfer-Encoding: chunked\r\n\r\n"));
        let text = body(2 * length).to_string();
        for part in [&text[..length], &text[length..]] {
            client.send(format!("{:x}\r\n{part}\r\n", part.len()));
        }
        client.send("0\r\n\r\n");
        assert_eq!(client.answer().status, status, "{length}");
    }
    // A client that says what it is about to send need not send it.
    let mut client = server.connect();
    client.send(format!("{VERIFY}Content-Length: 1000000000000\r\n\r\n"));
    client.send("x".repeat(1001));
    client.answer().is_refused(413);
}

#[test]
fn headers_over_the_limit_are_431() {
    let (_place, server) = served("");
    // A token of the length that is allowed still fits.
    let long = format!("Bearer {}", "x".repeat(64 * 1024));
    let fits = server.connect().request("GET", "/api/token/authenticate/", &[("Authorization", &long)], "");
    fits.is_refused(401);

    let mut client = server.connect();
    let head = "GET /healthz HTTP/1.1\r\nHost: a\r\nX: ";
    client.send(head.to_owned() + &"x".repeat(96 * 1024 - head.len()));
    assert_eq!(client.answer().status, 431);
    client.is_closed();

    let many = "X: y\r\n".repeat(200);
    let mut client = server.connect();
    client.send(format!("GET /healthz HTTP/1.1\r\nHost: a\r\n{many}\r\n"));
    assert_eq!(client.answer().status, 431);
}

#[test]
fn a_slow_head_is_cut() {
    let (_place, server) = served("header_timeout = '200ms'");
    let mut silent = server.connect();
    let mut slow = server.connect();
    slow.send("GET /healthz HTTP/1.1\r\nHost: ");
    let mut idle = server.connect();
    assert_eq!(idle.request("GET", "/healthz", &[], "").status, 200);
    for client in [&mut silent, &mut slow, &mut idle] {
        client.is_closed();
    }
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn a_slow_body_is_408() {
    let (_place, server) = served("request_timeout = '200ms'");
    let mut client = server.connect();
    client.send(format!("{VERIFY}Content-Length: 100\r\n\r\n{{\"token\":"));
    let refused = client.answer();
    refused.is_refused(408);
    assert_eq!(refused.body, r#"{"detail":"The request took too long."}"#);
    client.is_closed();
    assert_eq!(server.verify("x").status, 401);
}

#[test]
fn a_client_that_goes_away_harms_nobody() {
    let (_place, server) = served("");
    for text in ["", "GET", VERIFY, &format!("{VERIFY}Content-Length: 100\r\n\r\n{{")] {
        let mut client: Client = server.connect();
        client.send(text);
    }
    let mut client = server.connect();
    client.send(format!("{VERIFY}Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"));
    client.answer().is_refused(400);
    assert_eq!(server.tokens().access.matches('.').count(), 2);
}

const VERIFY: &str = "POST /api/token/verify/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";

fn served(settings: &str) -> (Place, Server) {
    let place = Place::with_user("");
    place.edit("[server]\n", &format!("[server]\n{settings}\n"));
    let server = place.serve();
    (place, server)
}
