//! User models other than Django's own.

use countersign_testing::{Pair, Request, Settings, UserModel, token};
use serde_json::json;

use super::rotation::blacklisting;
use super::support::*;

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

#[test]
fn columns_may_have_other_names() {
    let settings = blacklisting()
        .users(UserModel::Account)
        .set("UPDATE_LAST_LOGIN", true)
        .set("CHECK_REVOKE_TOKEN", true);
    let pair = Pair::on_copies(&settings, &countersign(), |oracle| {
        oracle.call("create_user", json!({"login": "ada", "password": PASSWORD}));
        oracle.call("create_user", json!({"login": "bob", "password": PASSWORD, "is_active": false}));
    });
    let login = |name: &str| Request::post(OBTAIN).json(&json!({"login": name, "password": PASSWORD}));
    pair.agree(401, &login("bob"));
    let answers = pair.agree(200, &login("ada"));
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    let ours = authenticate(&answers.ours.field("access")).send(pair.addresses().ours);
    assert_eq!((ours.status, &ours.json()["login"]), (200, &json!("ada")));
    pair.same_rows();
    pair.execute("UPDATE accounts SET enabled = FALSE WHERE login = ?", &["ada"]);
    agree_on(&pair, 401, &answers.field("access"), authenticate);
}

#[test]
fn inactive_users_log_in_where_backend_and_rule_allow_it() {
    let settings = Settings::new().allow_all_users();
    pair(&settings).agree(401, &login("bob"));
    let pair = pair(&settings.set("CHECK_USER_IS_ACTIVE", false));
    let answers = pair.agree(200, &login("bob"));
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    pair.same_rows();
}

#[test]
fn inactive_users_are_let_in_when_nobody_checks() {
    let pair = pair(&Settings::new().set("CHECK_USER_IS_ACTIVE", false));
    let access = pair.make_token(json!({"kind": "access", "username": "bob"}));
    pair.agree(200, &authenticate(&access));
    let token = pair.make_token(json!({"kind": "refresh", "username": "bob"}));
    pair.agree(200, &refresh(&token));
    pair.agree(401, &login("bob"));
    pair.same_rows();
}
