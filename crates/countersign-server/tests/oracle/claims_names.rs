//! Claims by other names.

use countersign_testing::{Both, token};
use serde_json::{Value, json};

use crate::rotation::blacklisting;
use crate::support::*;

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
