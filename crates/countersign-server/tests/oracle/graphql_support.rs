//! What the stories of GraphQL JWT share: one path, and questions in GraphQL.

use countersign_testing::{Both, Pair, Request, Response};
use serde_json::{Value, json};

pub(crate) use super::ninja_support::differ;
pub(crate) use super::support::{PASSWORD, countersign, made, pair, shared, wrong_tokens};

pub(crate) const GRAPHQL: &str = "/graphql/";
pub(crate) const REFRESH_TOKENS: &str = "refresh_token_refreshtoken";

pub(crate) const ME: &str = "{ me { id username email isActive isSuperuser isStaff fullName } }";
pub(crate) const REVOKE: &str = "mutation($token: String!) { revokeToken(token: $token) }";
pub(crate) const VERIFY: &str = "mutation($token: String!) { verifyToken(token: $token) { exp iat } }";
pub(crate) const REFRESH: &str = "mutation($token: String) { requestToken(refreshToken: $token) { token refreshToken { token exp iat } } }";
const LOGIN: &str = "mutation($username: String, $password: String) { requestToken(username: $username, password: \
                     $password) { token refreshToken { token exp iat } } }";

pub(crate) fn ask(query: &str) -> Request {
    ask_with(query, &json!({}))
}

pub(crate) fn ask_with(query: &str, variables: &Value) -> Request {
    Request::post(GRAPHQL).json(&json!({"query": query, "variables": variables}))
}

pub(crate) fn login(username: &str) -> Request {
    ask_with(LOGIN, &json!({"username": username, "password": PASSWORD}))
}

pub(crate) fn me(token: &str) -> Request {
    ask(ME).header("Authorization", format!("JWT {token}"))
}

pub(crate) fn refresh(token: &str) -> Request {
    ask_with(REFRESH, &json!({"token": token}))
}

pub(crate) fn revoke(token: &str) -> Request {
    ask_with(REVOKE, &json!({"token": token}))
}

pub(crate) fn verify(token: &str) -> Request {
    ask_with(VERIFY, &json!({"token": token}))
}

/// The token that `requestToken` gave.
#[track_caller]
pub(crate) fn token(answer: &Response) -> String {
    text(answer, &["token"])
}

/// The long-running refresh token that it gave.
#[track_caller]
pub(crate) fn refresh_token(answer: &Response) -> String {
    text(answer, &["refreshToken", "token"])
}

#[track_caller]
fn text(answer: &Response, path: &[&str]) -> String {
    let granted = &answer.json()["data"]["requestToken"];
    let value = path.iter().fold(granted, |value, name| &value[name]);
    value.as_str().unwrap_or_else(|| panic!("no {path:?} in {answer:?}")).to_owned()
}

/// The message of the first error.
#[track_caller]
pub(crate) fn message(answer: &Response) -> String {
    let message = &answer.json()["errors"][0]["message"];
    message.as_str().unwrap_or_else(|| panic!("no error in {answer:?}")).to_owned()
}

/// Sends each side a request about its own token.
#[track_caller]
pub(crate) fn agree_on(pair: &Pair, tokens: &Both<String>, request: fn(&str) -> Request) -> Both<Response> {
    pair.agree_each(200, &tokens.as_ref().map(|token| request(token)))
}

/// Each side's of the two tokens.
pub(crate) fn each(answers: &Both<Response>, pick: fn(&Response) -> String) -> Both<String> {
    answers.as_ref().map(pick)
}
