//! Methods, the `Accept` header, `?format=` and `OPTIONS`.

use countersign_testing::{Request, Settings, UserModel};
use serde_json::json;

use super::support::*;

const ROUTES: [&str; 6] = [OBTAIN, REFRESH, VERIFY, BLACKLIST, OBTAIN_SLIDING, REFRESH_SLIDING];

#[test]
fn other_methods_are_refused_alike() {
    let pair = pair(&Settings::new());
    let mut cases = Vec::new();
    for route in ROUTES {
        for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            cases.push((405, Request::new(method, route)));
        }
        cases.push((405, Request::new("PUT", route).json(&json!({"username": "ada", "password": PASSWORD}))));
        cases.push((405, Request::new("PUT", route).header("Content-Type", "text/plain").body("no")));
    }
    pair.agree_all(&cases);
}

#[test]
fn the_protected_view_asks_who_it_is_before_what_it_wants() {
    let pair = pair(&Settings::new());
    let token = pair.make_token(json!({"kind": "access", "username": "ada"}));
    let mut cases = Vec::new();
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        cases.push((401, Request::new(method, AUTHENTICATE)));
        cases.push((401, Request::new(method, AUTHENTICATE).bearer("nonsense")));
        cases.push((405, Request::new(method, AUTHENTICATE).bearer(&token)));
        cases.push((405, Request::new(method, AUTHENTICATE).bearer(&token).json(&json!({}))));
    }
    for method in ["HEAD", "OPTIONS"] {
        cases.push((401, Request::new(method, AUTHENTICATE)));
        cases.push((200, Request::new(method, AUTHENTICATE).bearer(&token)));
    }
    pair.agree_all(&cases);
}

#[test]
fn options_describe_each_view() {
    let pair = pair(&Settings::new());
    pair.agree_all(&ROUTES.map(|route| (200, Request::new("OPTIONS", route))));
    pair.agree_all(
        &ROUTES.map(|route| {
            (200, Request::new("OPTIONS", route).header("Accept", "application/json; indent=2"))
        }),
    );
    pair.agree_all(&[
        (406, Request::new("OPTIONS", OBTAIN).header("Accept", "application/xml")),
        (404, Request::new("OPTIONS", "/api/token/?format=xml")),
        (200, Request::new("OPTIONS", OBTAIN).json(&json!({"username": "ada"}))),
    ]);
}

#[test]
fn options_name_the_username_field() {
    let pair = countersign_testing::Pair::on_copies(
        &Settings::new().users(UserModel::Person),
        &countersign(),
        |_| (),
    );
    pair.agree(200, &Request::new("OPTIONS", OBTAIN));
    pair.agree(400, &Request::post(OBTAIN).json(&json!({})));
}

#[test]
fn the_accept_header_is_read_alike() {
    let pair = pair(&Settings::new());
    let accepts = [
        (200, "*/*"),
        (200, "application/json"),
        (200, "application/*"),
        (200, "APPLICATION/JSON"),
        (200, "application/json, text/javascript, */*; q=0.01"),
        (200, "application/xml, application/json;q=0.5"),
        (200, "application/xml, */*;q=0.1"),
        (200, "application/json;q=0"),
        (200, "application/json; charset=utf-8"),
        (200, "application/json; version=2"),
        (200, "application/json; indent=4"),
        (200, "application/json;indent=1"),
        (200, "application/json; indent=0"),
        (200, "application/json; indent=99"),
        (200, "application/json; indent=-3"),
        (200, "application/json; indent=four"),
        (200, "application/json; indent=\"2\""),
        (200, "*/*; indent=4"),
        (200, "application/*; indent=3"),
        (200, "application/xml,application/json; indent=2"),
        (200, "application/json,,"),
        (200, ", application/json"),
        (406, ""),
        (406, "application/xml"),
        (406, "image/*"),
        (406, "application/vnd.api+json"),
        (406, "application/jsonp"),
        (406, "nonsense"),
        (406, "application"),
        (406, "application/xml; indent=4"),
        (406, "text/plain, image/png"),
    ];
    pair.agree_all(&accepts.map(|(status, accept)| (status, login("ada").header("Accept", accept))));
    // Nothing of a request is looked at before it is clear that it can be answered.
    pair.agree_all(&[
        (406, Request::get(OBTAIN).header("Accept", "application/xml")),
        (406, Request::post(OBTAIN).header("Accept", "application/xml").body("no type")),
        (406, Request::get(AUTHENTICATE).header("Accept", "application/xml")),
        (400, Request::post(OBTAIN).json(&json!({})).header("Accept", "application/json; indent=4")),
        (401, Request::get(AUTHENTICATE).header("Accept", "application/json; indent=2")),
        (405, Request::get(OBTAIN).header("Accept", "application/json; indent=8")),
    ]);
    pair.same_rows();
}

#[test]
fn the_format_parameter_is_read_alike() {
    let pair = pair(&Settings::new());
    let to = |path: &str| Request::post(path).json(&json!({"username": "ada", "password": PASSWORD}));
    pair.agree_all(&[
        (200, to("/api/token/?format=json")),
        (200, to("/api/token/?format=")),
        (200, to("/api/token/?a=1&format=json&b=2")),
        (200, to("/api/token/?format=xml&format=json")),
        (200, to("/api/token/?f%6Frmat=j%73on")),
        (200, to("/api/token/?formats=xml")),
        (404, to("/api/token/?format=xml")),
        (404, to("/api/token/?format=JSON")),
        (404, to("/api/token/?format=json&format=xml")),
        (404, to("/api/token/?format=%20json")),
        (406, to("/api/token/?format=json").header("Accept", "application/xml")),
        (404, Request::get("/api/token/?format=xml")),
        (404, Request::get("/api/token/authenticate/?format=xml")),
        (401, Request::get("/api/token/authenticate/?format=json")),
    ]);
    pair.same_rows();
}
