//! Ninja JWT: the protected route.

use countersign_testing::{Request, Settings};
use serde_json::{Value, json};

use super::ninja_support::*;

#[test]
fn the_header_is_read_alike() {
    let pair = pair(&Settings::ninja_jwt());
    let good = made(&pair, "access", &json!({}));
    let header = |value: String| Request::get(AUTHENTICATE).header("Authorization", value);
    pair.agree_all(&[
        (401, Request::get(AUTHENTICATE)),
        (401, header(String::new())),
        (200, header(format!("Bearer {good}"))),
        (200, header(format!("bearer {good}"))),
        (200, header(format!("BEARER {good}"))),
        (401, header(format!("Bearer  {good}"))),
        (401, header(format!("Bearer {good} x"))),
        (401, header(format!("Bearer\t{good}"))),
        (401, header("Bearer".to_owned())),
        (401, header(format!("JWT {good}"))),
        (401, header("Basic YTpi".to_owned())),
        (401, header(good.clone())),
        (401, header(format!("Bearer {good}")).header("Authorization", "Bearer x")),
    ]);
}

#[test]
fn wrong_tokens_are_refused_alike() {
    let pair = pair(&Settings::ninja_jwt());
    let wrong = wrong_tokens(&pair, "access");
    let mut cases: Vec<_> =
        wrong.iter().filter(|token| token.is_ascii()).map(|token| (401, authenticate(token))).collect();
    for kind in ["refresh", "sliding", "untyped"] {
        cases.push((401, authenticate(&made(&pair, kind, &json!({"lifetime": 60})))));
    }
    pair.agree_all(&cases);
}

#[test]
fn the_user_must_be_there_and_active() {
    let pair = pair(&Settings::ninja_jwt());
    let access =
        |claims: Value| (401, authenticate(&pair.make_token(json!({"kind": "access", "claims": claims}))));
    pair.agree_all(&[
        access(json!({})),
        access(json!({"user_id": 2})),
        access(json!({"user_id": "2"})),
        access(json!({"user_id": 3})),
        access(json!({"user_id": -1})),
        access(json!({"user_id": 9_223_372_036_854_775_808_u64})),
        access(json!({"user_id": null})),
    ]);
}

#[test]
fn the_tokens_word_may_be_enough() {
    let pair = pair(&Settings::ninja_jwt().stateless());
    let access = |claims: Value| authenticate(&pair.make_token(json!({"kind": "access", "claims": claims})));
    pair.agree_all(&[
        (200, access(json!({"user_id": 4711}))),
        (200, access(json!({"user_id": "x", "username": "ü", "is_staff": true, "is_superuser": false}))),
        (401, access(json!({}))),
    ]);
}
