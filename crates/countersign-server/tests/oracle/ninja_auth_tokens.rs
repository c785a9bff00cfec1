//! dj-ninja-auth: refreshing, verifying, and what is asked of every token.

use countersign_testing::{Request, Settings, token};
use serde_json::{Value, json};

use super::ninja_auth_support::*;

#[test]
fn a_refresh_answers_with_the_presented_token_and_a_copy_of_its_claims() {
    let pair = pair(&Settings::ninja_auth());
    let first = pair.agree(200, &login("ada")).field("refresh");
    let answers = agree_on(&pair, 200, &first, refresh);
    assert_eq!(answers.ours.field("refresh"), first.ours);
    agree_on(&pair, 200, &answers.field("access"), me);
    agree_on(&pair, 200, &first, refresh);
    let change = json!({"claims": {"iat": 1_700_000_000, "color": "blau ü", "n": [1, {"a": null}]}});
    let access = pair.agree(200, &refresh(&made(&pair, "refresh", &change))).ours.field("access");
    assert_eq!(token::claim(&access, "iat"), 1_700_000_000);
    assert_eq!(token::claim(&access, "color"), "blau ü");
    assert_eq!(token::claim(&access, "user_id"), 1);
    pair.agree(200, &refresh(&made(&pair, "refresh", &json!({"claims": {"user_id": "1"}}))));
}

#[test]
fn wrong_tokens_do_not_refresh() {
    let pair = pair(&Settings::ninja_auth());
    let mut cases: Vec<_> =
        wrong_tokens(&pair, "refresh").iter().map(|token| (401, refresh(token))).collect();
    for kind in ["access", "untyped"] {
        cases.push((401, refresh(&made(&pair, kind, &json!({"lifetime": 60})))));
    }
    cases.extend(wrong_bodies(|| Request::post(REFRESH)));
    cases.extend(posts(
        REFRESH,
        [
            (422, json!({"token": "x"})),
            (422, json!({"refresh": null})),
            (422, json!({"refresh": 1})),
            (422, json!({"refresh": true})),
            (422, json!({"refresh": ["x"]})),
            (400, json!({"refresh": ""})),
            (401, json!({"refresh": " "})),
            (401, json!({"refresh": "é"})),
        ],
    ));
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn verify_takes_every_kind_of_token_from_somebody_with_one() {
    let pair = pair(&Settings::ninja_auth());
    let bearer = made(&pair, "access", &json!({}));
    let made = |kind: &str, change| verify(&bearer, &made(&pair, kind, &change));
    let ask = |body: &str| Request::post(VERIFY).bearer(&bearer).body(body);
    let mut cases = vec![
        (200, made("access", json!({}))),
        (200, made("refresh", json!({}))),
        (200, made("untyped", json!({"lifetime": 60}))),
        (200, made("access", json!({"without": ["token_type"]}))),
        (200, made("access", json!({"claims": {"aud": "whoever", "iss": "whoever"}}))),
        (401, made("access", json!({"without": ["jti"]}))),
        (401, made("access", json!({"without": ["exp"]}))),
        (401, made("access", json!({"lifetime": -60}))),
        (401, made("access", json!({"claims": {"user_id": 2}}))),
        (422, ask(r#"{"token":1}"#)),
        (422, ask(r#"{"token":null}"#)),
        (422, ask(r#"{"token":["x"]}"#)),
        (422, ask(r#"{"token":"a.\ud800\udbff.c"}"#)),
        (400, ask(r#"{"token":""}"#)),
        (401, ask(r#"{"token":"nonsense"}"#)),
    ];
    cases.extend(wrong_bodies(|| Request::post(VERIFY).bearer(&bearer)));
    pair.agree_all(&cases);
}

#[test]
fn nobody_is_told_about_a_body_before_it_is_known_who_asks() {
    let pair = pair(&Settings::ninja_auth());
    let wrong = made(&pair, "access", &json!({"lifetime": -60}));
    let mut cases = Vec::new();
    for path in [VERIFY, CHANGE, LOGOUT] {
        for body in ["{", "", "[]", "{}", r#"{"token":"x"}"#] {
            cases.push((401, Request::post(path).body(body)));
            cases.push((401, Request::post(path).bearer(&wrong).body(body)));
        }
    }
    pair.agree_all(&cases);
}

#[test]
fn the_header_is_read_alike() {
    let pair = pair(&Settings::ninja_auth());
    let good = made(&pair, "access", &json!({}));
    let header = |value: String| Request::get(ME).header("Authorization", value);
    pair.agree_all(&[
        (401, Request::get(ME)),
        (401, header(String::new())),
        (200, header(format!("Bearer {good}"))),
        (200, header(format!("bEARER {good}"))),
        (401, header(format!("Bearer  {good}"))),
        (401, header("Bearer".to_owned())),
        (401, header(format!("JWT {good}"))),
        (401, header("Basic YTpi".to_owned())),
        (401, header(good.clone())),
        (200, Request::post(LOGOUT).bearer(&good).body("{ whatever")),
    ]);
}

#[test]
fn wrong_tokens_let_nobody_in() {
    let pair = pair(&Settings::ninja_auth());
    let wrong = wrong_tokens(&pair, "access");
    let mut cases: Vec<_> =
        wrong.iter().filter(|token| token.is_ascii()).map(|token| (401, me(token))).collect();
    for kind in ["refresh", "untyped"] {
        cases.push((401, me(&made(&pair, kind, &json!({"lifetime": 60})))));
    }
    pair.agree_all(&cases);
}

#[test]
fn every_tokens_user_must_be_there_and_active() {
    let pair = pair(&Settings::ninja_auth());
    let bearer = made(&pair, "access", &json!({}));
    let made = |kind: &str, claims: &Value| made(&pair, kind, &json!({"claims": claims}));
    let mut cases = Vec::new();
    for user in [json!(2), json!("2"), json!(3), json!(-1), json!(9_223_372_036_854_775_808_u64), json!(null)]
    {
        let claims = json!({"user_id": user});
        cases.push((401, me(&made("access", &claims))));
        cases.push((401, verify(&bearer, &made("access", &claims))));
        cases.push((401, refresh(&made("refresh", &claims))));
        cases.push((401, logout(&made("access", &claims))));
        // What is wrong with the token itself comes first.
        cases.push((401, me(&made("access", &json!({"user_id": user, "token_type": "other"})))));
    }
    pair.agree_all(&cases);
    let tokens = pair.agree(200, &login("ada"));
    pair.execute("UPDATE auth_user SET is_active = FALSE WHERE username = ?", &["ada"]);
    agree_on(&pair, 401, &tokens.field("refresh"), refresh);
    agree_on(&pair, 401, &tokens.field("access"), me);
    agree_on(&pair, 401, &tokens.field("access"), verify_itself);
    pair.execute("DELETE FROM auth_user WHERE username = ?", &["ada"]);
    agree_on(&pair, 401, &tokens.field("refresh"), refresh);
    agree_on(&pair, 401, &tokens.field("access"), me);
}
