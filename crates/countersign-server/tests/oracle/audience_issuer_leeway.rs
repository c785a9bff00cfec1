//! Whom a token is for, whom it is from, and how far clocks may be apart.

use countersign_testing::{Pair, Settings, token};
use serde_json::{Value, json};

use super::rotation::blacklisting;
use super::support::*;

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
    let pair = pair(&blacklisting().set("AUDIENCE", "shop"));
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
    let pair = pair(&blacklisting().set("AUDIENCE", json!(["shop", "bank"])));
    the_whole_way(&pair);
    agree_on_claims(&pair, 200, &json!({"aud": "bank"}));
    agree_on_claims(&pair, 200, &json!({"aud": ["x", "bank"]}));
    agree_on_claims(&pair, 401, &json!({"aud": "x"}));
    agree_on_claims(&pair, 401, &json!({}));
}

#[test]
fn the_issuer_is_asked_for() {
    let pair = pair(&blacklisting().set("ISSUER", "https://example.com/").set("AUDIENCE", "shop"));
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
