//! DIFFERENCE, one by one: where Ninja JWT is unsafe, or fails, and Countersign is not and does not.
//! docs/differences.md lists them.

use countersign_testing::{Request, Settings};
use serde_json::{Value, json};

use super::ninja_support::*;

#[test]
fn a_user_who_is_gone_or_inactive_does_not_refresh() {
    let pair = pair(&Settings::ninja_jwt());
    let no_account = json!({"detail": "No active account found with the given credentials", "code": "authentication_failed"});
    for change in [json!({"username": "bob"}), json!({"username": null, "claims": {"user_id": 4711}})] {
        for request in
            [refresh(&made(&pair, "refresh", &change)), refresh_sliding(&made(&pair, "sliding", &change))]
        {
            assert_eq!(differ(&pair, 200, 401, &request).ours.json(), no_account);
        }
    }
}

#[test]
fn a_token_that_is_nobodys_buys_nothing() {
    let pair = pair(&Settings::ninja_jwt());
    let change = json!({"username": null});
    for request in
        [refresh(&made(&pair, "refresh", &change)), refresh_sliding(&made(&pair, "sliding", &change))]
    {
        let answer = differ(&pair, 200, 401, &request).ours.json();
        assert_eq!(answer["detail"], "Token contained no recognizable user identification");
    }
}

#[test]
fn odd_claims_are_no_failure_of_the_server() {
    let pair = pair(&Settings::ninja_jwt());
    for (kind, change) in [
        ("access", json!({"claims": {"user_id": [1]}})),
        ("access", json!({"claims": {"user_id": {"a": 1}}})),
        ("access", json!({"claims": {"user_id": "abc"}})),
        ("access", json!({"claims": {"exp": 1e18}})),
    ] {
        differ(&pair, 500, 401, &authenticate(&made(&pair, kind, &change)));
    }
    for change in [json!({"without": ["jti"]}), json!({"claims": {"exp": 1e18}})] {
        let token = made(&pair, "refresh", &change);
        for request in [refresh(&token), blacklist(&token)] {
            let theirs = pair.send(&countersign_testing::Both { theirs: request.clone(), ours: request });
            assert!(theirs.theirs.status >= 401 && theirs.ours.status == 401, "{theirs:?}");
        }
    }
}

#[test]
fn halves_of_surrogate_pairs_are_the_clients_fault_everywhere() {
    let pair = pair(&Settings::ninja_jwt());
    for (path, name) in [(REFRESH, "refresh"), (REFRESH_SLIDING, "token")] {
        let body = format!(r#"{{"{name}":"\ud800"}}"#);
        differ(&pair, 500, 422, &Request::post(path).body(body));
    }
    let body = r#"{"username":"ada","password":"\ud800"}"#;
    let answer = differ(&pair, 422, 422, &Request::post(OBTAIN).body(body)).ours.json();
    assert_eq!(answer["detail"][0]["type"], "value_error");
}

#[test]
fn json_is_what_the_standard_says() {
    let pair = pair(&Settings::ninja_jwt());
    differ(&pair, 422, 400, &Request::post(OBTAIN).body(r#"{"username":NaN,"password":"x"}"#));
    let login = json!({"username": "ada", "password": PASSWORD}).to_string();
    let utf16: Vec<u8> = login.encode_utf16().flat_map(u16::to_le_bytes).collect();
    differ(&pair, 200, 400, &Request::post(OBTAIN).body(utf16));
}

#[test]
fn what_a_rotation_makes_is_outstanding() {
    let settings =
        Settings::ninja_jwt().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true);
    let pair = pair(&settings);
    let first = made(&pair, "refresh", &json!({}));
    let second = pair.agree(200, &refresh(&first)).ours.field("refresh");
    let tables = pair.table(OUTSTANDING);
    assert_eq!((tables.theirs.rows.len(), tables.ours.rows.len()), (1, 2));
    // The spent token is known there without its user and its time, and here with both.
    assert_eq!(tables.theirs.row("token", first.as_str()).value("user_id"), &Value::Null);
    assert_eq!(tables.theirs.row("token", first.as_str()).value("created_at"), &Value::Null);
    for token in [first, second] {
        assert_eq!(tables.ours.row("token", token.as_str()).value("user_id"), 1);
        assert!(tables.ours.row("token", token.as_str()).value("created_at").is_string());
    }
}
