//! What is written of a login.

use countersign_testing::{Both, Settings};

use super::support::*;

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
