//! Users: Django's own model and others, what is written of a login, and what a new password does to old tokens.

use countersign_testing::{Both, Pair, Request, Settings, UserModel, token};
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn a_login_is_noted_when_asked_for() {
    let pair = pair(&Settings::new().set("UPDATE_LAST_LOGIN", true));
    pair.agree(401, &login("bob"));
    pair.same_rows();
    pair.agree(200, &login("ada"));
    pair.same_rows();
    let Both { ours, .. } = pair.users();
    assert!(ours.row("username", "ada").value("last_login").is_string());
    assert!(ours.row("username", "bob").value("last_login").is_null());
    let tokens = pair.agree(200, &login_sliding("ada")).field("token");
    agree_on(&pair, 200, &tokens, refresh_sliding);
    pair.same_rows();
}

#[test]
fn a_login_is_not_noted_unasked() {
    let pair = pair(&Settings::new());
    pair.agree(200, &login("ada"));
    assert!(pair.users().ours.row("username", "ada").value("last_login").is_null());
}

#[test]
fn a_new_password_ends_old_tokens_when_asked_for() {
    for settings in [
        Settings::new(),
        Settings::new().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true),
        Settings::new().without_blacklist_app(),
    ] {
        let both_kinds = json!([
            "rest_framework_simplejwt.tokens.AccessToken",
            "rest_framework_simplejwt.tokens.SlidingToken",
        ]);
        let pair = pair(&settings.set("CHECK_REVOKE_TOKEN", true).set("AUTH_TOKEN_CLASSES", both_kinds));
        let answers = pair.agree(200, &login("ada"));
        let (access, refresh_tokens) = (answers.field("access"), answers.field("refresh"));
        assert!(token::claim(&access.ours, "hash_password").is_string());
        let sliding = pair.agree(200, &login_sliding("ada")).field("token");
        agree_on(&pair, 200, &access, authenticate);
        agree_on(&pair, 200, &sliding, authenticate);
        agree_on(&pair, 200, &sliding, refresh_sliding);
        let later = agree_on(&pair, 200, &refresh_tokens, refresh);
        let spendable =
            if later.ours.json().get("refresh").is_some() { later.field("refresh") } else { refresh_tokens };
        pair.same_rows();

        let encoded = pair.oracle.call_text("hash_password", json!({"password": "new", "algorithm": "md5"}));
        pair.execute("UPDATE auth_user SET password = ? WHERE username = ?", &[&encoded, "ada"]);
        agree_on(&pair, 401, &access, authenticate);
        agree_on(&pair, 401, &sliding, authenticate);
        agree_on(&pair, 200, &access, verify);
        agree_on(&pair, 401, &spendable, refresh);
        agree_on(&pair, 401, &sliding, refresh_sliding);
        pair.same_rows();
        // The second time it is blacklisted, where that is possible.
        agree_on(&pair, 401, &spendable, refresh);
        agree_on(&pair, 401, &sliding, refresh_sliding);
        pair.same_rows();
    }
}

#[test]
fn a_token_without_the_revoke_claim_is_refused() {
    let pair = pair(&Settings::new().set("CHECK_REVOKE_TOKEN", true).set("REVOKE_TOKEN_CLAIM", "pw"));
    let answers = pair.agree(200, &login("ada"));
    assert!(token::claim(&answers.ours.field("refresh"), "pw").is_string());
    let made = |kind: &str, change: Value| made(&pair, kind, &change);
    pair.agree_all(&[
        (200, authenticate(&made("access", json!({})))),
        (401, authenticate(&made("access", json!({"without": ["pw"]})))),
        (401, authenticate(&made("access", json!({"claims": {"pw": null}})))),
        (401, authenticate(&made("access", json!({"claims": {"pw": "0CC175B9C0F1B6A831C399E269772661"}})))),
        (401, authenticate(&made("access", json!({"claims": {"pw": 5}})))),
        (401, refresh(&made("refresh", json!({"without": ["pw"]})))),
    ]);
    pair.same_rows();
}

#[test]
fn people_sign_in_with_an_address_and_are_known_by_a_uuid() {
    let settings = Settings::new()
        .users(UserModel::Person)
        .set("ROTATE_REFRESH_TOKENS", true)
        .set("BLACKLIST_AFTER_ROTATION", true)
        .set("UPDATE_LAST_LOGIN", true)
        .set("CHECK_REVOKE_TOKEN", true);
    let pair = Pair::on_copies(&settings, &countersign(), |oracle| {
        for (email, active) in [("ada@example.com", true), ("bob@example.com", false)] {
            let fields =
                json!({"email": email, "password": PASSWORD, "full_name": "A. B.", "is_active": active});
            oracle.call("create_user", fields);
        }
    });
    let login = |email: &str| Request::post(OBTAIN).json(&json!({"email": email, "password": PASSWORD}));
    let answers = pair.agree(200, &login("ada@example.com"));
    pair.same_rows();
    let id = token::claim(&answers.ours.field("access"), "user_id");
    assert_eq!(id.as_str().unwrap().len(), 36, "with its hyphens");
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    let rotated = agree_on(&pair, 200, &answers.field("refresh"), refresh).field("refresh");
    agree_on(&pair, 401, &answers.field("refresh"), refresh);
    agree_on(&pair, 200, &rotated, blacklist);
    pair.same_rows();

    let access = |id: &str| {
        let hash = token::claim(&answers.ours.field("access"), "hash_password");
        authenticate(
            &pair.make_token(json!({"kind": "access", "claims": {"user_id": id, "hash_password": hash}})),
        )
    };
    let id = id.as_str().unwrap();
    pair.agree_all(&[
        (200, access(id)),
        (200, access(&id.replace('-', ""))),
        (200, access(&id.to_uppercase())),
        (401, access("00000000-0000-0000-0000-000000000000")),
        (401, login("bob@example.com")),
        (401, login("ADA@example.com")),
        (400, Request::post(OBTAIN).json(&json!({"username": "ada@example.com", "password": PASSWORD}))),
        (400, Request::post(OBTAIN_SLIDING).json(&json!({}))),
    ]);
    pair.same_rows();
}

#[test]
fn members_are_known_by_their_handle_alone() {
    let settings = Settings::new()
        .users(UserModel::Member)
        .set("USER_ID_FIELD", "handle")
        .set("ROTATE_REFRESH_TOKENS", true)
        .set("BLACKLIST_AFTER_ROTATION", true)
        .set("UPDATE_LAST_LOGIN", true);
    let pair = Pair::on_copies(&settings, &countersign(), |oracle| {
        oracle.call("create_user", json!({"handle": "ada", "password": PASSWORD}));
    });
    let answers =
        pair.agree(200, &Request::post(OBTAIN).json(&json!({"handle": "ada", "password": PASSWORD})));
    pair.same_rows();
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 401, &answers.field("refresh"), refresh);
    pair.same_rows();
    pair.agree(401, &authenticate(&pair.make_token(json!({"kind": "access", "claims": {"user_id": "eve"}}))));
}
