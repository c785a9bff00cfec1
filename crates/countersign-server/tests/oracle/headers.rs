//! How a token is carried.

use countersign_testing::{Request, Settings};
use serde_json::json;

use super::support::*;

fn with_header(value: &str) -> Request {
    Request::get(AUTHENTICATE).header("Authorization", value)
}

#[test]
fn several_header_types_are_known() {
    let pair = pair(&Settings::new().set("AUTH_HEADER_TYPES", json!(["Bearer", "JWT"])));
    let token = made(&pair, "access", &json!({}));
    pair.agree_all(&[
        (200, with_header(&format!("Bearer {token}"))),
        (200, with_header(&format!("JWT {token}"))),
        (401, with_header(&format!("jwt {token}"))),
        (401, with_header("JWT")),
        (401, with_header(&format!("Token {token}"))),
        (401, Request::get(AUTHENTICATE)),
        (401, login("nobody")),
    ]);
}

#[test]
fn the_first_header_type_is_the_challenge() {
    for types in [json!(["JWT", "Bearer"]), json!("JWT")] {
        let pair = pair(&Settings::new().set("AUTH_HEADER_TYPES", types));
        let token = made(&pair, "access", &json!({}));
        pair.agree_all(&[
            (200, with_header(&format!("JWT {token}"))),
            (401, Request::get(AUTHENTICATE)),
            (401, login("nobody")),
            (401, refresh("nonsense")),
        ]);
    }
}

#[test]
fn another_header_may_carry_the_token() {
    let pair = pair(&Settings::new().set("AUTH_HEADER_NAME", "HTTP_X_ACCESS_TOKEN"));
    let token = made(&pair, "access", &json!({}));
    pair.agree_all(&[
        (200, Request::get(AUTHENTICATE).header("X-Access-Token", format!("Bearer {token}"))),
        (200, Request::get(AUTHENTICATE).header("x-access-token", format!("Bearer {token}"))),
        (401, Request::get(AUTHENTICATE).header("X-Access-Token", token.as_str())),
        (401, Request::get(AUTHENTICATE).header("X-Access-Token", "Bearer")),
        (401, with_header(&format!("Bearer {token}"))),
    ]);
}

#[test]
fn the_header_is_read_alike() {
    let pair = pair(&Settings::new());
    let token = made(&pair, "access", &json!({}));
    let header = |status, value: String| (status, with_header(&value));
    pair.agree_all(&[
        header(200, format!("Bearer {token}")),
        header(200, format!("Bearer   {token}")),
        header(200, format!("Bearer\t{token}")),
        header(200, format!("  Bearer {token}  ")),
        header(401, String::new()),
        header(401, " ".to_owned()),
        header(401, "Bearer".to_owned()),
        header(401, "Bearer ".to_owned()),
        header(401, format!("bearer {token}")),
        header(401, format!("BEARER {token}")),
        header(401, format!("JWT {token}")),
        header(401, format!("Basic {token}")),
        header(401, "Basic".to_owned()),
        header(401, format!("Bearer: {token}")),
        header(401, format!("Bearer,{token}")),
        header(401, format!("Bearer {token} more")),
        header(401, "Bearer a b c".to_owned()),
        header(401, token.clone()),
        header(401, format!("Bearer \"{token}\"")),
        header(401, "Bearer x".to_owned()),
        (401, Request::get(AUTHENTICATE)),
        (401, Request::get(AUTHENTICATE).header("Authorization", b"Bearer \xff\xfe".to_vec())),
        (401, Request::get(AUTHENTICATE).header("Authorization", b"\xc3\xa9 x".to_vec())),
        (401, Request::get(&format!("{AUTHENTICATE}?token={token}"))),
        (401, Request::get(AUTHENTICATE).header("Cookie", format!("access={token}"))),
        (401, Request::get(AUTHENTICATE).header("X-Access-Token", format!("Bearer {token}"))),
        (200, Request::get(AUTHENTICATE).header("authorization", format!("Bearer {token}"))),
    ]);
}
