//! Several families in one server: each at its paths, in its words, with its keys.

use serde_json::{Value, json};

use crate::harness::{PASSWORD, Place, Server};

const OWN_KEY: &str = "[ninja_jwt]\nsigning_key = 'another secret of thirty-two bytes, or more'";

fn log_in(server: &Server, path: &str) -> Value {
    let answer = server.post(path, &json!({"username": "ada", "password": PASSWORD}));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

fn status(server: &Server, path: &str, token: &Value) -> u16 {
    server.get_as(token.as_str().unwrap(), path).status
}

#[test]
fn each_answers_at_its_paths_with_its_keys() {
    let place = Place::with_user(OWN_KEY);
    let server = place.serve();
    let drf = log_in(&server, "/api/token/");
    let ninja = log_in(&server, "/api/token/pair");
    assert_eq!((&drf["username"], &ninja["username"]), (&Value::Null, &json!("ada")));
    for (path, good, bad) in [
        ("/api/token/authenticate/", &drf["access"], &ninja["access"]),
        ("/api/token/authenticate", &ninja["access"], &drf["access"]),
    ] {
        assert_eq!((status(&server, path, good), status(&server, path, bad)), (200, 401), "{path}");
    }
    for tokens in [&drf, &ninja] {
        let seen = place.run(&["token", "inspect", tokens["access"].as_str().unwrap()]);
        assert!(seen.succeeded().contains("verdict    good"), "{seen:?}");
    }
}

#[test]
fn check_tells_all_of_them() {
    let place = Place::with_user(OWN_KEY);
    let seen = place.run(&["check"]);
    let said = seen.succeeded();
    for part in
        ["[simple_jwt] can be served", "[ninja_jwt] can be served", "/api/token/pair  token_obtain_pair"]
    {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
}

#[test]
fn a_third_one_shows_the_user() {
    let place = Place::with_user("[auth_jwt]\npassword_reset_url = 'https://example.com/reset'");
    let said = place.run(&["check"]);
    let said = said.succeeded();
    assert!(said.contains("[auth_jwt] can be served") && said.contains("/api/auth/me  me"), "{said}");
    let server = place.serve();
    let answer = log_in(&server, "/api/auth/login");
    assert_eq!((&answer["user"]["username"], &answer["user"]["groups"]), (&json!("ada"), &json!([])));
    assert_eq!(status(&server, "/api/auth/me", &answer["access"]), 200);
}

#[test]
fn one_alone_is_enough() {
    let place = Place::with_user("");
    place.edit("[simple_jwt]", "[ninja_jwt]");
    let server = place.serve();
    log_in(&server, "/api/token/pair");
    assert_eq!(server.get("/api/token/").status, 404);
}

#[test]
fn an_expired_token_of_the_second_is_told_as_such() {
    let place = Place::with_user(&format!("{OWN_KEY}\naccess_token_lifetime = '-3h'"));
    let token = log_in(&place.serve(), "/api/token/pair")["access"].clone();
    let seen = place.run(&["token", "inspect", token.as_str().unwrap()]);
    seen.failed(1, &["the token is not good"]);
    assert!(seen.stdout.contains("the token has expired 3 hours ago"), "{seen:?}");
}

#[test]
fn what_lets_anybody_in_is_an_error_in_the_log_of_every_start() {
    let place = Place::with_user("[graphql_jwt]\njwt_verify = false");
    let said = place.serve().stop();
    for (key, consequence) in [
        ("jwt_verify_expiration", "tokens never expire"),
        ("jwt_verify", "no signature is checked, so anybody is let in"),
    ] {
        let line =
            said.lines().find(|line| line.contains(&format!("graphql_jwt.{key} is false: {consequence}")));
        assert!(line.is_some_and(|line| line.contains("error") || line.contains("ERROR")), "{said}");
    }
    place.edit("secret_key", "profile = 'strict'\nsecret_key");
    place.run(&["serve"]).failed(2, &["jwt_verify is false, which the strict profile refuses"]);
}
