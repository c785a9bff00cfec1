//! Rules and claims as expressions: what they do for a client, and what is said of those that cannot be.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{PASSWORD, Place};

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn a_rule_lets_in_whom_it_says() {
    let place = Place::with_user("user_authentication_rule = 'user.is_active && user.is_staff'");
    let server = place.serve();
    assert_eq!(server.log_in("ada", PASSWORD).status, 401);
    place.sql("UPDATE auth_user SET is_staff = 1");
    let tokens = server.tokens();
    assert_eq!(server.refresh(&tokens.refresh).status, 200);
    place.sql("UPDATE auth_user SET is_staff = 0");
    assert_eq!(server.refresh(&tokens.refresh).status, 401);
}

#[test]
fn a_rule_that_fails_for_a_user_refuses_and_says_why() {
    let place = Place::with_user(
        "user_authentication_rule = \"user.last_login > timestamp('2020-01-01T00:00:00Z')\"",
    );
    let server = place.serve();
    assert_eq!(server.log_in("ada", PASSWORD).status, 401);
    let line = server.stderr.wait_for("a rule cannot be computed, so the user is refused");
    assert!(line.contains("simple_jwt.user_authentication_rule") && line.contains("null_type"), "{line}");
    place.sql("UPDATE auth_user SET last_login = '2026-01-01 00:00:00'");
    assert_eq!(server.log_in("ada", PASSWORD).status, 200);
}

#[test]
fn claims_are_in_every_token_and_fresh_after_every_refresh() {
    let place = Place::with_user(
        "rotate_refresh_tokens = true\nblacklist_after_rotation = true\n[simple_jwt.claims]\nemail = 'user.email'\n\
         roles = \"user.is_staff ? ['staff'] : []\"\nboss = 'user.is_superuser ? optional.of(true) : optional.none()'",
    );
    place.sql("UPDATE auth_user SET email = 'ada@example.org', is_staff = 1, is_superuser = 1");
    let server = place.serve();
    let tokens = server.tokens();
    for token in [&tokens.access, &tokens.refresh] {
        let claims = claims(token);
        let found = (&claims["email"], &claims["roles"], &claims["boss"]);
        assert_eq!(found, (&json!("ada@example.org"), &json!(["staff"]), &json!(true)));
    }
    place.sql("UPDATE auth_user SET email = 'ada@example.com', is_staff = 0, is_superuser = 0");
    let refreshed = server.refresh(&tokens.refresh).tokens();
    for token in [&refreshed.access, &refreshed.refresh] {
        let claims = claims(token);
        assert_eq!((&claims["email"], &claims["roles"]), (&json!("ada@example.com"), &json!([])));
        assert!(claims.get("boss").is_none(), "{claims}");
    }
    let slide = server.post("/api/token/sliding/", &json!({"username": "ada", "password": PASSWORD})).json();
    place.sql("UPDATE auth_user SET email = 'ada@example.net'");
    let renewed = server.post("/api/token/sliding/refresh/", &json!({"token": slide["token"]})).json();
    assert_eq!(claims(renewed["token"].as_str().unwrap())["email"], "ada@example.net");
}

#[test]
fn without_its_claims_a_login_is_503_and_a_token_is_not_used_up() {
    let place = Place::with_user(
        "rotate_refresh_tokens = true\nblacklist_after_rotation = true\n[simple_jwt.claims]\n\
         year = 'user.last_login.getFullYear()'",
    );
    place.sql("UPDATE auth_user SET last_login = '2026-01-01 00:00:00'");
    let server = place.serve();
    let tokens = server.tokens();
    place.sql("UPDATE auth_user SET last_login = NULL");
    let login = server.log_in("ada", PASSWORD);
    assert_eq!((login.status, login.header("retry-after")), (503, Some("1")));
    assert_eq!(server.refresh(&tokens.refresh).status, 503);
    let line = server.stderr.wait_for("a request could not be decided");
    assert!(line.contains("the claim \\\"year\\\"") || line.contains("the claim \"year\""), "{line}");
    assert_eq!(place.count("token_blacklist_outstandingtoken"), 1);
    place.sql("UPDATE auth_user SET last_login = '2025-01-01 00:00:00'");
    let refreshed = server.refresh(&tokens.refresh).tokens();
    assert_eq!(claims(&refreshed.access)["year"], 2025);
}

#[test]
fn what_the_user_model_lacks_is_told_before_the_first_request() {
    for (settings, words) in [
        (
            "user_authentication_rule = 'user.is_active && user.is_stuff'",
            &[
                "line 8: simple_jwt.user_authentication_rule names user.is_stuff at character 19",
                "user.is_staff",
            ][..],
        ),
        (
            "[ninja_jwt.claims]\nmail = 'user.emial'\nhash = 'user.password'",
            &[
                "line 9: ninja_jwt.claims.mail names user.emial at character 1",
                "the nearest one is user.email",
                "line 10: ninja_jwt.claims.hash names user.password at character 1, the stored password",
            ],
        ),
        ("user_authentication_rule = 'user.email'", &["comes to a value of type string", "true or false"]),
        ("user_authentication_rule = 'user.email > 5'", &["takes no string and int"]),
        ("user_authentication_rule = \"user.email.matches('(')\"", &["matches() cannot do that"]),
        ("user_authentication_rule = 'user.is_active and x'", &["cannot be read", "at character 16"]),
        ("user_authentication_rule = 'project.rules.allow'", &["as an expression, as in"]),
        ("token_obtain_serializer = 'project.Own'", &["can be written in [simple_jwt.claims]"]),
        ("[simple_jwt.claims]\nexp = '5'", &["simple_jwt.claims.exp is one of the token's own claims"]),
        ("[simple_jwt.claims]\nspan = \"duration('1s')\"", &["comes to a value of type duration", "JSON"]),
    ] {
        let place = Place::configured(settings);
        place.run(&["migrate"]);
        for command in ["check", "serve"] {
            place.run(&[command]).failed(2, words);
        }
    }
}

#[test]
fn a_rule_that_forgets_the_deactivated_is_warned_of() {
    let place = Place::with_user("user_authentication_rule = 'user.is_staff'");
    let words = "countersign.toml, line 8: simple_jwt.user_authentication_rule does not ask for user.is_active, so a \
                 user who is deactivated goes on refreshing";
    let checked = place.run(&["check"]);
    checked.succeeded();
    assert!(checked.stderr.contains(words), "{checked:?}");
    place.serve().stderr.wait_for(words);
    place.edit("'user.is_staff'", "'user.is_staff && user[\"is_active\"]'");
    let checked = place.run(&["check"]);
    checked.succeeded();
    assert!(!checked.stderr.contains("does not ask"), "{checked:?}");
}

#[test]
fn a_payload_without_its_user_is_told_before_anybody_logs_in() {
    for (handler, told) in [
        ("{'sub': user.username}", "comes to a map without \"username\", which says whose a token is"),
        ("payload.username", "comes to a value of type string, and a payload must be a map of JSON"),
        ("{'username': user.usernam}", "the nearest one is user.username"),
    ] {
        let place = Place::with_user(&format!(
            "[graphql_jwt]\njwt_verify_expiration = true\njwt_payload_handler = \"{handler}\""
        ));
        place.run(&["check"]).failed(2, &["graphql_jwt.jwt_payload_handler ", told]);
    }
}

#[test]
fn a_payload_of_somebody_else_is_no_answer_and_no_token() {
    let place = Place::with_user(
        "[graphql_jwt]\njwt_verify_expiration = true\njwt_payload_handler = \"{'username': user.username + 'x'}\"",
    );
    let server = place.serve();
    let query = format!("mutation{{requestToken(username:\"ada\",password:{}){{token}}}}", json!(PASSWORD));
    let answer = server.post("/graphql/", &json!({"query": query}));
    assert_eq!(answer.status, 503);
    assert!(!answer.body.contains("ey"), "{answer:?}");
    server.stderr.wait_for("is not read as that user's");
}
