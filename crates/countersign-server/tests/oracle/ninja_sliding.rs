//! Ninja JWT: sliding tokens.

use countersign_testing::{Settings, token};
use serde_json::json;

use super::ninja_support::*;

fn classes(classes: &[&str]) -> Settings {
    let paths: Vec<_> = classes.iter().map(|class| format!("ninja_jwt.tokens.{class}")).collect();
    Settings::ninja_jwt().set("AUTH_TOKEN_CLASSES", json!(paths))
}

#[test]
fn a_sliding_token_lets_in_and_slides() {
    let settings = classes(&["SlidingToken"])
        .set("SLIDING_TOKEN_LIFETIME", 100)
        .set("SLIDING_TOKEN_REFRESH_LIFETIME", 1000)
        .set("SLIDING_TOKEN_REFRESH_EXP_CLAIM", "until");
    let pair = pair(&settings);
    let first = pair.agree(200, &login_sliding("ada")).field("token");
    pair.same_rows();
    agree_on(&pair, 200, &first, authenticate);
    let second = agree_on(&pair, 200, &first, refresh_sliding).field("token");
    agree_on(&pair, 200, &second, authenticate);
    agree_on(&pair, 200, &first, authenticate);
    agree_on(&pair, 200, &second, verify);
    for claim in ["jti", "until"] {
        assert_eq!(token::claim(&first.ours, claim), token::claim(&second.ours, claim));
    }
    agree_on(&pair, 401, &first, blacklist);
    agree_on(&pair, 401, &first, refresh);
    pair.agree(401, &authenticate(&made(&pair, "access", &json!({}))));
    pair.same_rows();
}

#[test]
fn wrong_tokens_are_refused_alike() {
    let pair = pair(&classes(&["SlidingToken"]));
    let mut cases = Vec::new();
    for token in wrong_tokens(&pair, "sliding") {
        cases.push((401, refresh_sliding(&token)));
        if token.is_ascii() {
            cases.push((401, authenticate(&token)));
        }
    }
    for change in [
        json!({"claims": {"refresh_exp": 5}}),
        json!({"without": ["refresh_exp"]}),
        json!({"lifetime": -60}),
        json!({"kind": "access"}),
        json!({"kind": "refresh"}),
    ] {
        cases.push((401, refresh_sliding(&made(&pair, "sliding", &change))));
    }
    cases.extend(wrong_bodies(REFRESH_SLIDING));
    cases.extend(posts(
        REFRESH_SLIDING,
        [
            (400, json!({})),
            (400, json!({"token": ""})),
            (400, json!({"token": null})),
            (422, json!({"token": 7})),
        ],
    ));
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn several_token_classes_are_tried_in_order() {
    for order in [["AccessToken", "SlidingToken"], ["SlidingToken", "AccessToken"]] {
        let pair = pair(&classes(&order));
        let made =
            |kind: &str, lifetime: i64| authenticate(&made(&pair, kind, &json!({"lifetime": lifetime})));
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
fn a_blacklisted_sliding_token_is_out_at_the_next_request() {
    let pair = shared(&classes(&["AccessToken", "SlidingToken"]));
    for issuer in [pair.addresses().theirs, pair.addresses().ours] {
        let token = login_sliding("ada").send(issuer).field("token");
        pair.agree(200, &authenticate(&token));
        pair.oracle.call("blacklist", json!({"kind": "sliding", "token": token}));
        pair.agree(401, &authenticate(&token));
        pair.agree(401, &refresh_sliding(&token));
        pair.agree(200, &verify(&token));
    }
}
