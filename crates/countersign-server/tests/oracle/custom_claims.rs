//! A serializer and a rule of a project's own, and the expressions that say the same.

use countersign_testing::token::claim;
use countersign_testing::{Both, Pair, Settings};
use serde_json::{Value, json};

use super::support::*;

/// What `project/custom.py` adds, as expressions.
pub(crate) const CLAIMS: &str = "[FAMILY.claims]\n\
    email = \"user.email\"\n\
    joined = \"user.date_joined\"\n\
    login = \"user.last_login\"\n\
    name = \"user.first_name + ' ' + user.last_name\"\n\
    profile = \"{'id': user.id, 'staff': user.is_staff}\"\n\
    roles = \"user.is_staff ? ['staff', 'user'] : ['user']\"";

fn with_claims() -> Settings {
    Settings::new()
        .set("JSON_ENCODER", "django.core.serializers.json.DjangoJSONEncoder")
        .genuine("TOKEN_OBTAIN_SERIALIZER", "project.serializers.ObtainWithClaims")
        .genuine("SLIDING_TOKEN_OBTAIN_SERIALIZER", "project.serializers.ObtainSlidingWithClaims")
        .countersign(&CLAIMS.replace("FAMILY", "simple_jwt"))
}

fn told(tokens: &Both<String>, name: &str) -> Both<Value> {
    tokens.as_ref().map(|token| claim(token, name))
}

/// Renames ada and takes her rights, in both databases.
pub(crate) fn demote(pair: &Pair) {
    pair.execute(
        "UPDATE auth_user SET email = ?, is_staff = FALSE WHERE username = 'ada'",
        &["ada@new.example"],
    );
}

#[test]
fn claims_of_a_table_are_those_of_a_serializer() {
    let pair = pair(&with_claims().set("ROTATE_REFRESH_TOKENS", true));
    let login = pair.agree(200, &login("ada"));
    let refreshed = agree_on(&pair, 200, &login.field("refresh"), refresh);
    for tokens in
        [login.field("access"), login.field("refresh"), refreshed.field("access"), refreshed.field("refresh")]
    {
        let Both { ours, .. } = told(&tokens, "profile");
        assert_eq!(ours["staff"], true);
        let Both { theirs, ours } = told(&tokens, "joined");
        assert_eq!(theirs, ours);
        assert_eq!(told(&tokens, "roles").ours, json!(["staff", "user"]));
        assert_eq!(told(&tokens, "login").ours, Value::Null);
    }
    agree_on(&pair, 200, &refreshed.field("access"), authenticate);
    let slide = pair.agree(200, &login_sliding("ada")).field("token");
    let renewed = agree_on(&pair, 200, &slide, refresh_sliding).field("token");
    assert_eq!(told(&renewed, "email").ours, "ada@example.com");
}

#[test]
fn a_token_with_claims_is_good_on_both_sides() {
    let pair = shared(&with_claims());
    let tokens = pair.agree(200, &login("ada"));
    for token in [tokens.field("refresh").theirs, tokens.field("refresh").ours] {
        pair.agree(200, &refresh(&token));
        pair.agree(200, &verify(&token));
    }
}

/// DIFFERENCE: the genuine refresh copies what the token said, here it is made anew.
#[test]
fn a_refresh_says_what_the_user_is_now() {
    let pair = pair(&with_claims().set("ROTATE_REFRESH_TOKENS", true));
    let first = pair.agree(200, &login("ada")).field("refresh");
    let slide = pair.agree(200, &login_sliding("ada")).field("token");
    demote(&pair);
    let refreshed = pair.send(&first.as_ref().map(|token| refresh(token)));
    let renewed = pair.send(&slide.as_ref().map(|token| refresh_sliding(token)));
    for tokens in [refreshed.field("access"), refreshed.field("refresh"), renewed.field("token")] {
        let Both { theirs, ours } = told(&tokens, "email");
        assert_eq!((theirs, ours), (json!("ada@example.com"), json!("ada@new.example")));
        let Both { theirs, ours } = told(&tokens, "roles");
        assert_eq!((theirs, ours), (json!(["staff", "user"]), json!(["user"])));
    }
}

/// DIFFERENCE: the genuine row is written before the claims are added, so its token was never given to anybody.
#[test]
fn the_outstanding_token_is_the_one_that_was_given_out() {
    let pair = pair(&with_claims());
    let given = pair.agree(200, &login("ada")).field("refresh");
    let Both { theirs, ours } = pair.table(OUTSTANDING);
    assert_ne!(theirs.rows[0].text("token"), given.theirs);
    assert_eq!(ours.rows[0].text("token"), given.ours);
}

#[test]
fn an_expression_decides_as_a_rule_does() {
    let settings = Settings::new()
        .genuine("USER_AUTHENTICATION_RULE", "project.custom.staff")
        .countersign("user_authentication_rule = \"user.is_active && user.is_staff\"");
    let pair = pair(&settings);
    pair.agree(401, &login("bob"));
    pair.agree(401, &login("nobody"));
    let tokens = pair.agree(200, &login("ada"));
    let slide = pair.agree(200, &login_sliding("ada")).field("token");
    agree_on(&pair, 200, &tokens.field("refresh"), refresh);
    demote(&pair);
    pair.agree(401, &login("ada"));
    pair.agree(401, &login_sliding("ada"));
    agree_on(&pair, 401, &tokens.field("refresh"), refresh);
    agree_on(&pair, 401, &slide, refresh_sliding);
    agree_on(&pair, 200, &tokens.field("access"), authenticate);
    pair.same_rows();
}
