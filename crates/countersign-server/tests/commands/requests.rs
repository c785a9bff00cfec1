//! What the server does with requests, whichever endpoint they are for.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;

use crate::harness::{Client, Place};

#[test]
fn operators_can_ask_how_it_is() {
    let place = Place::with_user("");
    let server = place.serve();
    for (path, body) in [("/healthz", "ok"), ("/readyz", "ready")] {
        let answer = server.get(path);
        assert_eq!((answer.status, &*answer.body), (200, body));
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    }
    assert_eq!(server.connect().request("POST", "/healthz", &[], "").status, 405);
}

#[test]
fn every_answer_has_the_requests_id() {
    let place = Place::with_user("");
    let server = place.serve();
    let ask = |id: &str| {
        let answer = server.connect().request("GET", "/nowhere", &[("X-Request-Id", id)], "");
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(ask("lb-7f3a:1/2"), "lb-7f3a:1/2");
    server.stderr.wait_for("id=lb-7f3a:1/2 ");
    let is_new = |id: &str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Not one that would make a log line say something else, or fill the disk.
    for odd in ["", "a status=200 b", "a\u{fc}", "\"", &"a".repeat(129)] {
        assert!(is_new(&ask(odd)), "{odd}");
    }
    let ids = [server.get("/healthz"), server.log_in("ada", "wrong"), server.get("/")]
        .map(|answer| answer.header("x-request-id").unwrap().to_owned());
    assert!(ids.iter().all(|id| is_new(id)) && ids[0] != ids[1] && ids[1] != ids[2], "{ids:?}");
}

#[test]
fn unknown_paths_are_json_and_a_missing_slash_is_added() {
    let place = Place::with_user("");
    let server = place.serve();
    for path in ["/", "/api/", "/api/token//", "/api/tokens", "/healthz/", "/%00", "/api/token/verify/x"] {
        let answer = server.get(path);
        answer.is_refused(404);
        assert_eq!(answer.body, r#"{"detail":"Not found."}"#);
    }
    for (path, location) in
        [("/api/token", "/api/token/"), ("/api/token/refresh?a=b&c", "/api/token/refresh/?a=b&c")]
    {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("location")), (301, Some(location)));
    }
}

#[test]
fn a_connection_is_used_again_and_requests_may_come_in_a_row() {
    let place = Place::with_user("");
    let server = place.serve();
    let mut client = server.connect();
    assert_eq!(client.request("GET", "/healthz", &[], "").status, 200);
    let wrong = json!({"username": "ada", "password": "wrong"});
    assert_eq!(client.post("/api/token/", &wrong).status, 401);
    assert_eq!(client.post("/api/token/", &json!([])).status, 400);
    assert_eq!(client.request("GET", "/nowhere", &[], "").status, 404);

    let body = r#"{"token":"x"}"#;
    let verify = format!(
        "POST /api/token/verify/ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    client.send(format!("{health}{verify}{health}{verify}"));
    let statuses = [(); 4].map(|()| client.answer().status);
    assert_eq!(statuses, [200, 401, 200, 401]);

    let last = client.request("GET", "/healthz", &[("Connection", "close")], "");
    assert_eq!(last.status, 200);
    client.is_closed();
}

#[test]
fn a_reader_of_the_log_that_went_away_harms_nobody() {
    let place = Place::with_user("");
    let mut command = place.command(&["serve"]);
    let mut child = command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    log.read_line(&mut line).unwrap();
    drop(log);
    let address = line.trim_end().rsplit('/').next().unwrap().parse().unwrap();
    let statuses = [(); 3].map(|()| Client::connect(address).request("GET", "/nowhere", &[], "").status);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(statuses, [404; 3]);
}

#[test]
fn what_is_not_http_gets_no_further() {
    let place = Place::with_user("");
    let server = place.serve();
    for nonsense in
        ["\x16\x03\x01\x02\x00\x01\x00\x01", "HELO there\r\n\r\n", "GET / HTTP/1.1\r\n: x\r\n\r\n"]
    {
        let mut client = server.connect();
        client.send(nonsense);
        assert_eq!(client.answer().status, 400, "{nonsense:?}");
        client.is_closed();
    }
    // Two lengths, or a length and chunks, are how requests are smuggled past a proxy.
    for lengths in ["Content-Length: 1\r\nContent-Length: 2", "Content-Length: 4\r\nTransfer-Encoding: x"] {
        let mut client = server.connect();
        client.send(format!("POST /api/token/ HTTP/1.1\r\nHost: a\r\n{lengths}\r\n\r\n"));
        assert_eq!(client.answer().status, 400, "{lengths:?}");
        client.is_closed();
    }
    assert_eq!(server.get("/healthz").status, 200);
}
