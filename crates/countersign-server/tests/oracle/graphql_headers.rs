//! GraphQL JWT: the header with the token, and the answers to a bad one.

use countersign_testing::{Request, Settings};
use serde_json::{Value, json};

use super::graphql_support::*;

const PLAIN: &str = "strawberry_django_extras.jwt.response_handlers.http_response_handler";

#[test]
fn the_header_is_read_alike() {
    let pair = pair(&Settings::graphql_jwt());
    let good = made(&pair, "access", &json!({}));
    let header = |value: &str| ask(ME).header("Authorization", value);
    let mut cases = vec![(200, ask(ME))];
    for value in [
        format!("JWT {good}"),
        format!("jwt {good}"),
        format!("JWT   {good}  "),
        format!("JWT\t{good}"),
        "JWT".to_owned(),
        format!("JWT {good} x"),
        format!("Bearer {good}"),
        good.clone(),
        String::new(),
    ] {
        cases.push((200, header(&value)));
    }
    cases.push((200, header(&format!("JWT {good}")).header("Authorization", format!("JWT {good}"))));
    cases.push((200, header("JWT x").header("Authorization", "JWT y")));
    let odd = |between: &[u8]| ask(ME).header("Authorization", [b"JWT", between, good.as_bytes()].concat());
    cases.push((200, odd(b"\xa0")));
    cases.push((200, odd(b"\x85")));
    cases.push((401, header("JWT x")));
    cases.push((401, ask(ME).header("Authorization", b"JWT \xe9".to_vec())));
    pair.agree_all(&cases);
}

#[test]
fn header_and_prefix_may_be_others() {
    let settings = Settings::graphql_jwt()
        .set("JWT_AUTH_HEADER_NAME", "HTTP_X_TOKEN")
        .set("JWT_AUTH_HEADER_PREFIX", "Bearer");
    let pair = pair(&settings);
    let good = made(&pair, "access", &json!({}));
    pair.agree_all(&[
        (200, ask(ME).header("X-Token", format!("bearer {good}"))),
        (200, ask(ME).header("X-Token", format!("JWT {good}"))),
        (200, ask(ME).header("Authorization", format!("Bearer {good}"))),
        (401, ask(ME).header("X-Token", "Bearer x")),
    ]);
}

#[test]
fn a_bad_token_is_refused_before_anything_else() {
    for handler in [None, Some(PLAIN)] {
        let mut settings = Settings::graphql_jwt().set("JWT_VERIFY_EXPIRATION", true);
        if let Some(handler) = handler {
            settings = settings.set("JWT_UNAUTHORIZED_RESPONSE_HANDLER", handler);
        }
        let pair = pair(&settings);
        let mut cases: Vec<_> = wrong_tokens(&pair, "access")
            .iter()
            .filter(|token| !token.contains(' ') && token.is_ascii())
            .map(|token| me(token))
            .collect();
        // What only the other families mind, the middleware of this one lets through.
        cases.retain(|request| request.send(pair.addresses().theirs).status == 401);
        assert!(cases.len() > 15, "{}", cases.len());
        let cases: Vec<_> = cases.into_iter().map(|request| (401, request)).collect();
        pair.agree_all(&cases);
        let bad = |request: Request| (401, request.header("Authorization", "JWT x"));
        pair.agree_all(&[
            bad(Request::get(GRAPHQL).header("Accept", "text/html")),
            bad(Request::new("PUT", GRAPHQL)),
            bad(Request::post(GRAPHQL).body("}")),
            bad(login("ada")),
        ]);
    }
}

#[test]
fn a_gone_user_is_nobody_and_an_inactive_one_is_refused() {
    let pair = pair(&Settings::graphql_jwt());
    let named = |claims: Value| me(&made(&pair, "access", &json!({"username": null, "claims": claims})));
    pair.agree_all(&[
        (200, named(json!({"username": "eve"}))),
        (200, named(json!({"username": "ADA"}))),
        (401, named(json!({"username": "bob"}))),
        (401, named(json!({}))),
        (401, named(json!({"username": ""}))),
        (401, named(json!({"username": null}))),
        (401, named(json!({"username": 0}))),
        (200, named(json!({"username": 5}))),
    ]);
}

#[test]
fn introspection_may_be_for_users_alone() {
    let pair = pair(&Settings::graphql_jwt().set("JWT_AUTHENTICATE_INTROSPECTION", true));
    let schema = "{ __schema { queryType { name } } }";
    // DIFFERENCE: this version of strawberry does not call the package's extension any more.
    let refused = differ(&pair, 200, 200, &ask(schema));
    assert!(refused.theirs.json().get("errors").is_none());
    assert_eq!(
        message(&refused.ours),
        "GraphQL introspection has been disabled, but the requested query contained the field '__schema'."
    );
    let good = made(&pair, "access", &json!({}));
    pair.agree(200, &ask(schema).header("Authorization", format!("JWT {good}")));
    pair.agree(200, &ask("{ __typename }"));
}
