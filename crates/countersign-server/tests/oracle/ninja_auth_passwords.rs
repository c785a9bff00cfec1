//! dj-ninja-auth: changing and resetting passwords.

use std::time::{Duration, Instant};

use countersign_testing::{Pair, Request, Settings};
use serde_json::{Value, json};

use super::ninja_auth_support::*;

#[test]
fn a_password_is_changed_by_whoever_knows_the_old_one() {
    let pair = pair(&Settings::ninja_auth());
    let access = pair.agree(200, &login("ada")).field("access");
    agree_on(&pair, 200, &access, |token| change_password(token, &json!({})));
    pair.agree(401, &login("ada"));
    pair.agree(200, &login_with("ada", NEW_PASSWORD));
    agree_on(&pair, 200, &access, me);
    agree_on(&pair, 401, &access, |token| change_password(token, &json!({})));
    pair.same_rows();
}

#[test]
fn a_wrong_change_changes_nothing() {
    let pair = pair(&Settings::ninja_auth());
    let bearer = made(&pair, "access", &json!({}));
    let change = |change: Value| change_password(&bearer, &change);
    let mut cases = wrong_bodies(|| Request::post(CHANGE).bearer(&bearer));
    cases.extend([
        (401, change(json!({"old_password": "wrong"}))),
        (401, change(json!({"old_password": ""}))),
        (401, change(json!({"username": "nobody"}))),
        (401, change(json!({"username": "bob"}))),
        (401, change(json!({"username": ""}))),
        (400, change(json!({"new_password2": "another"}))),
        (400, change(json!({"new_password2": "another", "old_password": "wrong"}))),
        (400, change(json!({"new_password1": "", "new_password2": ""}))),
        (400, change(json!({"new_password1": ""}))),
        (400, change(json!({"new_password2": ""}))),
        (400, change(json!({"new_password1": "a\u{0}b", "new_password2": "a\u{0}b"}))),
        (422, change(json!({"new_password1": null}))),
        (422, change(json!({"username": null, "old_password": null}))),
        (422, change(json!({"username": 1, "old_password": 2, "new_password1": 3, "new_password2": 4}))),
        (401, change_password("x", &json!({}))),
    ]);
    pair.agree_all(&cases);
    pair.agree(200, &login("ada"));
    pair.same_rows();
}

#[test]
fn a_link_of_either_side_is_good_at_the_other() {
    let pair = pair(&Settings::ninja_auth());
    let link = link(&pair, "ada");
    pair.agree(200, &confirm_reset(&link, &json!({})));
    pair.agree(400, &confirm_reset(&link, &json!({})));
    pair.agree(200, &login_with("ada", NEW_PASSWORD));
    pair.same_rows();
}

#[test]
fn an_empty_password_is_told_whoever_has_the_link() {
    let pair = pair(&Settings::ninja_auth());
    let link = link(&pair, "ada");
    for change in [
        json!({"new_password1": "", "new_password2": ""}),
        json!({"new_password1": ""}),
        json!({"new_password1": "a\u{0}b", "new_password2": "a\u{0}b"}),
    ] {
        pair.agree(400, &confirm_reset(&link, &change));
    }
    pair.agree(200, &confirm_reset(&link, &json!({})));
}

#[test]
fn a_mailed_link_is_good_at_the_other() {
    let pair = shared(&Settings::ninja_auth());
    let addresses = pair.addresses();
    let ask = request_reset("Ada@Example.com");
    assert_eq!(ask.send(addresses.theirs).status, 200);
    let mails = pair.oracle.call("mails", json!({}));
    assert_eq!(mails[0]["to"], json!(["ada@example.com"]));
    let theirs = link_in(mails[0]["text"].as_str().unwrap());
    assert_eq!(confirm_reset(&theirs, &json!({})).send(addresses.ours).status, 200);

    assert_eq!(ask.send(addresses.ours).status, 200);
    let ours = link_in(&our_mail(&pair));
    let back = json!({"new_password1": PASSWORD, "new_password2": PASSWORD});
    assert_eq!(confirm_reset(&ours, &back).send(addresses.theirs).status, 200);
    pair.agree(400, &confirm_reset(&ours, &back));
    pair.agree(200, &login("ada"));
}

#[test]
fn nobody_else_is_mailed() {
    let pair = pair(&Settings::ninja_auth());
    for email in ["bob@example.com", "nobody@example.com"] {
        pair.agree(200, &request_reset(email));
    }
    // The mail that comes last is the only one.
    pair.agree(200, &request_reset("ada@example.com"));
    let mail = our_mail(&pair);
    assert!(mail.contains("To: ada@example.com"), "{mail}");
    assert_eq!(
        (pair.our_mails().len(), pair.oracle.call("mails", json!({})).as_array().unwrap().len()),
        (1, 1)
    );
}

#[test]
fn a_weak_password_is_refused_in_djangos_words() {
    let validators = [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ];
    let pair = pair(&Settings::ninja_auth().validators(&validators));
    let (bearer, link) = (made(&pair, "access", &json!({})), link(&pair, "ada"));
    let mut cases = Vec::new();
    for weak in ["12345", "password", "lovelace", "ada@example", "a", "zq1!"] {
        let change = json!({"new_password1": weak, "new_password2": weak});
        cases.push((400, change_password(&bearer, &change)));
        cases.push((400, confirm_reset(&link, &change)));
    }
    pair.agree_all(&cases);
    pair.agree(200, &confirm_reset(&link, &json!({})));
    pair.same_rows();
}

/// The mail that Countersign has sent, once it has.
fn our_mail(pair: &Pair) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(mail) = pair.our_mails().into_iter().find(|mail| mail.contains("?uid=")) {
            return mail;
        }
        assert!(Instant::now() < deadline, "no mail was sent\n{}", pair.our_stderr());
        std::thread::yield_now();
    }
}

/// The two parts of the link in a mail's text.
fn link_in(text: &str) -> [String; 2] {
    let (_, link) = text.split_once("https://site.example/reset?uid=").expect("a link");
    let (uid, rest) = link.split_once("&token=").expect("a token");
    [uid.to_owned(), rest.split_whitespace().next().unwrap_or_default().to_owned()]
}

#[test]
fn a_wrong_link_sets_no_password() {
    let pair = pair(&Settings::ninja_auth());
    let link = link(&pair, "ada");
    let confirm = |change: Value| confirm_reset(&link, &change);
    let mut cases = wrong_bodies(|| Request::post(RESET_CONFIRM));
    for uid in ["xx", "", "é", "OTk", "_", "AAAA", "\"", "\u{0}", "Mg="] {
        cases.push((400, confirm(json!({"uid": uid}))));
    }
    for token in ["", "x", "abc-def", "-", "é-é", "0-00000000000000000000000000000000"] {
        cases.push((400, confirm(json!({"token": token}))));
    }
    cases.extend([
        (400, confirm(json!({"uid": "Mg"}))),
        (400, confirm(json!({"new_password2": "another"}))),
        (400, confirm(json!({"new_password2": "another", "uid": "xx"}))),
        (422, confirm(json!({"uid": null}))),
        (422, confirm(json!({"uid": 1, "token": 2, "new_password1": 3, "new_password2": 4}))),
    ]);
    for body in [
        r#"{"uid":"\ud800","token":"x","new_password1":"a","new_password2":"a"}"#,
        r#"{"uid":"MQ","token":"\ud800","new_password1":"a","new_password2":"a"}"#,
        r#"{"uid":"MQ","token":"x","new_password1":"\ud800","new_password2":"a"}"#,
    ] {
        cases.push((400, Request::post(RESET_CONFIRM).body(body)));
    }
    pair.agree_all(&cases);
    pair.agree(200, &login("ada"));
    pair.same_rows();
}

#[test]
fn a_request_is_answered_alike_whether_or_not_anybody_has_the_address() {
    let pair = pair(&Settings::ninja_auth());
    let mut cases = wrong_bodies(|| Request::post(RESET_REQUEST));
    cases.extend(posts(
        RESET_REQUEST,
        [
            (422, json!({"email": null})),
            (422, json!({"email": 5})),
            (422, json!({"email": ["ada@example.com"]})),
        ],
    ));
    let addresses = [
        "ada@example.com",
        "ADA@Example.COM",
        " ada@example.com ",
        "Ada <ada@example.com>",
        "nobody@example.com",
        "a@é.com",
    ];
    cases.extend(addresses.map(|email| (200, request_reset(email))));
    pair.agree_all(&cases);
}

#[test]
fn what_is_no_address_is_told_alike() {
    let pair = pair(&Settings::ninja_auth());
    let mut cases: Vec<_> =
        ["a@b.c", "é@b.com", "a@a.b.c.d.e"].map(|email| (400, request_reset(email))).into();
    let long_label = format!("a@{}.com", "b".repeat(64));
    let long_domain = format!("a@{}com", format!("{}.", "b".repeat(60)).repeat(5));
    let long = "x".repeat(2049);
    let long_in_all = format!("{}@{}.co", "x".repeat(200), "b".repeat(60));
    cases.extend(
        [
            "",
            "x",
            "@",
            "a@",
            "@b.com",
            "a@b",
            "a@b.",
            "a@.b",
            "a@b..c",
            "a.@b.com",
            ".a@b.com",
            "a..b@b.com",
            "a b@b.com",
            "a@b c.com",
            "a@b@c.com",
            "\"a\"@b.com",
            "\"a b\"@b.com",
            "a@[1.2.3.4]",
            "a@1.2.3.4",
            "a@localhost",
            "a@x.local",
            "a@x.test",
            "a@x.invalid",
            "a@-b.com",
            "a@b-.com",
            "a@b_c.com",
            "a\n@b.com",
            "a@b.com\r",
            "Ada <a@b.com",
            "a<b@c.com",
            "a@b.com>",
            "a@xn--.de",
            "a\0@b.com",
            "a,b@c.com",
            "a(b)@c.com",
            "a@b.c1",
            "a@b.com\u{7f}",
            "a@b.com, c@d.com",
            "a@b.onion",
            "a@x.arpa",
            "\"@b.com",
            "a\"@b.com",
            "a\\@b.com",
            "a'(b@c.com'",
            "a@b.co-",
            "a@b.-co",
            "mailto:a@b.com",
            "a\t@b.com",
            "a@ab--c.com",
            &long_label,
            &long_domain,
            &long,
            &long_in_all,
        ]
        .map(|email| (422, request_reset(email))),
    );
    pair.agree_all(&cases);
}
