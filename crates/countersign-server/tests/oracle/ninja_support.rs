//! What the stories of Ninja JWT share: its paths, and its bodies where SimpleJWT has others.

use countersign_testing::{Both, Pair, Request, Response};
use serde_json::{Value, json};

pub(crate) use crate::support::{
    BLACKLISTED, OUTSTANDING, PASSWORD, agree_on, countersign, made, pair, shared, wrong_tokens,
};

pub(crate) const OBTAIN: &str = "/api/token/pair";
pub(crate) const REFRESH: &str = "/api/token/refresh";
pub(crate) const VERIFY: &str = "/api/token/verify";
pub(crate) const BLACKLIST: &str = "/api/token/blacklist";
pub(crate) const OBTAIN_SLIDING: &str = "/api/token/sliding";
pub(crate) const REFRESH_SLIDING: &str = "/api/token/sliding/refresh";
pub(crate) const AUTHENTICATE: &str = "/api/token/authenticate";

pub(crate) fn login(username: &str) -> Request {
    Request::post(OBTAIN).json(&json!({"username": username, "password": PASSWORD}))
}

pub(crate) fn login_sliding(username: &str) -> Request {
    Request::post(OBTAIN_SLIDING).json(&json!({"username": username, "password": PASSWORD}))
}

pub(crate) fn refresh(token: &str) -> Request {
    Request::post(REFRESH).json(&json!({"refresh": token}))
}

pub(crate) fn refresh_sliding(token: &str) -> Request {
    Request::post(REFRESH_SLIDING).json(&json!({"token": token}))
}

pub(crate) fn verify(token: &str) -> Request {
    Request::post(VERIFY).json(&json!({"token": token}))
}

pub(crate) fn blacklist(token: &str) -> Request {
    Request::post(BLACKLIST).json(&json!({"refresh": token}))
}

pub(crate) fn authenticate(token: &str) -> Request {
    Request::get(AUTHENTICATE).bearer(token)
}

/// A request that is right there and wrong here: both must answer as told.
#[track_caller]
pub(crate) fn differ(pair: &Pair, theirs: u16, ours: u16, request: &Request) -> Both<Response> {
    let answers = pair.send(&Both { theirs: request.clone(), ours: request.clone() });
    assert_eq!((answers.theirs.status, answers.ours.status), (theirs, ours), "{request:?}\n{answers:?}");
    answers
}

/// Bodies that no endpoint takes, with the status that says so.
pub(crate) fn wrong_bodies(path: &str) -> Vec<(u16, Request)> {
    let mut cases = vec![(422, Request::post(path)), (422, Request::post(path).body("null"))];
    for body in ["[]", "[1]", "5", "\"x\"", "true"] {
        cases.push((422, Request::post(path).body(body)));
    }
    for body in ["{", "nul", "username=ada&password=x", " ", "{} {}", "{'a':1}"] {
        cases.push((400, Request::post(path).body(body)));
    }
    cases.push((400, Request::post(path).body(&b"\xff\xfe"[..])));
    cases
}

/// Each body at `path`.
pub(crate) fn posts(path: &str, bodies: impl IntoIterator<Item = (u16, Value)>) -> Vec<(u16, Request)> {
    bodies.into_iter().map(|(status, body)| (status, Request::post(path).json(&body))).collect()
}
