//! SimpleJWT as it is when nothing is said.

use countersign_testing::{Both, Settings};

use super::support::*;

#[test]
fn the_right_password_gets_a_pair() {
    let pair = pair(&Settings::new());
    let answers = pair.agree(200, &login("ada"));
    pair.same_rows();
    let tokens = answers.field("access");
    agree_on(&pair, 200, &tokens, authenticate);
    agree_on(&pair, 200, &tokens, verify);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 200, &answers.field("refresh"), verify);
    pair.same_rows();
}

#[test]
fn each_login_is_outstanding() {
    let pair = pair(&Settings::new());
    let answers = [pair.agree(200, &login("ada")), pair.agree(200, &login("ada"))];
    pair.same_rows();
    let Both { theirs, ours } = pair.table(OUTSTANDING);
    assert_eq!((theirs.rows.len(), ours.rows.len()), (2, 2));
    for answer in answers {
        ours.row("token", answer.ours.field("refresh"));
    }
}

#[test]
fn without_the_app_nothing_is_outstanding() {
    let pair = pair(&Settings::new().without_blacklist_app());
    let answers = pair.agree(200, &login("ada"));
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    agree_on(&pair, 200, &answers.field("refresh"), verify);
    agree_on(&pair, 200, &answers.field("refresh"), blacklist);
    agree_on(&pair, 200, &answers.field("refresh"), blacklist);
    agree_on(&pair, 200, &answers.field("refresh"), refresh);
    pair.same_rows();
}
