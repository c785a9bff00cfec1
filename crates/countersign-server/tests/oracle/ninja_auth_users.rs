//! dj-ninja-auth: user models of a project's own.

use countersign_testing::{Engine, Pair, Settings, UserModel};
use serde_json::{Value, json};

use super::ninja_auth_support::*;

fn pair_with(settings: Settings, model: UserModel, fields: &Value) -> Pair {
    let mut fields = fields.clone();
    fields["password"] = PASSWORD.into();
    Pair::on_copies(&settings.users(model), &countersign(), |oracle| {
        oracle.call("create_user", fields);
    })
}

#[test]
fn an_email_address_and_a_uuid() {
    let fields = json!({"email": "ada@example.com", "full_name": "Ada Lovelace"});
    let pair = pair_with(Settings::ninja_auth(), UserModel::Person, &fields);
    let answers = pair.send(&countersign_testing::Both {
        theirs: login("ada@example.com"),
        ours: login("ada@example.com"),
    });
    // DIFFERENCE: SQLite does not know how many places a decimal has.
    let credit = match crate::ENGINE {
        Engine::Postgres => "0.00",
        Engine::Sqlite => "0",
    };
    let (mut theirs, ours) = (answers.theirs.json(), answers.ours.json());
    assert_eq!((&theirs["user"]["credit"], &ours["user"]["credit"]), (&json!("0.00"), &json!(credit)));
    theirs["user"]["credit"] = credit.into();
    for name in ["last_login", "joined_at"] {
        theirs["user"][name] = ours["user"][name].clone();
    }
    assert_eq!(theirs["user"], ours["user"]);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 200, &answers.field("access"), verify_itself);
    agree_on(&pair, 200, &answers.field("access"), logout);
    pair.same_rows();
}

#[test]
fn columns_of_other_names_are_shown_by_their_fields() {
    let pair = pair_with(Settings::ninja_auth(), UserModel::Account, &json!({"login": "ada"}));
    let answers = pair.agree(200, &login("ada"));
    agree_on(&pair, 200, &answers.field("access"), me);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    pair.same_rows();
}

#[test]
fn a_model_without_id_or_is_active_logs_in_there_and_is_known_here() {
    let settings = Settings::ninja_auth().set("USER_ID_FIELD", "pk");
    let pair = pair_with(settings, UserModel::Member, &json!({"handle": "ada"}));
    let answers = pair.agree(200, &login("ada"));
    let access = answers.field("access");
    // DIFFERENCE: the package looks for the columns id and is_active, which are not there.
    assert_eq!(me(&access.theirs).send(pair.addresses().theirs).status, 500);
    let shown = me(&access.ours).send(pair.addresses().ours);
    assert_eq!((shown.status, &shown.json()["handle"]), (200, &json!("ada")));
}

#[test]
fn a_user_is_found_by_the_field_that_is_in_the_token() {
    let pair = pair(&Settings::ninja_auth().set("USER_ID_FIELD", "username"));
    let answers = pair.agree(200, &login("ada"));
    let access = answers.field("access");
    // DIFFERENCE: the package looks for a user whose id it is.
    assert_eq!(me(&access.theirs).send(pair.addresses().theirs).status, 500);
    assert_eq!(me(&access.ours).send(pair.addresses().ours).json()["username"], "ada");
}
