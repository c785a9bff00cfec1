//! Verifying and blacklisting.

use countersign_testing::{Request, Settings, token};
use serde_json::{Value, json};

use super::support::*;

#[test]
fn a_token_is_blacklisted_once() {
    let pair = pair(&Settings::new());
    let tokens = pair.agree(200, &login("ada")).field("refresh");
    agree_on(&pair, 200, &tokens, blacklist);
    pair.same_rows();
    agree_on(&pair, 401, &tokens, blacklist);
    agree_on(&pair, 401, &tokens, refresh);
    agree_on(&pair, 200, &tokens, verify);
    pair.same_rows();
    assert_eq!(pair.table(BLACKLISTED).ours.rows.len(), 1);
}

#[test]
fn a_token_of_elsewhere_is_made_outstanding_first() {
    let pair = pair(&Settings::new());
    for (status, arguments) in [
        (200, json!({"kind": "refresh", "username": "ada", "claims": {"color": "blue"}})),
        (200, json!({"kind": "refresh", "username": "bob"})),
        (200, json!({"kind": "refresh", "claims": {"user_id": "4711"}})),
        (200, json!({"kind": "refresh"})),
        (200, json!({"kind": "refresh", "username": "ada", "claims": {"jti": "any text will do"}})),
        (200, json!({"kind": "refresh", "username": "ada", "without": ["iat"]})),
    ] {
        let made = pair.make_token(arguments);
        pair.agree(status, &blacklist(&made));
        pair.agree(401, &blacklist(&made));
        pair.same_rows();
    }
}

#[test]
fn wrong_tokens_are_not_blacklisted() {
    let pair = pair(&Settings::new());
    let mut cases: Vec<_> =
        wrong_tokens(&pair, "refresh").iter().map(|token| (401, blacklist(token))).collect();
    for kind in ["access", "sliding", "untyped"] {
        cases.push((
            401,
            blacklist(&pair.make_token(json!({"kind": kind, "username": "ada", "lifetime": 60}))),
        ));
    }
    for body in
        [json!({}), json!({"token": "x"}), json!({"refresh": ""}), json!({"refresh": null}), json!([])]
    {
        cases.push((400, Request::post(BLACKLIST).json(&body)));
    }
    pair.agree_all(&cases);
    pair.same_rows();
    assert!(pair.table(OUTSTANDING).ours.rows.is_empty());
}

#[test]
fn verify_takes_every_kind_of_token() {
    let pair = pair(&Settings::new());
    let made = |change: Value| verify(&made(&pair, "access", &change));
    let mut cases = vec![
        (200, made(json!({}))),
        (200, made(json!({"kind": "refresh"}))),
        (200, made(json!({"kind": "sliding"}))),
        (200, made(json!({"kind": "untyped", "lifetime": 60}))),
        (200, made(json!({"without": ["token_type"]}))),
        (200, made(json!({"without": ["user_id"]}))),
        (200, made(json!({"claims": {"token_type": "whatever"}}))),
        (200, made(json!({"claims": {"user_id": "4711"}}))),
        (200, made(json!({"claims": {"aud": "whoever", "iss": "whoever"}}))),
        (401, made(json!({"without": ["jti"]}))),
        (401, made(json!({"without": ["exp"]}))),
        (401, made(json!({"lifetime": -60}))),
    ];
    for body in [
        json!({}),
        json!({"refresh": "x"}),
        json!({"token": ""}),
        json!({"token": null}),
        json!({"token": 5.5}),
        json!({"token": false}),
    ] {
        let status = if body["token"].is_f64() { 401 } else { 400 };
        cases.push((status, Request::post(VERIFY).json(&body)));
    }
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn verify_refuses_what_no_token_is() {
    let pair =
        pair(&Settings::new().set("BLACKLIST_AFTER_ROTATION", true).set("ROTATE_REFRESH_TOKENS", true));
    // The type is nothing that verify looks at.
    let cases: Vec<_> = wrong_tokens(&pair, "access")
        .iter()
        .filter(|text| {
            token::Token::read(text).is_none_or(|token| token.claims.0.iter().all(|(name, _)| name != "jti"))
        })
        .map(|token| (401, verify(token)))
        .collect();
    assert!(cases.len() > 10);
    pair.agree_all(&cases);
}
