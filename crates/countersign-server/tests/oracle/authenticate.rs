//! The protected view: how a token is carried, and which are let in.

use countersign_testing::{Request, Settings};
use serde_json::{Value, json};

use crate::support::*;

fn with_header(value: &str) -> Request {
    Request::get(AUTHENTICATE).header("Authorization", value)
}

#[test]
fn the_header_is_read_alike() {
    let pair = pair(&Settings::new());
    let token = made(&pair, "access", &json!({}));
    let header = |status, value: String| (status, with_header(&value));
    pair.agree_all(&[
        header(200, format!("Bearer {token}")),
        header(200, format!("Bearer   {token}")),
        header(200, format!("Bearer\t{token}")),
        header(200, format!("  Bearer {token}  ")),
        header(401, String::new()),
        header(401, " ".to_owned()),
        header(401, "Bearer".to_owned()),
        header(401, "Bearer ".to_owned()),
        header(401, format!("bearer {token}")),
        header(401, format!("BEARER {token}")),
        header(401, format!("JWT {token}")),
        header(401, format!("Basic {token}")),
        header(401, "Basic".to_owned()),
        header(401, format!("Bearer: {token}")),
        header(401, format!("Bearer,{token}")),
        header(401, format!("Bearer {token} more")),
        header(401, "Bearer a b c".to_owned()),
        header(401, token.clone()),
        header(401, format!("Bearer \"{token}\"")),
        header(401, "Bearer x".to_owned()),
        (401, Request::get(AUTHENTICATE)),
        (401, Request::get(AUTHENTICATE).header("Authorization", b"Bearer \xff\xfe".to_vec())),
        (401, Request::get(AUTHENTICATE).header("Authorization", b"\xc3\xa9 x".to_vec())),
        (401, Request::get(&format!("{AUTHENTICATE}?token={token}"))),
        (401, Request::get(AUTHENTICATE).header("Cookie", format!("access={token}"))),
        (401, Request::get(AUTHENTICATE).header("X-Access-Token", format!("Bearer {token}"))),
        (200, Request::get(AUTHENTICATE).header("authorization", format!("Bearer {token}"))),
    ]);
}

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
fn inactive_users_are_let_in_when_nobody_checks() {
    let pair = pair(&Settings::new().set("CHECK_USER_IS_ACTIVE", false));
    let access = pair.make_token(json!({"kind": "access", "username": "bob"}));
    pair.agree(200, &authenticate(&access));
    let token = pair.make_token(json!({"kind": "refresh", "username": "bob"}));
    pair.agree(200, &refresh(&token));
    pair.agree(401, &login("bob"));
    pair.same_rows();
}

#[test]
fn several_header_types_are_known() {
    let pair = pair(&Settings::new().set("AUTH_HEADER_TYPES", json!(["Bearer", "JWT"])));
    let token = made(&pair, "access", &json!({}));
    pair.agree_all(&[
        (200, with_header(&format!("Bearer {token}"))),
        (200, with_header(&format!("JWT {token}"))),
        (401, with_header(&format!("jwt {token}"))),
        (401, with_header("JWT")),
        (401, with_header(&format!("Token {token}"))),
        (401, Request::get(AUTHENTICATE)),
        (401, login("nobody")),
    ]);
}

#[test]
fn the_first_header_type_is_the_challenge() {
    for types in [json!(["JWT", "Bearer"]), json!("JWT")] {
        let pair = pair(&Settings::new().set("AUTH_HEADER_TYPES", types));
        let token = made(&pair, "access", &json!({}));
        pair.agree_all(&[
            (200, with_header(&format!("JWT {token}"))),
            (401, Request::get(AUTHENTICATE)),
            (401, login("nobody")),
            (401, refresh("nonsense")),
        ]);
    }
}

#[test]
fn another_header_may_carry_the_token() {
    let pair = pair(&Settings::new().set("AUTH_HEADER_NAME", "HTTP_X_ACCESS_TOKEN"));
    let token = made(&pair, "access", &json!({}));
    pair.agree_all(&[
        (200, Request::get(AUTHENTICATE).header("X-Access-Token", format!("Bearer {token}"))),
        (200, Request::get(AUTHENTICATE).header("x-access-token", format!("Bearer {token}"))),
        (401, Request::get(AUTHENTICATE).header("X-Access-Token", token.as_str())),
        (401, Request::get(AUTHENTICATE).header("X-Access-Token", "Bearer")),
        (401, with_header(&format!("Bearer {token}"))),
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

#[test]
fn stateless_users_are_what_the_token_says() {
    let pair = pair(&Settings::new().stateless());
    let claiming = |claims: Value| authenticate(&made(&pair, "access", &json!({"claims": claims})));
    pair.agree_all(&[
        (200, claiming(json!({}))),
        (200, claiming(json!({"user_id": "4711"}))),
        (200, claiming(json!({"user_id": 4711}))),
        (200, claiming(json!({"user_id": "somebody"}))),
        (200, claiming(json!({"username": "grace", "is_staff": true, "is_superuser": true}))),
        (200, authenticate(&pair.make_token(json!({"kind": "access", "username": "bob"})))),
        (401, authenticate(&pair.make_token(json!({"kind": "access"})))),
        (401, authenticate(&made(&pair, "refresh", &json!({})))),
        (401, Request::get(AUTHENTICATE)),
        (405, Request::post(AUTHENTICATE).bearer(&made(&pair, "access", &json!({})))),
    ]);
}
