//! A schema and a rule of a project's own in Ninja JWT, and the expressions that say the same.

use countersign_testing::token::claim;
use countersign_testing::{Both, Settings};
use serde_json::json;

use super::custom_claims::{CLAIMS, demote};
use super::ninja_support::*;

fn with_claims() -> Settings {
    Settings::ninja_jwt()
        .set("JSON_ENCODER", "django.core.serializers.json.DjangoJSONEncoder")
        .genuine("TOKEN_OBTAIN_PAIR_INPUT_SCHEMA", "project.ninja_schemas.ObtainWithClaims")
        .genuine("TOKEN_OBTAIN_SLIDING_INPUT_SCHEMA", "project.ninja_schemas.ObtainSlidingWithClaims")
        .countersign(&CLAIMS.replace("FAMILY", "ninja_jwt"))
}

#[test]
fn claims_of_a_table_are_those_of_a_schema() {
    let pair = pair(&with_claims());
    let tokens = pair.agree(200, &login("ada"));
    let access = agree_on(&pair, 200, &tokens.field("refresh"), refresh).field("access");
    for tokens in [tokens.field("access"), tokens.field("refresh"), access] {
        let Both { theirs, ours } = tokens.map(|token| claim(&token, "joined"));
        assert_eq!(theirs, ours);
    }
    let slide = pair.agree(200, &login_sliding("ada")).field("token");
    agree_on(&pair, 200, &slide, refresh_sliding);
}

/// DIFFERENCE: the genuine refresh copies what the token said, here it is made anew.
#[test]
fn a_refresh_says_what_the_user_is_now() {
    let pair = pair(&with_claims());
    let tokens = pair.agree(200, &login("ada")).field("refresh");
    demote(&pair);
    let access = pair.send(&tokens.map(|token| refresh(&token))).field("access");
    let Both { theirs, ours } = access.map(|token| claim(&token, "email"));
    assert_eq!((theirs, ours), (json!("ada@example.com"), json!("ada@new.example")));
}

#[test]
fn an_expression_decides_as_a_rule_does() {
    let settings = Settings::ninja_jwt()
        .genuine("USER_AUTHENTICATION_RULE", "project.custom.staff")
        .countersign("user_authentication_rule = \"user.is_active && user.is_staff\"");
    let pair = pair(&settings);
    pair.agree(401, &login("bob"));
    pair.agree(200, &login("ada"));
    demote(&pair);
    pair.agree(401, &login("ada"));
    pair.agree(401, &login_sliding("ada"));
}
