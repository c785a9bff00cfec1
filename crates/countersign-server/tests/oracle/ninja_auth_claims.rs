//! A schema of a project's own in dj-ninja-auth and a rule, and the expressions that say the same.

use countersign_testing::token::claim;
use countersign_testing::{Both, Settings};
use serde_json::json;

use super::custom_claims::demote;
use super::ninja_auth_support::*;

fn with_claims() -> Settings {
    Settings::ninja_auth().genuine("PAIR_SCHEMA", "project.ninja_auth_schemas.PairWithClaims").countersign(
        "[auth_jwt.claims]\nemail = \"user.email\"\nroles = \"user.is_staff ? ['staff', 'user'] : ['user']\"",
    )
}

#[test]
fn claims_of_a_table_are_those_of_a_schema() {
    let pair = pair(&with_claims());
    let tokens = pair.agree(200, &login("ada"));
    let access = agree_on(&pair, 200, &tokens.field("refresh"), refresh).field("access");
    for tokens in [tokens.field("access"), tokens.field("refresh"), access] {
        let Both { theirs, ours } = tokens.as_ref().map(|token| claim(token, "roles"));
        assert_eq!((&theirs, &ours), (&json!(["staff", "user"]), &json!(["staff", "user"])));
        let Both { theirs, ours } = tokens.map(|token| claim(&token, "email"));
        assert_eq!((theirs, ours), (json!("ada@example.com"), json!("ada@example.com")));
    }
}

/// DIFFERENCE: the genuine refresh copies what the token said, here it is made anew.
#[test]
fn a_refresh_says_what_the_user_is_now() {
    let pair = pair(&with_claims());
    let tokens = pair.agree(200, &login("ada")).field("refresh");
    demote(&pair);
    let access = pair.send(&tokens.map(|token| refresh(&token))).field("access");
    let Both { theirs, ours } = access.map(|token| claim(&token, "roles"));
    assert_eq!((theirs, ours), (json!(["staff", "user"]), json!(["user"])));
}

/// DIFFERENCE: the package reads its rule and never calls it; here it decides, as the package's manual says.
#[test]
fn a_rule_decides_at_login_and_about_every_token() {
    let settings = Settings::ninja_auth()
        .genuine("USER_AUTHENTICATION_RULE", "project.custom.staff")
        .countersign("user_authentication_rule = \"user.is_active && user.is_staff\"");
    let pair = pair(&settings);
    let access = pair.agree(200, &login("ada")).field("access");
    agree_on(&pair, 200, &access, me);
    demote(&pair);
    let Both { theirs, ours } = pair.send(&access.map(|token| me(&token)));
    assert_eq!((theirs.status, ours.status), (200, 401));
    let Both { theirs, ours } = pair.send(&Both { theirs: login("ada"), ours: login("ada") });
    assert_eq!((theirs.status, ours.status), (200, 401));
}
