//! What the stories of dj-ninja-auth share: its paths, and how one asks.

use countersign_testing::{Pair, Request};
use serde_json::{Value, json};

pub(crate) use super::support::{
    PASSWORD, agree_on, countersign, differ, handed_to_the_database, made, pair, posts, shared, wrong_tokens,
};
use super::support::{login_at, present_at, wrong_json};

pub(crate) const LOGIN: &str = "/api/auth/login";
pub(crate) const LOGOUT: &str = "/api/auth/logout";
pub(crate) const REFRESH: &str = "/api/auth/refresh";
pub(crate) const VERIFY: &str = "/api/auth/verify";
pub(crate) const ME: &str = "/api/auth/me";
pub(crate) const CHANGE: &str = "/api/auth/password/change";
pub(crate) const RESET_REQUEST: &str = "/api/auth/password/reset/request";
pub(crate) const RESET_CONFIRM: &str = "/api/auth/password/reset/confirm";

pub(crate) const NEW_PASSWORD: &str = "note G, the first program";

pub(crate) fn login(username: &str) -> Request {
    login_with(username, PASSWORD)
}

pub(crate) fn login_with(username: &str, password: &str) -> Request {
    login_at(LOGIN, username, password)
}

pub(crate) fn refresh(token: &str) -> Request {
    present_at(REFRESH, "refresh", token)
}

pub(crate) fn me(token: &str) -> Request {
    Request::get(ME).bearer(token)
}

pub(crate) fn logout(token: &str) -> Request {
    Request::post(LOGOUT).bearer(token)
}

/// Has `token` verified by somebody who has proven to be somebody with it.
pub(crate) fn verify_itself(token: &str) -> Request {
    verify(token, token)
}

pub(crate) fn verify(bearer: &str, token: &str) -> Request {
    present_at(VERIFY, "token", token).bearer(bearer)
}

/// A change of ada's password, with what `change` says otherwise; `null` leaves a field out.
pub(crate) fn change_password(bearer: &str, change: &Value) -> Request {
    let whole = json!({
        "username": "ada", "old_password": PASSWORD, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD,
    });
    Request::post(CHANGE).json(&changed(whole, change)).bearer(bearer)
}

/// A new password by a mailed link, with what `change` says otherwise; `null` leaves a field out.
pub(crate) fn confirm_reset(link: &[String; 2], change: &Value) -> Request {
    let [uid, token] = link;
    let whole =
        json!({"uid": uid, "token": token, "new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD});
    Request::post(RESET_CONFIRM).json(&changed(whole, change))
}

pub(crate) fn request_reset(email: &str) -> Request {
    Request::post(RESET_REQUEST).json(&json!({"email": email}))
}

fn changed(mut whole: Value, change: &Value) -> Value {
    for (name, value) in change.as_object().into_iter().flatten() {
        match value {
            Value::Null => drop(whole.as_object_mut().and_then(|fields| fields.remove(name))),
            value => whole[name] = value.clone(),
        }
    }
    whole
}

/// A link for a new password for `username`, as the genuine package makes it.
pub(crate) fn link(pair: &Pair, username: &str) -> [String; 2] {
    serde_json::from_value(pair.oracle.call("reset_link", json!({"username": username}))).expect("two texts")
}

/// Bodies that no endpoint takes, with the status that says so.
pub(crate) fn wrong_bodies(ask: impl Fn() -> Request) -> Vec<(u16, Request)> {
    let mut cases = wrong_json(&ask);
    cases.extend(["{}", " {} "].map(|body| (422, ask().body(body))));
    cases
}
