//! Ninja JWT: logging in.

use countersign_testing::{Request, Settings};
use serde_json::json;

use super::ninja_support::*;

#[test]
fn the_right_password_gets_a_pair_and_the_name() {
    let pair = pair(&Settings::ninja_jwt());
    let answers = pair.agree(200, &login("ada"));
    assert_eq!(answers.ours.json()["username"], "ada");
    pair.same_rows();
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &answers.field("access"), verify);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 200, &answers.field("refresh"), verify);
    pair.same_rows();
    let sliding = pair.agree(200, &login_sliding("ada"));
    assert_eq!(sliding.ours.json()["username"], "ada");
    pair.same_rows();
}

#[test]
fn a_name_beyond_ascii_is_escaped() {
    let pair = countersign_testing::Pair::on_copies(&Settings::ninja_jwt(), &countersign(), |oracle| {
        oracle.call("create_user", json!({"username": "gräfin😀", "password": PASSWORD}));
    });
    let answers = pair.agree(200, &login("gräfin😀"));
    assert!(answers.ours.text().contains(r#""gr\u00e4fin\ud83d\ude00""#));
}

#[test]
fn wrong_credentials_are_refused_alike() {
    let pair = pair(&Settings::ninja_jwt());
    let mut cases = Vec::new();
    for path in [OBTAIN, OBTAIN_SLIDING] {
        cases.extend(posts(
            path,
            [
                (401, json!({"username": "ada", "password": "wrong"})),
                (401, json!({"username": "bob", "password": PASSWORD})),
                (401, json!({"username": "nobody", "password": PASSWORD})),
                (401, json!({"username": "ADA", "password": PASSWORD})),
                (401, json!({"username": " ada", "password": PASSWORD})),
                (401, json!({"username": "ada", "password": format!(" {PASSWORD}")})),
                (401, json!({"username": "ada", "password": "p\u{0}w"})),
                (401, json!({"username": "x".repeat(150), "password": PASSWORD})),
                (401, json!({"username": "ada", "password": "p".repeat(5000)})),
            ],
        ));
        let no_name = Request::post(path).json(&json!({"username": "ada\u{0}", "password": PASSWORD}));
        differ(&pair, handed_to_the_database(401), 401, &no_name);
    }
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn what_is_missing_or_of_a_wrong_type_is_told_alike() {
    let pair = pair(&Settings::ninja_jwt());
    for path in [OBTAIN, OBTAIN_SLIDING] {
        let mut cases = wrong_bodies(path);
        cases.extend(posts(
            path,
            [
                (400, json!({})),
                (400, json!({"username": "ada"})),
                (400, json!({"password": PASSWORD})),
                (400, json!({"username": "", "password": ""})),
                (400, json!({"username": null, "password": null})),
                (400, json!({"username": "ada", "password": []})),
                (400, json!({"username": {}, "password": 1})),
                (400, json!({"username": 0, "password": false})),
                (400, json!({"username": 1})),
                (422, json!({"username": 1, "password": 2})),
                (422, json!({"username": 1.5, "password": PASSWORD})),
                (422, json!({"username": "ada", "password": true})),
                (422, json!({"username": ["ada"], "password": {"a": 1}})),
                (422, json!({"username": "é".repeat(151), "password": PASSWORD})),
                (422, json!({"username": "x".repeat(151), "password": 5})),
            ],
        ));
        for body in [
            r#"{"username":"\ud800","password":"x"}"#,
            r#"{"username":"a\udc00b","password":5}"#,
            r#"{"username":"x","password":5,"password":6}"#,
        ] {
            cases.push((422, Request::post(path).body(body)));
        }
        pair.agree_all(&cases);
    }
    pair.same_rows();
}

#[test]
fn the_content_type_does_not_matter() {
    let pair = pair(&Settings::ninja_jwt());
    let body = json!({"username": "ada", "password": PASSWORD}).to_string();
    for content_type in [
        "application/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
        "*/*",
    ] {
        pair.agree(200, &Request::post(OBTAIN).header("Content-Type", content_type).body(body.as_str()));
    }
    pair.agree(200, &Request::post(OBTAIN).body(body.as_str()));
    pair.agree(200, &Request::post(OBTAIN).body(format!("\u{feff}{body}")));
    pair.agree(200, &Request::post(OBTAIN).header("Accept", "text/html").body(body.as_str()));
    pair.agree(400, &Request::post(OBTAIN).form("username=ada&password=x"));
    pair.agree(400, &Request::post(OBTAIN).multipart(&[("username", "ada"), ("password", "x")]));
}

#[test]
fn every_other_method_is_refused() {
    let pair = pair(&Settings::ninja_jwt());
    let mut cases = Vec::new();
    for path in [OBTAIN, REFRESH, VERIFY, BLACKLIST, OBTAIN_SLIDING, REFRESH_SLIDING] {
        for method in ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"] {
            cases.push((405, Request::new(method, path)));
        }
    }
    for method in ["HEAD", "OPTIONS", "POST", "PUT", "DELETE"] {
        cases.push((405, Request::new(method, AUTHENTICATE)));
    }
    pair.agree_all(&cases);
}
