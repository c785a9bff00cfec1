//! Ninja JWT: refreshing and verifying.

use countersign_testing::{Request, Settings, token};
use serde_json::json;

use super::ninja_support::*;

#[test]
fn a_refresh_answers_with_the_presented_token_too() {
    let pair = pair(&Settings::ninja_jwt());
    let first = pair.agree(200, &login("ada")).field("refresh");
    let answers = agree_on(&pair, 200, &first, refresh);
    assert_eq!(answers.ours.field("refresh"), first.ours);
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &first, refresh);
    pair.same_rows();
}

#[test]
fn the_access_token_has_every_claim_of_the_refresh_token() {
    let pair = pair(&Settings::ninja_jwt());
    let change = json!({"claims": {"iat": 1_700_000_000, "color": "blau ü", "n": [1, {"a": null}]}});
    let access = pair.agree(200, &refresh(&made(&pair, "refresh", &change))).ours.field("access");
    assert_eq!(token::claim(&access, "iat"), 1_700_000_000);
    assert_eq!(token::claim(&access, "color"), "blau ü");
    assert_eq!(token::claim(&access, "user_id"), 1);
    pair.agree(200, &refresh(&made(&pair, "refresh", &json!({"without": ["iat"]}))));
    pair.agree(200, &refresh(&made(&pair, "refresh", &json!({"claims": {"user_id": "1"}}))));
}

#[test]
fn wrong_tokens_are_refused_alike() {
    let pair = pair(&Settings::ninja_jwt());
    let mut cases: Vec<_> =
        wrong_tokens(&pair, "refresh").iter().map(|token| (401, refresh(token))).collect();
    for kind in ["access", "sliding", "untyped"] {
        cases.push((401, refresh(&made(&pair, kind, &json!({"lifetime": 60})))));
    }
    cases.extend(wrong_bodies(REFRESH));
    cases.extend(posts(
        REFRESH,
        [
            (400, json!({})),
            (400, json!({"token": "x"})),
            (400, json!({"refresh": ""})),
            (400, json!({"refresh": null})),
            (400, json!({"refresh": []})),
            (422, json!({"refresh": 1})),
            (422, json!({"refresh": true})),
            (422, json!({"refresh": ["x"]})),
            (401, json!({"refresh": " "})),
            (401, json!({"refresh": "é"})),
        ],
    ));
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn verify_takes_every_kind_of_token() {
    let pair = pair(&Settings::ninja_jwt());
    let made = |kind: &str, change| verify(&made(&pair, kind, &change));
    let mut cases = vec![
        (200, made("access", json!({}))),
        (200, made("refresh", json!({}))),
        (200, made("sliding", json!({}))),
        (200, made("untyped", json!({"lifetime": 60}))),
        (200, made("access", json!({"without": ["token_type"]}))),
        (200, made("access", json!({"without": ["user_id"]}))),
        (200, made("access", json!({"claims": {"user_id": 4711}}))),
        (200, made("access", json!({"claims": {"aud": "whoever", "iss": "whoever"}}))),
        (401, made("access", json!({"without": ["jti"]}))),
        (401, made("access", json!({"without": ["exp"]}))),
        (401, made("access", json!({"lifetime": -60}))),
    ];
    cases.extend(wrong_bodies(VERIFY));
    cases.extend(posts(
        VERIFY,
        [
            (400, json!({})),
            (400, json!({"token": ""})),
            (400, json!({"token": 0})),
            (401, json!({"token": 5.5})),
            (401, json!({"token": ["x"]})),
            (401, json!({"token": "nonsense"})),
        ],
    ));
    cases.push((422, Request::post(VERIFY).body(r#"{"token":"a.\ud800\udbff.c"}"#)));
    pair.agree_all(&cases);
    pair.same_rows();
}
