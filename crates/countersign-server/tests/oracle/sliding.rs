//! Sliding tokens.

use countersign_testing::{Request, Settings, token};
use serde_json::json;

use super::support::*;

fn sliding() -> Settings {
    Settings::new().set("AUTH_TOKEN_CLASSES", json!(["rest_framework_simplejwt.tokens.SlidingToken"]))
}

#[test]
fn a_sliding_token_lets_in_and_slides() {
    let pair =
        pair(&sliding().set("SLIDING_TOKEN_LIFETIME", 100).set("SLIDING_TOKEN_REFRESH_LIFETIME", 1000));
    let first = pair.agree(200, &login_sliding("ada")).field("token");
    pair.same_rows();
    agree_on(&pair, 200, &first, authenticate);
    let second = agree_on(&pair, 200, &first, refresh_sliding).field("token");
    agree_on(&pair, 200, &second, authenticate);
    agree_on(&pair, 200, &first, authenticate);
    agree_on(&pair, 200, &second, verify);
    for claim in ["jti", "refresh_exp"] {
        assert_eq!(token::claim(&first.ours, claim), token::claim(&second.ours, claim));
    }
    agree_on(&pair, 401, &first, blacklist);
    agree_on(&pair, 401, &first, refresh);
    pair.same_rows();
}

#[test]
fn an_early_exp_slides_to_a_full_lifetime() {
    let pair = pair(&sliding().set("SLIDING_TOKEN_LIFETIME", 100));
    let answers = pair.agree(
        200,
        &refresh_sliding(&made(&pair, "sliding", &json!({"lifetime": 20, "claims": {"color": "blue"}}))),
    );
    let slid = answers.ours.field("token");
    let seconds = |claim: &str| token::claim(&slid, claim).as_i64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 100);
    pair.same_rows();
}

#[test]
fn wrong_tokens_are_refused_alike() {
    let pair = pair(&sliding());
    let mut cases: Vec<_> = Vec::new();
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
        json!({"username": "bob"}),
        json!({"username": null, "claims": {"user_id": "4711"}}),
    ] {
        cases.push((401, refresh_sliding(&made(&pair, "sliding", &change))));
    }
    for body in [
        json!({}),
        json!({"refresh": "x"}),
        json!({"token": ""}),
        json!({"token": null}),
        json!({"token": []}),
    ] {
        cases.push((400, Request::post(REFRESH_SLIDING).json(&body)));
    }
    for body in [json!({}), json!({"username": "ada"}), json!({"username": "", "password": null})] {
        cases.push((400, Request::post(OBTAIN_SLIDING).json(&body)));
    }
    cases.push((401, login_sliding("bob")));
    cases.push((401, login_sliding("nobody")));
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn without_the_app_tokens_slide_too() {
    let pair = pair(&sliding().without_blacklist_app());
    let first = pair.agree(200, &login_sliding("ada")).field("token");
    agree_on(&pair, 200, &first, refresh_sliding);
    agree_on(&pair, 200, &first, authenticate);
    pair.same_rows();
}

#[test]
fn a_blacklisted_sliding_token_is_out() {
    let pair = shared(&sliding());
    let addresses = pair.addresses();
    let token = login_sliding("ada").send(addresses.ours).field("token");
    pair.agree(200, &authenticate(&token));
    pair.oracle.call("blacklist", json!({"kind": "sliding", "token": token}));
    pair.agree(401, &authenticate(&token));
    pair.agree(401, &refresh_sliding(&token));
    pair.agree(200, &verify(&token));
}
