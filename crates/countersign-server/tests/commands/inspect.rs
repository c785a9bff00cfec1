//! `token inspect`: what a token says, and whether it is good.

use serde_json::{Value, json};

use crate::harness::{Finished, Place, SECRET};

#[test]
fn with_a_configuration_it_is_verified() {
    let place = Place::with_user("");
    let tokens = place.serve().tokens();
    for token in [&tokens.access, &tokens.refresh] {
        let seen = place.run(&["token", "inspect", token]);
        let said = seen.succeeded();
        assert!(said.starts_with("algorithm  HS256\nclaims\n  token_type  \""), "{said}");
        assert!(said.contains(" UTC, in "), "{said}");
        assert!(said.ends_with("verdict    good: the signature and the times hold\n"), "{said}");
        assert!(said.lines().all(|line| line.trim_end() == line), "{said:?}");
    }
    let json = as_json(&place.run(&["token", "inspect", "--json", &tokens.access]));
    assert_eq!(json["header"], json!({"alg": "HS256", "kid": null}));
    assert_eq!((&json["claims"]["user_id"], &json["claims"]["token_type"]), (&json!("1"), &json!("access")));
    assert_eq!((&json["verified"], &json["error"]), (&json!(true), &Value::Null));
}

#[test]
fn without_one_it_is_read() {
    let token = Place::with_user("").serve().tokens().access;
    let place = Place::empty();
    // From a pipe, with blanks around it, as a clipboard gives it.
    let seen = place.feed(&["token", "inspect", "-"], &format!("  {token}\n\n"));
    assert!(seen.succeeded().contains("verdict    not verified: there is no configuration"), "{seen:?}");
    let json = as_json(&place.feed(&["token", "inspect", "--json", "-"], &token));
    assert_eq!((&json["verified"], &json["error"]), (&Value::Null, &Value::Null));
    // A configuration that was asked for and is not there is an error, though.
    place.run(&["token", "inspect", "-c", "none.toml", &token]).failed(2, &["none.toml"]);
}

#[test]
fn an_expired_token_says_since_when() {
    let place = Place::with_user("access_token_lifetime = '-3h'");
    let token = place.serve().tokens().access;
    let seen = place.run(&["token", "inspect", &token]);
    seen.failed(1, &["error: the token is not good"]);
    assert!(seen.stdout.contains("verdict    the token has expired 3 hours ago\n"), "{seen:?}");
    let json: Value =
        serde_json::from_str(&place.run(&["token", "inspect", "--json", &token]).stdout).unwrap();
    assert_eq!((&json["verified"], &json["error"]), (&json!(false), &json!("the token has expired")));
}

#[test]
fn a_token_of_somebody_else_is_not_good() {
    let token = Place::with_user("").serve().tokens().access;
    let place = Place::configured("");
    place.edit(SECRET, "another secret that is certainly long enough for HS256");
    let seen = place.run(&["token", "inspect", &token]);
    seen.failed(1, &["the token is not good"]);
    assert!(seen.stdout.contains("verdict    the token is invalid: "), "{seen:?}");
    for text in [&seen.stdout, &seen.stderr] {
        assert!(!text.contains("another secret") && !text.contains(SECRET), "{seen:?}");
    }
}

#[test]
fn what_is_no_token_cannot_be_read() {
    let place = Place::empty();
    for text in ["", "abc", "a.b.c", "..", "eyJhbGciOiJIUzI1NiJ9.e30", &"A".repeat(100_000)] {
        let seen = place.run(&["token", "inspect", text]);
        seen.failed(2, &["this cannot be read: "]);
        assert_eq!(seen.stdout, "");
    }
    let seen = place.feed(&["token", "inspect", "-"], &"eyJ".repeat(1_000_000));
    seen.failed(2, &["this cannot be read: "]);
}

#[test]
fn a_token_cannot_write_on_the_terminal() {
    // {"alg":"none","kid":"<ESC>[2J"} and {"name":"<U+202E>"}
    let place = Place::empty();
    let token = "eyJhbGciOiJub25lIiwia2lkIjoiXHUwMDFiWzJKIn0.eyJuYW1lIjoi4oCuIn0.";
    let seen = place.run(&["token", "inspect", token]);
    let said = seen.succeeded();
    assert!(said.contains(r"\u{1b}[2J") && said.contains(r"\u{202e}"), "{said:?}");
}

fn as_json(seen: &Finished) -> Value {
    serde_json::from_str(seen.succeeded()).unwrap()
}
