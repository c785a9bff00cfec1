//! Ninja JWT: names and values of claims.

use countersign_testing::{Settings, token};
use serde_json::{Value, json};

use super::ninja_support::*;

#[test]
fn claims_may_have_other_names() {
    let settings = Settings::ninja_jwt()
        .set("TOKEN_TYPE_CLAIM", "kind")
        .set("JTI_CLAIM", "id")
        .set("USER_ID_CLAIM", "sub_id")
        .set("SLIDING_TOKEN_REFRESH_EXP_CLAIM", "until")
        .set("AUTH_TOKEN_CLASSES", json!(["ninja_jwt.tokens.AccessToken", "ninja_jwt.tokens.SlidingToken"]));
    let pair = pair(&settings);
    let answers = pair.agree(200, &login("ada"));
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 200, &answers.field("refresh"), blacklist);
    agree_on(&pair, 401, &answers.field("refresh"), refresh);
    let sliding = pair.agree(200, &login_sliding("ada")).field("token");
    agree_on(&pair, 200, &sliding, refresh_sliding);
    agree_on(&pair, 200, &sliding, authenticate);
    pair.same_rows();
}

#[test]
fn lifetimes_are_in_the_tokens() {
    let settings = Settings::ninja_jwt().set("ACCESS_TOKEN_LIFETIME", 90).set("REFRESH_TOKEN_LIFETIME", 5000);
    let pair = pair(&settings);
    let answers = pair.agree(200, &login("ada"));
    for (name, lifetime) in [("access", 90), ("refresh", 5000)] {
        let token = answers.ours.field(name);
        let seconds = |claim: &str| token::claim(&token, claim).as_i64().unwrap();
        assert_eq!(seconds("exp") - seconds("iat"), lifetime);
    }
}

#[test]
fn audience_and_issuer_are_written_and_asked_for() {
    for audience in [json!("api"), json!(["api", "admin"])] {
        let settings = Settings::ninja_jwt().set("AUDIENCE", audience).set("ISSUER", "https://us.example");
        let pair = pair(&settings);
        let answers = pair.agree(200, &login("ada"));
        agree_on(&pair, 200, &answers.field("access"), authenticate);
        agree_on(&pair, 200, &answers.field("refresh"), refresh);
        let us = "https://us.example";
        let signed = |claims: Value| {
            let mut all = json!({"token_type": "access", "jti": "j", "user_id": 1, "exp": 9_999_999_999_u64});
            for (name, value) in claims.as_object().unwrap() {
                all[name] = value.clone();
            }
            authenticate(&pair.oracle.call_text("sign_text", json!({"text": all.to_string()})))
        };
        pair.agree_all(&[
            (200, signed(json!({"aud": "api", "iss": us}))),
            (200, signed(json!({"aud": ["x", "api"], "iss": us}))),
            (401, signed(json!({"aud": "ap", "iss": us}))),
            (401, signed(json!({"aud": [], "iss": us}))),
            (401, signed(json!({"aud": "api"}))),
            (401, signed(json!({"aud": "api", "iss": "https://us.example/"}))),
            (401, signed(json!({"iss": us}))),
        ]);
    }
}

#[test]
fn leeway_is_given_to_every_time() {
    let pair = pair(&Settings::ninja_jwt().set("LEEWAY", 60));
    let access = |change: Value| authenticate(&made(&pair, "access", &change));
    let now = token::claim(&made(&pair, "access", &json!({})), "iat").as_i64().unwrap();
    pair.agree_all(&[
        (200, access(json!({"lifetime": -30}))),
        (401, access(json!({"lifetime": -90}))),
        (200, access(json!({"claims": {"nbf": now + 30}}))),
        (401, access(json!({"claims": {"nbf": now + 300}}))),
        (200, access(json!({"claims": {"iat": now + 30}}))),
    ]);
}
