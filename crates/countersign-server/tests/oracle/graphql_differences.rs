//! DIFFERENCE, one by one: where GraphQL JWT is unsafe, or fails, and Countersign is not and does not.
//! docs/differences.md lists them.

use countersign_testing::{Request, Settings};
use serde_json::{Value, json};

use super::graphql_support::*;

#[test]
fn a_disabled_user_gets_nothing_for_a_long_running_token() {
    let pair = pair(&Settings::graphql_jwt().set("JWT_LONG_RUNNING_REFRESH_TOKEN", true));
    let tokens = each(&pair.agree(200, &login("ada")), refresh_token);
    pair.execute("UPDATE auth_user SET is_active = FALSE WHERE username = ?", &["ada"]);
    let answers = pair.send(&tokens.as_ref().map(|token| refresh(token)));
    token(&answers.theirs);
    assert_eq!(message(&answers.ours), "Token expired");
}

#[test]
fn a_request_holds_few_mutations() {
    let pair = pair(&Settings::graphql_jwt());
    let login = r#"requestToken(username: "ada", password: "no") { token }"#;
    let many: Vec<_> = (0..11).map(|number| format!("a{number}: {login}")).collect();
    let answers = differ(&pair, 200, 200, &ask(&format!("mutation {{ {} }}", many.join(" "))));
    assert_eq!(message(&answers.theirs), "Authentication failure");
    assert_eq!(message(&answers.ours), "The operation holds more than 10 mutations.");
}

#[test]
fn an_operation_is_bounded() {
    let pair = pair(&Settings::graphql_jwt());
    let many: Vec<_> = (0..1001).map(|number| format!("a{number}: __typename")).collect();
    let answers = differ(&pair, 200, 200, &ask(&format!("{{ {} }}", many.join(" "))));
    assert!(answers.theirs.json()["data"]["a1000"].is_string());
    assert_eq!(message(&answers.ours), "The operation selects more than 1000 fields.");
    let deep = "{me".repeat(10_000);
    let answers = differ(&pair, 200, 200, &ask(&deep));
    assert_eq!(message(&answers.theirs), message(&answers.ours));
}

#[test]
fn json_that_is_no_object_is_the_clients_mistake() {
    let pair = pair(&Settings::graphql_jwt());
    for body in [&b"null"[..], b"5", b"\"x\"", b"true", b"\xff\xfe"] {
        let request = Request::post(GRAPHQL).header("Content-Type", "application/json").body(body);
        differ(&pair, 500, 400, &request);
    }
}

#[test]
fn what_there_is_no_token_for_cannot_be_revoked() {
    let pair = pair(&Settings::graphql_jwt());
    let answers = differ(&pair, 200, 200, &revoke("x"));
    assert_eq!(message(&answers.theirs), "name 'get_refresh_token' is not defined");
    assert_eq!(message(&answers.ours), "Token refresh not supported");
}

#[test]
fn a_payload_without_its_times_is_told_so() {
    let pair = pair(&Settings::graphql_jwt());
    for change in [
        json!({"without": ["origIat"]}),
        json!({"without": ["exp"]}),
        json!({"claims": {"exp": 1_u64 << 33}}),
    ] {
        let answers = differ(&pair, 200, 200, &verify(&made(&pair, "access", &change)));
        assert_ne!(message(&answers.theirs), message(&answers.ours));
        assert_eq!(message(&answers.ours), "Invalid payload");
        assert_eq!(answers.ours.json()["data"], Value::Null);
    }
}

#[test]
fn validation_has_words_of_its_own() {
    let pair = pair(&Settings::graphql_jwt());
    for query in [
        "{ me { id }",
        "{ nope }",
        "{ me }",
        "{ me { nope } }",
        "mutation { verifyToken { exp } }",
        "mutation { verifyToken(token: 5) { exp } }",
        "query($a: Int) { me { id } }",
        "{ me { id } } fragment F on UserType { id }",
    ] {
        let answers = differ(&pair, 200, 200, &ask(query));
        for answer in [answers.theirs, answers.ours] {
            assert!(answer.text().starts_with(r#"{"data":null,"errors":[{"message":""#), "{answer:?}");
            assert_eq!(answer.json()["errors"][0]["locations"][0]["line"], 1, "{answer:?}");
        }
    }
}
