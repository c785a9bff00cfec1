//! dj-ninja-auth: logging in, logging out, and the user that is shown.

use countersign_testing::{Request, Settings};
use serde_json::json;

use super::ninja_auth_support::*;

#[test]
fn the_right_password_gets_a_pair_and_the_user() {
    let pair = pair(&Settings::ninja_auth());
    let answers = pair.agree(200, &login("ada"));
    let user = &answers.ours.json()["user"];
    assert_eq!((&user["email"], &user["groups"]), (&json!("ada@example.com"), &json!([])));
    assert!(user["last_login"].is_string() && user.get("password").is_none());
    pair.same_rows();
    let access = answers.field("access");
    agree_on(&pair, 200, &access, me);
    agree_on(&pair, 200, &access, verify_itself);
    agree_on(&pair, 200, &access, logout);
    agree_on(&pair, 200, &access, me);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 401, &answers.field("refresh"), me);
    pair.same_rows();
}

#[test]
fn every_login_is_recorded() {
    for wanted in [false, true] {
        let pair = pair(&Settings::ninja_auth().set("UPDATE_LAST_LOGIN", wanted));
        pair.agree(401, &login_with("ada", "wrong"));
        assert!(pair.users().ours.row("username", "ada").value("last_login").is_null());
        pair.agree(200, &login("ada"));
        pair.same_rows();
        assert!(pair.users().ours.row("username", "ada").value("last_login").is_string());
    }
}

#[test]
fn groups_and_permissions_are_shown_by_their_ids() {
    let pair = countersign_testing::Pair::on_copies(&Settings::ninja_auth(), &countersign(), |oracle| {
        super::support::people(oracle);
        oracle.call(
            "join",
            json!({
                "username": "ada", "groups": ["staff", "authors", "readers"],
                "permissions": ["view_user", "add_contenttype", "add_user", "delete_group", "add_person"],
            }),
        );
        oracle.call("join", json!({"username": "bob", "groups": ["staff"]}));
    });
    let answers = pair.agree(200, &login("ada"));
    let user = answers.ours.json()["user"].clone();
    assert_eq!(user["groups"], json!([1, 2, 3]));
    assert_eq!(user["user_permissions"].as_array().unwrap().len(), 5);
    agree_on(&pair, 200, &answers.field("access"), me);
}

#[test]
fn wrong_credentials_are_refused_alike() {
    let pair = pair(&Settings::ninja_auth());
    pair.agree_all(&[
        (401, login_with("ada", "wrong")),
        (401, login("bob")),
        (401, login("nobody")),
        (401, login("ADA")),
        (401, login(" ada")),
        (401, login("")),
        (401, login_with("ada", "")),
        (401, login_with("ada", &format!(" {PASSWORD}"))),
        (401, login_with("ada", "p\u{0}w")),
        (401, login(&"x".repeat(200))),
        (401, login_with("ada", &"p".repeat(5000))),
    ]);
    differ(&pair, handed_to_the_database(401), 401, &login("ada\u{0}"));
    pair.same_rows();
}

#[test]
fn what_is_missing_or_of_a_wrong_type_is_told_alike() {
    let pair = pair(&Settings::ninja_auth());
    let mut cases = wrong_bodies(|| Request::post(LOGIN));
    cases.extend(posts(
        LOGIN,
        [
            (422, json!({"username": "ada"})),
            (422, json!({"password": PASSWORD})),
            (422, json!({"email": "ada@example.com", "password": PASSWORD})),
            (422, json!({"username": null, "password": null})),
            (422, json!({"username": 1, "password": 2})),
            (422, json!({"username": 1.5, "password": PASSWORD})),
            (422, json!({"username": "ada", "password": true})),
            (422, json!({"username": ["ada"], "password": {"a": 1}})),
            (200, json!({"username": "ada", "password": PASSWORD, "more": [1]})),
        ],
    ));
    for body in [
        r#"{"username":"a\udc00b","password":"x"}"#,
        r#"{"username":"\ud800","password":5}"#,
        r#"{"username":"x","password":5,"password":6}"#,
    ] {
        cases.push((422, Request::post(LOGIN).body(body)));
    }
    pair.agree_all(&cases);
}

#[test]
fn the_content_type_does_not_matter() {
    let pair = pair(&Settings::ninja_auth());
    let body = json!({"username": "ada", "password": PASSWORD}).to_string();
    for content_type in ["application/json", "text/plain", "application/x-www-form-urlencoded", "", "*/*"] {
        pair.agree(200, &Request::post(LOGIN).header("Content-Type", content_type).body(body.as_str()));
    }
    pair.agree(200, &Request::post(LOGIN).body(format!("\u{feff}{body}")));
    pair.agree(400, &Request::post(LOGIN).multipart(&[("username", "ada"), ("password", "x")]));
}

#[test]
fn every_other_method_is_refused_before_anything_else() {
    let pair = pair(&Settings::ninja_auth());
    let mut cases = Vec::new();
    for path in [LOGIN, LOGOUT, REFRESH, VERIFY, CHANGE, RESET_REQUEST, RESET_CONFIRM] {
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"] {
            cases.push((405, Request::new(method, path)));
        }
    }
    for method in ["HEAD", "OPTIONS", "POST", "PUT", "DELETE"] {
        cases.push((405, Request::new(method, ME)));
    }
    pair.agree_all(&cases);
}
