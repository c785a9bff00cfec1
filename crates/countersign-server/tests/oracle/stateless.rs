//! Users who are what their token says, and looked up nowhere.

use countersign_testing::{Request, Settings};
use serde_json::{Value, json};

use super::support::*;

#[test]
fn stateless_users_are_what_the_token_says() {
    let pair = pair(&Settings::new().stateless());
    let claiming = |claims: Value| authenticate(&made(&pair, "access", &json!({"claims": claims})));
    pair.agree_all(&[
        (200, claiming(json!({}))),
        (200, claiming(json!({"user_id": "4711"}))),
        (200, claiming(json!({"user_id": 4711}))),
        (200, claiming(json!({"user_id": "somebody"}))),
        (200, claiming(json!({"username": "grace", "is_staff": true, "is_superuser": true}))),
        (200, authenticate(&pair.make_token(json!({"kind": "access", "username": "bob"})))),
        (401, authenticate(&pair.make_token(json!({"kind": "access"})))),
        (401, authenticate(&made(&pair, "refresh", &json!({})))),
        (401, Request::get(AUTHENTICATE)),
        (405, Request::post(AUTHENTICATE).bearer(&made(&pair, "access", &json!({})))),
    ]);
}
