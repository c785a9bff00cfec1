//! What is in a token: audience and issuer, leeway, and claims by other names.

use countersign_testing::{Both, Pair, Settings, token};
use serde_json::{Value, json};

use crate::support::*;

/// Signs in, refreshes, verifies, authenticates and blacklists; every step must be as the genuine one.
fn the_whole_way(pair: &Pair) {
    let answers = pair.agree(200, &login("ada"));
    let first = answers.field("refresh");
    agree_on(pair, 200, &answers.field("access"), authenticate);
    agree_on(pair, 200, &answers.field("access"), verify);
    let answers = agree_on(pair, 200, &first, refresh);
    agree_on(pair, 200, &answers.field("access"), authenticate);
    agree_on(pair, 200, &answers.field("refresh"), blacklist);
    agree_on(pair, 401, &answers.field("refresh"), refresh);
    agree_on(pair, 401, &first, refresh);
    let slide = pair.agree(200, &login_sliding("ada")).field("token");
    agree_on(pair, 200, &slide, refresh_sliding);
    pair.same_rows();
}

fn rotating() -> Settings {
    Settings::new().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true)
}

/// Asks all about a token with these claims besides the usual.
fn agree_on_claims(pair: &Pair, status: u16, claims: &Value) {
    let made = |kind: &str| {
        pair.make_token(json!({"kind": kind, "username": "ada", "claims": claims, "signature": {}}))
    };
    let access = made("access");
    pair.agree_all(&[
        (status, verify(&access)),
        (status, authenticate(&access)),
        (status, refresh(&made("refresh"))),
    ]);
}

#[test]
fn one_audience_is_asked_for() {
    let pair = pair(&rotating().set("AUDIENCE", "shop"));
    the_whole_way(&pair);
    agree_on_claims(&pair, 200, &json!({"aud": "shop"}));
    agree_on_claims(&pair, 200, &json!({"aud": ["bank", "shop"]}));
    for wrong in [
        json!({}),
        json!({"aud": "shops"}),
        json!({"aud": "sho"}),
        json!({"aud": ["bank"]}),
        json!({"aud": []}),
        json!({"aud": null}),
        json!({"aud": 5}),
        json!({"aud": {"shop": 1}}),
        json!({"aud": ["shop", 5]}),
        json!({"aud": ""}),
    ] {
        agree_on_claims(&pair, 401, &wrong);
    }
}

#[test]
fn one_of_several_audiences_is_enough() {
    let pair = pair(&rotating().set("AUDIENCE", json!(["shop", "bank"])));
    the_whole_way(&pair);
    agree_on_claims(&pair, 200, &json!({"aud": "bank"}));
    agree_on_claims(&pair, 200, &json!({"aud": ["x", "bank"]}));
    agree_on_claims(&pair, 401, &json!({"aud": "x"}));
    agree_on_claims(&pair, 401, &json!({}));
}

#[test]
fn the_issuer_is_asked_for() {
    let pair = pair(&rotating().set("ISSUER", "https://example.com/").set("AUDIENCE", "shop"));
    the_whole_way(&pair);
    agree_on_claims(&pair, 200, &json!({"aud": "shop", "iss": "https://example.com/"}));
    for wrong in [
        json!({}),
        json!({"iss": "https://example.com"}),
        json!({"iss": "https://example.com/x"}),
        json!({"iss": null}),
        json!({"iss": ["https://example.com/"]}),
        json!({"iss": 5}),
        json!({"iss": ""}),
    ] {
        let mut claims = wrong;
        claims["aud"] = json!("shop");
        agree_on_claims(&pair, 401, &claims);
    }
    pair.same_rows();
}

#[test]
fn leeway_applies_to_every_time() {
    let pair = pair(&Settings::new().set("LEEWAY", 30));
    let made = |kind: &str, lifetime: i64| {
        pair.make_token(json!({"kind": kind, "username": "ada", "lifetime": lifetime}))
    };
    pair.agree_all(&[
        (200, authenticate(&made("access", -10))),
        (401, authenticate(&made("access", -50))),
        (200, refresh(&made("refresh", -10))),
        (401, refresh(&made("refresh", -50))),
        (200, verify(&made("untyped", -10))),
        (401, verify(&made("untyped", -50))),
        (200, refresh_sliding(&made("sliding", -10))),
        (401, refresh_sliding(&made("sliding", -50))),
    ]);
    let now = token::claim(&made("access", 60), "iat").as_i64().unwrap();
    for claim in ["iat", "nbf"] {
        agree_on_claims(&pair, 200, &json!({claim: now + 10}));
        agree_on_claims(&pair, 401, &json!({claim: now + 100}));
    }
    let sliding = |ago: i64| {
        pair.make_token(json!({"kind": "sliding", "username": "ada", "claims": {"refresh_exp": now - ago}}))
    };
    pair.agree(200, &refresh_sliding(&sliding(10)));
    pair.agree(401, &refresh_sliding(&sliding(50)));
    pair.same_rows();
}

#[test]
fn claims_may_have_other_names() {
    let settings = rotating()
        .set("USER_ID_CLAIM", "sub")
        .set("USER_ID_FIELD", "username")
        .set("JTI_CLAIM", "token_id")
        .set("TOKEN_TYPE_CLAIM", "typ")
        .set("SLIDING_TOKEN_REFRESH_EXP_CLAIM", "until");
    let pair = pair(&settings);
    the_whole_way(&pair);
    let Both { ours, .. } = pair.agree(200, &login("ada"));
    assert_eq!(token::claim(&ours.field("access"), "sub"), "ada");

    let made = |change: Value| made(&pair, "refresh", &change);
    pair.agree_all(&[
        (200, refresh(&made(json!({"claims": {"jti": "kept apart", "token_type": "x"}})))),
        (401, refresh(&made(json!({"claims": {"sub": "nobody"}})))),
        (401, refresh(&made(json!({"claims": {"sub": "bob"}})))),
        (401, refresh(&made(json!({"without": ["typ"], "claims": {"token_type": "refresh"}})))),
        (401, verify(&made(json!({"without": ["token_id"], "claims": {"jti": "x"}})))),
        (401, authenticate(&made(json!({"kind": "access", "without": ["sub"], "claims": {"user_id": "1"}})))),
        (401, refresh_sliding(&made(json!({"kind": "sliding", "without": ["until"], "claims": {"refresh_exp": 9_999_999_999_u64}})))),
    ]);
    pair.same_rows();
}

#[test]
fn a_secret_of_its_own_may_sign() {
    let secret = "the-signing-key-is-not-the-secret-key-of-the-project-at-all-0123456789";
    let pair = pair(&rotating().set("SIGNING_KEY", secret));
    the_whole_way(&pair);
    let with_secret_key = |key: &str| {
        pair.make_token(
            json!({"kind": "access", "username": "ada", "signature": {"algorithm": "HS256", "key": key}}),
        )
    };
    pair.agree(200, &authenticate(&with_secret_key(secret)));
    pair.agree(401, &authenticate(&with_secret_key("the key of somebody else, who would like to come in")));
}
