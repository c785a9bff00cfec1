//! Webhooks: told of logins, never in their way.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::json;

use crate::harness::{Hook, PASSWORD, Place};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn told(url: &str) -> String {
    format!(
        "on_login_success = {{ url = '{url}', secret = '{SECRET}' }}\non_login_failed = '{url}'\n\
         update_last_login = true"
    )
}

#[test]
fn a_login_and_a_failed_one_are_told_and_no_secret_is() {
    let hook = Hook::start();
    let place = Place::with_user(&told(&hook.url));
    let server = place.serve();
    let body = json!({"username": "ada", "password": PASSWORD}).to_string();
    let headers = [("Content-Type", "application/json"), ("X-Request-Id", "request-of-ada")];
    let login = server.connect().request("POST", "/api/token/", &headers, &body);
    let tokens = login.tokens();
    let message = hook.next();
    assert!(message.is_signed_with(SECRET), "{message:?}");
    assert!(message.header("webhook-id").starts_with("msg_"), "{message:?}");
    assert_eq!(message.header("content-type"), "application/json");
    let said = message.json();
    assert_eq!(said["type"], "login.succeeded");
    let expected =
        json!({"family": "simple_jwt", "user_id": 1, "username": "ada", "request_id": "request-of-ada"});
    assert_eq!(said["data"], expected);

    assert_eq!(server.refresh(&tokens.refresh).status, 200);
    assert_eq!(server.log_in("ada", "hunter2").status, 401);
    let failed = hook.next();
    assert_eq!(failed.find("webhook-signature"), None, "no secret was given for it");
    let said = failed.json();
    assert_eq!((&said["type"], &said["data"]["username"]), (&json!("login.failed"), &json!("ada")));
    for text in [format!("{message:?}"), format!("{failed:?}")] {
        assert!(!text.contains("hunter2") && !text.contains(PASSWORD), "{text}");
        assert!(!text.contains(&tokens.access) && !text.contains(&tokens.refresh), "{text}");
    }
    // DIFFERENCE: in SimpleJWT a callable of one's own takes the place of the one that writes it.
    assert_eq!(place.count("auth_user WHERE last_login IS NOT NULL"), 1);
}

#[test]
fn a_webhook_that_is_down_hurts_nobody() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/logins?key=hunter2", nobody.local_addr().unwrap());
    drop(nobody);
    let place = Place::with_user(&told(&url));
    place.edit("[server]\n", "[server]\nshutdown_timeout = '200ms'\n");
    let server = place.serve();
    for _ in 0..5 {
        assert_eq!(server.log_in("ada", PASSWORD).status, 200);
        assert_eq!(server.log_in("ada", "wrong").status, 401);
    }
    let line = server.stderr.wait_for("a webhook could not be told, trying again");
    assert!(line.contains("/logins") && !line.contains("hunter2"), "{line}");
    let said = server.stop();
    assert!(said.contains("stopped with webhooks untold"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn what_waits_when_the_server_stops_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = Place::with_user(&told(&format!("http://{}/", listener.local_addr().unwrap())));
    let server = place.serve();
    assert_eq!(server.log_in("ada", PASSWORD).status, 200);
    server.signal("TERM");
    server.stderr.wait_for("stopping");
    // Only now somebody takes what was sent, and the server ends because of it.
    let (mut client, _) = listener.accept().unwrap();
    let mut message = Vec::new();
    while !message.ends_with(b"\"login.succeeded\"}") {
        let mut part = [0; 1024];
        let length = client.read(&mut part).unwrap();
        assert_ne!(length, 0, "{}", String::from_utf8_lossy(&message));
        message.extend_from_slice(&part[..length]);
    }
    client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("untold"), "{said}");
}

#[test]
fn a_webhook_that_cannot_be_is_a_startup_error() {
    let place = Place::configured("on_login_success = 'project.signals.tell'");
    place.run(&["check"]).failed(2, &["line 8", "simple_jwt.on_login_success", "give the URL of a webhook"]);
    place.edit("'project.signals.tell'", "'http://example.com/'");
    place.edit("secret_key", "profile = 'strict'\nsecret_key");
    place.run(&["check"]).failed(2, &["simple_jwt.on_login_success", "without TLS"]);
}
