//! Ninja JWT: refresh tokens that are good for one refresh, and tokens that are taken back.

use countersign_testing::{Request, Settings, token};
use serde_json::json;

use super::ninja_support::*;

fn rotating() -> Settings {
    Settings::ninja_jwt().set("ROTATE_REFRESH_TOKENS", true)
}

fn blacklisting() -> Settings {
    rotating().set("BLACKLIST_AFTER_ROTATION", true)
}

#[test]
fn a_rotated_token_stays_good_without_blacklisting() {
    for settings in [rotating(), rotating().without_blacklist_app()] {
        let pair = pair(&settings);
        let first = pair.agree(200, &login("ada")).field("refresh");
        let second = agree_on(&pair, 200, &first, refresh).field("refresh");
        assert_ne!(token::claim(&first.ours, "jti"), token::claim(&second.ours, "jti"));
        for tokens in [&second, &first] {
            agree_on(&pair, 200, tokens, refresh);
            agree_on(&pair, 200, tokens, verify);
        }
    }
}

#[test]
fn a_rotated_token_is_spent_with_blacklisting() {
    let pair = pair(&blacklisting());
    let first = pair.agree(200, &login("ada")).field("refresh");
    let answers = agree_on(&pair, 200, &first, refresh);
    let second = answers.field("refresh");
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &second, verify);
    agree_on(&pair, 400, &first, verify);
    agree_on(&pair, 401, &first, refresh);
    agree_on(&pair, 401, &first, blacklist);
    let third = agree_on(&pair, 200, &second, refresh).field("refresh");
    agree_on(&pair, 401, &second, refresh);
    agree_on(&pair, 200, &third, blacklist);
    agree_on(&pair, 401, &third, refresh);
    agree_on(&pair, 400, &third, verify);
    let blacklisted = pair.table(BLACKLISTED);
    assert_eq!((blacklisted.theirs.rows.len(), blacklisted.ours.rows.len()), (3, 3));
}

#[test]
fn a_token_is_blacklisted_once() {
    let pair = pair(&Settings::ninja_jwt());
    let tokens = pair.agree(200, &login("ada")).field("refresh");
    agree_on(&pair, 200, &tokens, blacklist);
    pair.same_rows();
    agree_on(&pair, 401, &tokens, blacklist);
    agree_on(&pair, 401, &tokens, refresh);
    agree_on(&pair, 200, &tokens, verify);
    pair.same_rows();
}

#[test]
fn wrong_tokens_are_not_blacklisted() {
    let pair = pair(&Settings::ninja_jwt());
    let mut cases: Vec<_> =
        wrong_tokens(&pair, "refresh").iter().map(|token| (401, blacklist(token))).collect();
    for kind in ["access", "sliding", "untyped"] {
        cases.push((401, blacklist(&made(&pair, kind, &json!({"lifetime": 60})))));
    }
    cases.extend(wrong_bodies(BLACKLIST));
    cases.extend(posts(
        BLACKLIST,
        [
            (400, json!({})),
            (400, json!({"refresh": ""})),
            (400, json!({"refresh": {}})),
            (401, json!({"refresh": 1})),
            (401, json!({"refresh": [1]})),
        ],
    ));
    cases.push((422, Request::post(BLACKLIST).body(r#"{"refresh":"\ud800"}"#)));
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn without_the_app_a_logout_does_nothing() {
    let pair = pair(&Settings::ninja_jwt().without_blacklist_app());
    let tokens = pair.agree(200, &login("ada")).field("refresh");
    agree_on(&pair, 200, &tokens, blacklist);
    agree_on(&pair, 200, &tokens, refresh);
}

#[test]
fn both_see_what_either_has_blacklisted() {
    let pair = shared(&blacklisting());
    let addresses = pair.addresses();
    for issuer in [addresses.theirs, addresses.ours] {
        for taker in [addresses.theirs, addresses.ours] {
            let first = login("ada").send(issuer).field("refresh");
            let second = refresh(&first).send(taker).field("refresh");
            pair.agree(400, &verify(&first));
            pair.agree(401, &refresh(&first));
            assert_eq!(blacklist(&second).send(taker).status, 200);
            pair.agree(401, &refresh(&second));
        }
    }
}

#[test]
fn lifetimes_count_from_the_refresh() {
    let pair = pair(&blacklisting().set("ACCESS_TOKEN_LIFETIME", 7).set("REFRESH_TOKEN_LIFETIME", 3600));
    let made = made(&pair, "refresh", &json!({"lifetime": 50}));
    let answers = pair.agree(200, &refresh(&made));
    let rotated = answers.ours.field("refresh");
    let seconds = |claim: &str| token::claim(&rotated, claim).as_i64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 3600);
}
