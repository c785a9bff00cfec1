//! The protected view: which tokens are let in.

use countersign_testing::Settings;
use serde_json::{Value, json};

use super::support::*;

#[test]
fn wrong_tokens_are_refused_alike() {
    let pair = pair(&Settings::new());
    let mut cases: Vec<_> = wrong_tokens(&pair, "access")
        .iter()
        .filter(|token| token.is_ascii())
        .map(|token| (401, authenticate(token)))
        .collect();
    for kind in ["refresh", "sliding", "untyped"] {
        cases.push((
            401,
            authenticate(&pair.make_token(json!({"kind": kind, "username": "ada", "lifetime": 60}))),
        ));
    }
    pair.agree_all(&cases);
}

#[test]
fn good_tokens_of_odd_looks_are_let_in() {
    let pair = pair(&Settings::new());
    let token = |change: Value| (200, authenticate(&made(&pair, "access", &change)));
    pair.agree_all(&[
        token(json!({"signature": {"headers": {"kid": "unknown"}}})),
        token(json!({"signature": {"headers": {"typ": "at+jwt", "cty": "x"}}})),
        token(json!({"signature": {"headers": {"typ": null}}})),
        token(json!({"claims": {"aud": "anyone", "iss": "anyone", "sub": "anyone"}})),
        token(json!({"claims": {"user_id": 1}})),
        token(json!({"claims": {"nbf": 1, "extra": {"a": [1, 2.5, null, "é"]}}})),
        token(json!({"without": ["iat"]})),
        token(json!({"claims": {"jti": "not a uuid at all"}})),
        token(json!({"lifetime": 100_000_000})),
    ]);
}

#[test]
fn the_user_must_be_there_and_active() {
    let pair = pair(&Settings::new());
    let access =
        |claims: Value| (401, authenticate(&pair.make_token(json!({"kind": "access", "claims": claims}))));
    pair.agree_all(&[
        access(json!({})),
        access(json!({"user_id": "2"})),
        access(json!({"user_id": "3"})),
        access(json!({"user_id": "0"})),
        access(json!({"user_id": "-1"})),
        access(json!({"user_id": "9223372036854775808"})),
        access(json!({"user_id": 9_223_372_036_854_775_808_u64})),
        access(json!({"user_id": "99999999999999999999999999"})),
        access(json!({"user_id": null})),
    ]);
}

#[test]
fn several_token_classes_are_tried_in_order() {
    let classes =
        ["rest_framework_simplejwt.tokens.AccessToken", "rest_framework_simplejwt.tokens.SlidingToken"];
    let mut reversed = classes;
    reversed.reverse();
    for classes in [classes, reversed] {
        let pair = pair(&Settings::new().set("AUTH_TOKEN_CLASSES", json!(classes)));
        let made = |kind: &str, lifetime: i64| {
            authenticate(&pair.make_token(json!({"kind": kind, "username": "ada", "lifetime": lifetime})))
        };
        pair.agree_all(&[
            (200, made("access", 60)),
            (200, made("sliding", 60)),
            (401, made("refresh", 60)),
            (401, made("access", -60)),
            (401, made("sliding", -60)),
            (401, authenticate("nonsense")),
        ]);
    }
}
