//! Refreshing, with rotation and without.

use countersign_testing::{Both, Request, Settings, token};
use serde_json::json;

use crate::support::*;

fn rotating() -> Settings {
    Settings::new().set("ROTATE_REFRESH_TOKENS", true)
}

fn blacklisting() -> Settings {
    rotating().set("BLACKLIST_AFTER_ROTATION", true)
}

#[test]
fn a_refresh_token_gives_access_again_and_again() {
    let pair = pair(&Settings::new());
    let tokens = pair.agree(200, &login("ada")).field("refresh");
    for _ in 0..3 {
        let answers = agree_on(&pair, 200, &tokens, refresh);
        agree_on(&pair, 200, &answers.field("access"), authenticate);
    }
    pair.same_rows();
}

#[test]
fn wrong_tokens_are_refused_alike() {
    for settings in [Settings::new(), blacklisting(), Settings::new().without_blacklist_app()] {
        let pair = pair(&settings);
        let mut cases: Vec<_> =
            wrong_tokens(&pair, "refresh").iter().map(|token| (401, refresh(token))).collect();
        for kind in ["access", "sliding", "untyped"] {
            cases.push((
                401,
                refresh(&pair.make_token(json!({"kind": kind, "username": "ada", "lifetime": 60}))),
            ));
        }
        pair.agree_all(&cases);
        pair.same_rows();
    }
}

#[test]
fn the_field_is_read_alike() {
    let pair = pair(&Settings::new());
    let good = made(&pair, "refresh", &json!({}));
    let body = |status, value: serde_json::Value| (status, Request::post(REFRESH).json(&value));
    pair.agree_all(&[
        body(200, json!({"refresh": good})),
        body(200, json!({"refresh": format!(" \u{a0}{good}\n")})),
        body(200, json!({"refresh": good, "access": 5})),
        body(400, json!({})),
        body(400, json!({"token": good})),
        body(400, json!({"refresh": ""})),
        body(400, json!({"refresh": " "})),
        body(400, json!({"refresh": null})),
        body(400, json!({"refresh": true})),
        body(400, json!({"refresh": [good]})),
        body(400, json!({"refresh": {"token": good}})),
        body(400, json!({"refresh": "a\0b"})),
        body(400, json!([good])),
        body(400, json!(good)),
        body(401, json!({"refresh": 5})),
        (200, Request::post(REFRESH).form(&format!("refresh={good}"))),
        (200, Request::post(REFRESH).multipart(&[("refresh", &good)])),
        (400, Request::post(REFRESH).form("")),
        (415, Request::post(REFRESH).body(good.as_str())),
        // Who asks does not matter, and is not looked at.
        (200, refresh(&good).bearer("nonsense")),
        (200, refresh(&good).header("Authorization", "Bearer")),
    ]);
    pair.same_rows();
}

#[test]
fn custom_claims_are_copied() {
    for settings in [Settings::new(), rotating()] {
        let pair = pair(&settings);
        let made = pair.make_token(json!({
            "kind": "refresh", "username": "ada",
            "claims": {"color": "blue", "nested": {"z": [1, 2.5, null, true], "a": "é\"\\\n🦀"}, "sub": "1",
                       "empty": {}, "big": 12_345_678_901_234_567_890_u64, "small": -1, "float": 1e22, "zero": 0.0},
        }));
        let answers = pair.agree(200, &refresh(&made));
        assert_eq!(token::claim(&answers.ours.field("access"), "color"), "blue");
        pair.same_rows();
    }
}

#[test]
fn a_rotated_token_stays_good_without_blacklisting() {
    for settings in [rotating(), rotating().without_blacklist_app()] {
        let pair = pair(&settings);
        let first = pair.agree(200, &login("ada")).field("refresh");
        let answers = agree_on(&pair, 200, &first, refresh);
        let second = answers.field("refresh");
        for tokens in [&second, &first] {
            agree_on(&pair, 200, tokens, refresh);
            agree_on(&pair, 200, tokens, verify);
        }
        pair.same_rows();
    }
}

#[test]
fn a_rotated_token_is_spent_with_blacklisting() {
    let pair = pair(&blacklisting());
    let first = pair.agree(200, &login("ada")).field("refresh");
    let answers = agree_on(&pair, 200, &first, refresh);
    let second = answers.field("refresh");
    assert_ne!(token::claim(&first.ours, "jti"), token::claim(&second.ours, "jti"));
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &second, verify);
    pair.same_rows();

    agree_on(&pair, 400, &first, verify);
    agree_on(&pair, 401, &first, blacklist);
    let third = agree_on(&pair, 200, &second, refresh).field("refresh");
    agree_on(&pair, 401, &second, refresh);
    agree_on(&pair, 200, &third, blacklist);
    agree_on(&pair, 401, &third, refresh);
    pair.same_rows();

    let Both { ours, .. } = pair.table(OUTSTANDING);
    ours.row("token", third.ours);
    assert_eq!(ours.rows.len(), 3);
}

#[test]
fn a_token_that_never_was_outstanding_is_made_so_before_it_is_spent() {
    let pair = pair(&blacklisting());
    let made = pair.make_token(json!({"kind": "refresh", "username": "ada", "claims": {"color": "blue"}}));
    let answers = pair.agree(200, &refresh(&made));
    pair.agree(401, &refresh(&made));
    pair.same_rows();
    let jti = token::claim(&made, "jti");
    let theirs = pair.table(OUTSTANDING).theirs;
    assert_eq!(theirs.row("jti", jti).value("user_id"), 1);
    assert_eq!(token::claim(&answers.ours.field("refresh"), "color"), "blue");
}

#[test]
fn inactive_and_deleted_users_get_nothing() {
    for settings in [Settings::new(), blacklisting()] {
        let pair = pair(&settings);
        let tokens = pair.agree(200, &login("ada")).field("refresh");
        pair.execute("UPDATE auth_user SET is_active = 0 WHERE username = ?", &["ada"]);
        agree_on(&pair, 401, &tokens, refresh);
        pair.execute("UPDATE auth_user SET is_active = 1 WHERE username = ?", &["ada"]);
        agree_on(&pair, 200, &tokens, refresh);

        let of_nobody = pair.make_token(json!({"kind": "refresh", "claims": {"user_id": "4711"}}));
        pair.agree(401, &refresh(&of_nobody));
        pair.agree(200, &verify(&of_nobody));
        pair.same_rows();
    }
}

#[test]
fn lifetimes_count_from_the_refresh() {
    let pair = pair(&blacklisting().set("ACCESS_TOKEN_LIFETIME", 7).set("REFRESH_TOKEN_LIFETIME", 3600));
    let made = pair.make_token(json!({"kind": "refresh", "username": "ada", "lifetime": 50}));
    let answers = pair.agree(200, &refresh(&made));
    let seconds = |name: &str, claim: &str| token::claim(&answers.ours.field(name), claim).as_i64().unwrap();
    assert_eq!(seconds("refresh", "exp") - seconds("refresh", "iat"), 3600);
    assert_eq!(seconds("access", "exp") - seconds("access", "iat"), 7);
    pair.same_rows();
}
