//! What the stories of Ninja JWT share: its paths, and its bodies where SimpleJWT has others.

use countersign_testing::Request;

pub(crate) use super::support::{
    BLACKLISTED, OUTSTANDING, PASSWORD, agree_on, countersign, differ, handed_to_the_database, made, pair,
    posts, shared, wrong_tokens,
};
use super::support::{login_at, present_at, wrong_json};

pub(crate) const OBTAIN: &str = "/api/token/pair";
pub(crate) const REFRESH: &str = "/api/token/refresh";
pub(crate) const VERIFY: &str = "/api/token/verify";
pub(crate) const BLACKLIST: &str = "/api/token/blacklist";
pub(crate) const OBTAIN_SLIDING: &str = "/api/token/sliding";
pub(crate) const REFRESH_SLIDING: &str = "/api/token/sliding/refresh";
pub(crate) const AUTHENTICATE: &str = "/api/token/authenticate";

pub(crate) fn login(username: &str) -> Request {
    login_at(OBTAIN, username, PASSWORD)
}

pub(crate) fn login_sliding(username: &str) -> Request {
    login_at(OBTAIN_SLIDING, username, PASSWORD)
}

pub(crate) fn refresh(token: &str) -> Request {
    present_at(REFRESH, "refresh", token)
}

pub(crate) fn refresh_sliding(token: &str) -> Request {
    present_at(REFRESH_SLIDING, "token", token)
}

pub(crate) fn verify(token: &str) -> Request {
    present_at(VERIFY, "token", token)
}

pub(crate) fn blacklist(token: &str) -> Request {
    present_at(BLACKLIST, "refresh", token)
}

pub(crate) fn authenticate(token: &str) -> Request {
    Request::get(AUTHENTICATE).bearer(token)
}

/// Bodies that no endpoint takes, with the status that says so.
pub(crate) fn wrong_bodies(path: &str) -> Vec<(u16, Request)> {
    wrong_json(|| Request::post(path))
}
