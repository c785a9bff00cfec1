//! `minimal`: login, refresh, logout.

use countersign_testing::Request;

use crate::harness::Example;

#[test]
fn what_its_documentation_says_is_what_happens() {
    let service = Example::start(env!("CARGO_BIN_EXE_minimal"));
    service.walk("src/bin/minimal.rs");
}

#[test]
fn a_wrong_password_buys_nothing() {
    let service = Example::start(env!("CARGO_BIN_EXE_minimal"));
    let answer = service.ask(&Request::post("/api/token/").form("username=ada&password=wrong"));
    assert_eq!(answer.status, 401);
    assert_eq!(answer.field("detail"), "No active account found with the given credentials");
}

#[test]
fn a_refresh_token_that_comes_again_ends_its_session() {
    let service = Example::start(env!("CARGO_BIN_EXE_minimal"));
    let [_, first] = service.log_in("ada", "correct horse");
    let refresh =
        |token: &str| service.ask(&Request::post("/api/token/refresh/").form(&format!("refresh={token}")));
    let second = refresh(&first).field("refresh");
    let third = refresh(&second).field("refresh");
    assert_eq!(refresh(&first).status, 401, "it was used two refreshes ago");
    assert_eq!(refresh(&third).status, 401, "somebody else may have it");
}
