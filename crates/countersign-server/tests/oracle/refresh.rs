//! Refreshing.

use countersign_testing::{Request, Settings, token};
use serde_json::json;

use super::rotation::{blacklisting, rotating};
use super::support::*;

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
fn inactive_and_deleted_users_get_nothing() {
    for settings in [Settings::new(), blacklisting()] {
        let pair = pair(&settings);
        let tokens = pair.agree(200, &login("ada")).field("refresh");
        pair.execute("UPDATE auth_user SET is_active = FALSE WHERE username = ?", &["ada"]);
        agree_on(&pair, 401, &tokens, refresh);
        pair.execute("UPDATE auth_user SET is_active = TRUE WHERE username = ?", &["ada"]);
        agree_on(&pair, 200, &tokens, refresh);

        let of_nobody = pair.make_token(json!({"kind": "refresh", "claims": {"user_id": "4711"}}));
        pair.agree(401, &refresh(&of_nobody));
        pair.agree(200, &verify(&of_nobody));
        pair.same_rows();
    }
}
