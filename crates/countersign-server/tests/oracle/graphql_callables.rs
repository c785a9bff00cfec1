//! GraphQL JWT: callables of a project's own, and the expressions that say the same.

use countersign_testing::{Settings, token::claim};
use serde_json::json;

use super::graphql_support::*;

fn own_payload() -> Settings {
    Settings::graphql_jwt()
        .genuine("JWT_PAYLOAD_HANDLER", "project.graphql_custom.payload")
        .genuine("JWT_PAYLOAD_GET_USERNAME_HANDLER", "project.graphql_custom.username")
        .countersign(
            "jwt_payload_handler = \"{'exp': payload.exp + 3600, 'origIat': payload.origIat, 'staff': user.is_staff, \
             'sub': user.username}\"\njwt_payload_get_username_handler = 'payload.sub'",
        )
}

#[test]
fn an_expression_writes_and_reads_the_payload_as_handlers_do() {
    let pair = pair(&own_payload());
    let tokens = each(&pair.agree(200, &login("ada")), token);
    let said = |name: &str| claim(&tokens.ours, name);
    assert_eq!((said("sub"), said("staff")), (json!("ada"), json!(true)));
    assert_eq!(said("exp").as_i64().unwrap() - said("origIat").as_i64().unwrap(), 3900);
    agree_on(&pair, &tokens, me);
    agree_on(&pair, &tokens, verify);
    let renewed = each(&agree_on(&pair, &tokens, refresh), token);
    agree_on(&pair, &renewed, me);
    let made = |change: serde_json::Value| made(&pair, "access", &change);
    for (status, claims) in [
        (200, json!({"claims": {"sub": "ada"}})),
        (401, json!({"without": ["sub"]})),
        (401, json!({"without": ["sub"], "claims": {"username": "ada"}})),
        (401, json!({"claims": {"sub": ""}})),
        (401, json!({"claims": {"sub": null}})),
        (200, json!({"claims": {"sub": "nobody"}})),
    ] {
        pair.agree(status, &me(&made(claims)));
    }
}

#[test]
fn a_token_of_either_side_is_good_on_both() {
    let pair = shared(&own_payload());
    let addresses = pair.addresses();
    for issuer in [addresses.theirs, addresses.ours] {
        let issued = token(&login("ada").send(issuer));
        pair.agree(200, &me(&issued));
        pair.agree(200, &refresh(&issued));
    }
}

#[test]
fn claims_of_a_table_are_those_of_a_handler_that_adds_them() {
    let settings = Settings::graphql_jwt()
        .genuine("JWT_PAYLOAD_HANDLER", "project.graphql_custom.more")
        .countersign("[graphql_jwt.claims]\nemail = 'user.email'\nstaff = 'user.is_staff'");
    let pair = pair(&settings);
    let tokens = each(&pair.agree(200, &login("ada")), token);
    assert_eq!(claim(&tokens.ours, "email"), "ada@example.com");
    pair.execute(
        "UPDATE auth_user SET email = ?, is_staff = FALSE WHERE username = 'ada'",
        &["ada@new.example"],
    );
    let renewed = each(&agree_on(&pair, &tokens, refresh), token);
    assert_eq!(
        (claim(&renewed.ours, "email"), claim(&renewed.ours, "staff")),
        (json!("ada@new.example"), json!(false))
    );
}

#[test]
fn an_expression_says_when_a_refresh_token_is_too_old() {
    let settings = Settings::graphql_jwt()
        .set("JWT_LONG_RUNNING_REFRESH_TOKEN", true)
        .genuine("JWT_REFRESH_EXPIRED_HANDLER", "project.graphql_custom.refresh_has_expired")
        .countersign("jwt_refresh_expired_handler = 'orig_iat <= now'");
    let pair = pair(&settings);
    let tokens = each(&pair.agree(200, &login("ada")), refresh_token);
    let refused = agree_on(&pair, &tokens, refresh);
    assert_eq!(message(&refused.ours), "Token expired");
}

/// DIFFERENCE: the genuine payload is signed as it is; here it has what a token cannot be without.
#[test]
fn a_payload_without_a_time_has_the_built_ins() {
    let settings = Settings::graphql_jwt()
        .countersign("jwt_payload_handler = \"{'username': user.username, 'exp': payload.exp}\"");
    let pair = pair(&settings);
    let ours = token(&login("ada").send(pair.addresses().ours));
    assert_eq!(claim(&ours, "exp").as_i64().unwrap() - claim(&ours, "origIat").as_i64().unwrap(), 300);
}
