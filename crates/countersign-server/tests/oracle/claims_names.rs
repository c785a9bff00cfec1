//! Claims by other names.

use countersign_testing::{Both, Settings, token};
use serde_json::{Value, json};

use super::rotation::blacklisting;
use super::support::*;

#[test]
fn claims_may_have_other_names() {
    let settings = blacklisting()
        .set("USER_ID_CLAIM", "sub")
        .set("USER_ID_FIELD", "username")
        .set("JTI_CLAIM", "token_id")
        .set("TOKEN_TYPE_CLAIM", "typ")
        .set("SLIDING_TOKEN_REFRESH_EXP_CLAIM", "until");
    let pair = pair(&settings);
    the_whole_way(&pair);
    let Both { ours, .. } = pair.agree(200, &login("ada"));
    assert_eq!(token::claim(&ours.field("access"), "sub"), "ada");

    let made = |change: Value| made(&pair, "refresh", &change);
    pair.agree_all(&[
        (200, refresh(&made(json!({"claims": {"jti": "kept apart", "token_type": "x"}})))),
        (401, refresh(&made(json!({"claims": {"sub": "nobody"}})))),
        (401, refresh(&made(json!({"claims": {"sub": "bob"}})))),
        (401, refresh(&made(json!({"without": ["typ"], "claims": {"token_type": "refresh"}})))),
        (401, verify(&made(json!({"without": ["token_id"], "claims": {"jti": "x"}})))),
        (401, authenticate(&made(json!({"kind": "access", "without": ["sub"], "claims": {"user_id": "1"}})))),
        (401, refresh_sliding(&made(json!({"kind": "sliding", "without": ["until"], "claims": {"refresh_exp": 9_999_999_999_u64}})))),
    ]);
    pair.same_rows();
}

#[test]
fn claims_may_have_no_name() {
    let pair = pair(
        &Settings::new()
            .without_blacklist_app()
            .set("TOKEN_TYPE_CLAIM", Value::Null)
            .set("JTI_CLAIM", Value::Null),
    );
    let plain = r#"{"exp":9999999999,"user_id":"1"}"#;
    let plain = pair.oracle.call_text("sign_text", json!({"text": plain}));
    let typed = r#"{"token_type":"odd","exp":9999999999,"jti":5,"user_id":"1"}"#;
    let typed = pair.oracle.call_text("sign_text", json!({"text": typed}));
    pair.agree_all(&[(200, authenticate(&plain)), (200, verify(&plain)), (401, authenticate(&typed))]);
    // Theirs name these claims null, ours leave them out.
    let ours = pair.addresses().ours;
    let answer = login("ada").send(ours);
    let access = token::Token::read(&answer.field("access")).expect("an access token");
    let names: Vec<_> = access.claims.0.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["exp", "iat", "user_id"]);
    assert_eq!(authenticate(&answer.field("access")).send(ours).status, 200);
    assert_eq!(refresh(&answer.field("refresh")).send(ours).status, 200);
}
