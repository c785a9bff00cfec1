//! The harness judged by itself: the genuine packages agree with the genuine packages, and a difference is seen.

use std::panic::{AssertUnwindSafe, catch_unwind};

use countersign_testing::{Both, Engine, Oracle, Pair, Request, Settings, Subject, UserModel, token};
use serde_json::json;

const LOGIN: &str = "/api/token/";
const ENGINES: [Engine; 2] = [Engine::Postgres, Engine::Sqlite];

fn ada(oracle: &Oracle) {
    oracle.call("create_user", json!({"username": "ada", "password": "enchantress"}));
}

fn login(password: &str) -> Request {
    Request::post(LOGIN).json(&json!({"username": "ada", "password": password}))
}

fn refresh(token: &str) -> Request {
    Request::post("/api/token/refresh/").json(&json!({"refresh": token}))
}

fn fails(check: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(check)).expect_err("a difference was not seen");
    panic.downcast_ref::<String>().expect("the message is a String").clone()
}

#[test]
fn the_oracle_agrees_with_itself() {
    let settings = Settings::new().set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true);
    for engine in ENGINES {
        let pair = Pair::on_copies(&settings, &Subject::genuine().on(engine), ada);

        let signed_in = pair.agree(200, &login("enchantress"));
        let tokens = signed_in.field("refresh");
        assert_ne!(tokens.theirs, tokens.ours, "each side makes its own");
        pair.agree_each(200, &tokens.as_ref().map(|token| refresh(token)));
        pair.agree_each(401, &tokens.as_ref().map(|token| refresh(token)));
        pair.agree(401, &login("wrong"));
        pair.agree(405, &Request::get(LOGIN));
        pair.agree(415, &Request::post(LOGIN).body("{}"));
        pair.same_rows();
        assert_eq!(pair.table("token_blacklist_outstandingtoken").ours.rows.len(), 2);
    }
}

#[test]
fn a_different_answer_is_seen() {
    let pair = Pair::on_copies(&Settings::new(), &Subject::genuine(), ada);

    let other_status =
        fails(|| drop(pair.agree_each(200, &Both { theirs: login("enchantress"), ours: login("wrong") })));
    assert!(other_status.contains("status: 200 and 401"), "{other_status}");

    let (made, odd) = (json!({"kind": "refresh", "username": "ada"}), json!({"a": 1}));
    let theirs = refresh(&pair.make_token(made.clone()));
    let mut made = made;
    made["claims"] = odd;
    let ours = refresh(&pair.make_token(made));
    let other_claims = fails(|| drop(pair.agree_each(200, &Both { theirs, ours })));
    assert!(other_claims.contains("claim names: "), "{other_claims}");

    let unexpected = fails(|| drop(pair.agree(200, &login("wrong"))));
    assert!(unexpected.contains("status 200 was expected"), "{unexpected}");
}

#[test]
fn different_rows_are_seen() {
    for engine in ENGINES {
        let pair = Pair::on_copies(&Settings::new(), &Subject::genuine().on(engine), ada);
        pair.agree(200, &login("enchantress"));
        pair.same_rows();
        pair.execute("UPDATE auth_user SET email = ?", &["ada@example.com"]);
        pair.same_rows();

        // Neither is made good again: rows that are written after a difference was waited for are that much newer.
        login("enchantress").send(pair.addresses().theirs);
        let more = fails(|| pair.same_rows());
        assert!(more.contains("token_blacklist_outstandingtoken: 2 rows and 1"), "{more}");
        pair.oracle.call("create_user", json!({"username": "eve", "password": "x"}));
        let other = fails(|| pair.same_rows());
        assert!(other.contains("auth_user: 2 rows and 1"), "{other}");
    }
}

#[test]
fn one_database_serves_both() {
    for engine in ENGINES {
        let pair = Pair::on_one_database(&Settings::new(), &Subject::genuine().on(engine), ada);
        let token = login("enchantress").send(pair.addresses().theirs).field("refresh");
        assert_eq!(refresh(&token).send(pair.addresses().ours).status, 200);
    }
}

#[test]
fn the_other_user_models_work() {
    for (model, fields) in [
        (UserModel::Account, json!({"login": "ada", "password": "enchantress"})),
        (UserModel::Member, json!({"handle": "ada", "password": "enchantress"})),
        (UserModel::Person, json!({"email": "ada", "password": "enchantress"})),
    ] {
        let settings = Settings::new().users(model).set("USER_ID_FIELD", "pk");
        let pair = Pair::on_copies(&settings, &Subject::genuine(), |oracle| {
            oracle.call("create_user", fields.clone());
        });
        pair.agree(200, &Request::post(LOGIN).json(&fields));
        pair.same_rows();
    }
}

#[test]
fn tokens_are_made_to_order() {
    let pair = Pair::on_copies(&Settings::new(), &Subject::genuine(), ada);
    let made = pair.make_token(json!({
        "kind": "access", "username": "ada", "claims": {"color": "blue"}, "without": ["jti"], "lifetime": -5,
        "signature": {"algorithm": "none", "headers": {"kid": "1"}},
    }));
    let read = token::Token::read(&made).unwrap();
    assert_eq!(read.header, r#"{"alg":"none","kid":"1","typ":"JWT"}"#);
    let names: Vec<_> = read.claims.0.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["token_type", "exp", "iat", "user_id", "color"]);
    assert_eq!(read.claim("exp").as_u64().unwrap() + 5, read.claim("iat").as_u64().unwrap());
    pair.agree(401, &Request::get("/api/token/authenticate/").bearer(&made));
}
