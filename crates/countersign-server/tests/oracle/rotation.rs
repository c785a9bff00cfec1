//! Refresh tokens that are good for one refresh.

use countersign_testing::{Both, Settings, token};
use serde_json::json;

use super::support::*;

/// A refresh answers with a new refresh token too.
pub(crate) fn rotating() -> Settings {
    Settings::new().set("ROTATE_REFRESH_TOKENS", true)
}

/// … and the one that was used is spent.
pub(crate) fn blacklisting() -> Settings {
    rotating().set("BLACKLIST_AFTER_ROTATION", true)
}

#[test]
fn a_rotated_token_stays_good_without_blacklisting() {
    for settings in [rotating(), rotating().without_blacklist_app()] {
        let pair = pair(&settings);
        let first = pair.agree(200, &login("ada")).field("refresh");
        let answers = agree_on(&pair, 200, &first, refresh);
        let second = answers.field("refresh");
        for tokens in [&second, &first] {
            agree_on(&pair, 200, tokens, refresh);
            agree_on(&pair, 200, tokens, verify);
        }
        pair.same_rows();
    }
}

#[test]
fn a_rotated_token_is_spent_with_blacklisting() {
    let pair = pair(&blacklisting());
    let first = pair.agree(200, &login("ada")).field("refresh");
    let answers = agree_on(&pair, 200, &first, refresh);
    let second = answers.field("refresh");
    assert_ne!(token::claim(&first.ours, "jti"), token::claim(&second.ours, "jti"));
    agree_on(&pair, 200, &answers.field("access"), authenticate);
    agree_on(&pair, 200, &second, verify);
    pair.same_rows();

    agree_on(&pair, 400, &first, verify);
    agree_on(&pair, 401, &first, blacklist);
    let third = agree_on(&pair, 200, &second, refresh).field("refresh");
    agree_on(&pair, 401, &second, refresh);
    agree_on(&pair, 200, &third, blacklist);
    agree_on(&pair, 401, &third, refresh);
    pair.same_rows();

    let Both { ours, .. } = pair.table(OUTSTANDING);
    ours.row("token", third.ours);
    assert_eq!(ours.rows.len(), 3);
}

#[test]
fn a_token_that_never_was_outstanding_is_made_so_before_it_is_spent() {
    let pair = pair(&blacklisting());
    let made = pair.make_token(json!({"kind": "refresh", "username": "ada", "claims": {"color": "blue"}}));
    let answers = pair.agree(200, &refresh(&made));
    pair.agree(401, &refresh(&made));
    pair.same_rows();
    let jti = token::claim(&made, "jti");
    let theirs = pair.table(OUTSTANDING).theirs;
    assert_eq!(theirs.row("jti", jti).value("user_id"), 1);
    assert_eq!(token::claim(&answers.ours.field("refresh"), "color"), "blue");
}

#[test]
fn lifetimes_count_from_the_refresh() {
    let pair = pair(&blacklisting().set("ACCESS_TOKEN_LIFETIME", 7).set("REFRESH_TOKEN_LIFETIME", 3600));
    let made = pair.make_token(json!({"kind": "refresh", "username": "ada", "lifetime": 50}));
    let answers = pair.agree(200, &refresh(&made));
    let seconds = |name: &str, claim: &str| token::claim(&answers.ours.field(name), claim).as_i64().unwrap();
    assert_eq!(seconds("refresh", "exp") - seconds("refresh", "iat"), 3600);
    assert_eq!(seconds("access", "exp") - seconds("access", "iat"), 7);
    pair.same_rows();
}
