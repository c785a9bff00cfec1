//! DIFFERENCE, one by one: where dj-ninja-auth is unsafe, or fails, and Countersign is not and does not.
//! docs/differences.md lists them.

use countersign_testing::{Request, Settings};
use serde_json::json;

use super::ninja_auth_support::*;

#[test]
fn a_token_that_is_nobodys_is_no_failure_of_the_server() {
    let pair = pair(&Settings::ninja_auth());
    let bearer = made(&pair, "access", &json!({}));
    for change in [
        json!({"without": ["user_id"]}),
        json!({"claims": {"user_id": [1]}}),
        json!({"claims": {"user_id": {"a": 1}}}),
        json!({"claims": {"exp": 1e18}}),
    ] {
        differ(&pair, 500, 401, &me(&made(&pair, "access", &change)));
        differ(&pair, 500, 401, &refresh(&made(&pair, "refresh", &change)));
    }
    let nobody = json!({"claims": {"user_id": "abc"}});
    differ(&pair, 500, 401, &me(&made(&pair, "access", &nobody)));
    differ(&pair, 500, 401, &refresh(&made(&pair, "refresh", &nobody)));
    differ(&pair, 422, 401, &verify(&bearer, &made(&pair, "access", &nobody)));
}

#[test]
fn an_id_is_a_number_or_a_text() {
    let pair = pair(&Settings::ninja_auth());
    for id in [json!(true), json!(1.0)] {
        differ(&pair, 200, 401, &me(&made(&pair, "access", &json!({"claims": {"user_id": id}}))));
    }
}

#[test]
fn halves_of_surrogate_pairs_are_the_clients_fault_everywhere() {
    let pair = pair(&Settings::ninja_auth());
    differ(&pair, 500, 422, &Request::post(REFRESH).body(r#"{"refresh":"\ud800"}"#));
    let body = r#"{"username":"ada","password":"\ud800"}"#;
    let answer = differ(&pair, 422, 422, &Request::post(LOGIN).body(body)).ours.json();
    assert_eq!(answer["detail"][0]["type"], "value_error");
}

#[test]
fn inactive_users_do_not_get_tokens_that_are_good_for_nothing() {
    let pair = pair(&Settings::ninja_auth().allow_all_users());
    differ(&pair, 200, 401, &login("bob"));
}

#[test]
fn json_is_what_the_standard_says() {
    let pair = pair(&Settings::ninja_auth());
    differ(&pair, 422, 400, &Request::post(LOGIN).body(r#"{"username":NaN,"password":"x"}"#));
}

#[test]
fn a_uid_has_one_spelling() {
    let pair = pair(&Settings::ninja_auth());
    let [_, token] = link(&pair, "ada");
    let answer = differ(&pair, 200, 400, &confirm_reset(&["M Q".to_owned(), token], &json!({})));
    assert_eq!(answer.ours.json(), json!(["Invalid UID"]));
}

#[test]
fn nobody_changes_another_users_password() {
    let pair = countersign_testing::Pair::on_copies(&Settings::ninja_auth(), &countersign(), |oracle| {
        super::support::people(oracle);
        oracle.call("create_user", json!({"username": "eve", "password": PASSWORD}));
    });
    let eve = pair.make_token(json!({"kind": "access", "username": "eve"}));
    differ(&pair, 200, 401, &change_password(&eve, &json!({})));
}

#[test]
fn what_a_form_asks_of_its_fields_is_told_before_the_old_password_is_verified() {
    let pair = pair(&Settings::ninja_auth());
    let bearer = made(&pair, "access", &json!({}));
    let empty = json!({"new_password1": "", "new_password2": "", "old_password": "wrong"});
    differ(&pair, 401, 400, &change_password(&bearer, &empty));
    let request = confirm_reset(&["MQ".to_owned(), "x".to_owned()], &json!({"new_password1": ""}));
    let answers = differ(&pair, 400, 400, &request);
    assert_eq!(answers.theirs.json(), json!(["Invalid Token"]));
    assert_eq!(answers.ours.json(), json!({"new_password1": ["This field is required."]}));
}

#[test]
fn addresses_beyond_ascii_are_not_normalised() {
    let pair = pair(&Settings::ninja_auth());
    for (email, theirs, ours) in
        [("a@\u{2603}.net", 422, 422), ("a@xn--a.de", 422, 200), ("a\u{200b}@b.com", 422, 400)]
    {
        differ(&pair, theirs, ours, &request_reset(email));
    }
}

#[test]
fn a_logout_that_names_a_scope_is_not_told_that_it_was_done() {
    let pair = pair(&Settings::ninja_auth());
    let bearer = made(&pair, "access", &json!({}));
    differ(&pair, 200, 400, &logout(&bearer).json(&json!({"scope": "global"})));
    differ(&pair, 200, 422, &logout(&bearer).json(&json!({"scope": "all"})));
    for body in ["", "{", "[]", "null", r#"{"refresh":"x"}"#] {
        pair.agree(200, &logout(&bearer).body(body));
    }
}
