//! Ninja JWT: whose the tokens are.

use countersign_testing::{Pair, Request, Settings, UserModel, token};
use serde_json::json;

use super::ninja_support::*;

#[test]
fn a_login_may_be_written_down() {
    let pair = pair(&Settings::ninja_jwt().set("UPDATE_LAST_LOGIN", true));
    pair.agree(200, &login("ada"));
    pair.same_rows();
    pair.agree(200, &login_sliding("ada"));
    pair.agree(401, &login("bob"));
    pair.same_rows();
}

#[test]
fn an_integer_stays_a_number_and_all_else_is_text() {
    for (field, expected) in [("id", json!(1)), ("username", json!("ada"))] {
        let pair = pair(&Settings::ninja_jwt().set("USER_ID_FIELD", field));
        let answers = pair.agree(200, &login("ada"));
        assert_eq!(token::claim(&answers.ours.field("access"), "user_id"), expected);
        agree_on(&pair, 200, &answers.field("access"), authenticate);
        agree_on(&pair, 200, &answers.field("refresh"), refresh);
        pair.same_rows();
    }
}

#[test]
fn people_may_log_in_with_other_names() {
    for (model, name, extra) in [
        (UserModel::Person, "ada@example.com", json!({"full_name": "Ada"})),
        (UserModel::Member, "ada", json!({})),
        (UserModel::Account, "ada", json!({})),
    ] {
        let mut settings = Settings::ninja_jwt().users(model);
        if model == UserModel::Member {
            settings = settings.set("USER_ID_FIELD", "handle");
        }
        let field = model.username_field();
        let pair = Pair::on_copies(&settings, &countersign(), |oracle| {
            let mut ada = extra;
            ada[field] = json!(name);
            ada["password"] = json!(PASSWORD);
            oracle.call("create_user", ada);
        });
        let answers =
            pair.agree(200, &Request::post(OBTAIN).json(&json!({field: name, "password": PASSWORD})));
        assert_eq!(answers.ours.field(field), name);
        // Columns are shown under their names in the database, which a model's fields need not have.
        let shown = authenticate(&answers.ours.field("access")).send(pair.addresses().ours);
        assert_eq!((shown.status, shown.field(field)), (200, name.to_owned()));
        agree_on(&pair, 200, &answers.field("refresh"), refresh);
        pair.agree_all(&[
            (400, Request::post(OBTAIN).json(&json!({}))),
            (422, Request::post(OBTAIN).json(&json!({field: 1, "password": 2}))),
            (422, Request::post(OBTAIN).json(&json!({field: "x".repeat(255), "password": "y"}))),
            (401, Request::post(OBTAIN).json(&json!({field: "x".repeat(40), "password": "y"}))),
        ]);
        pair.same_rows();
    }
}
