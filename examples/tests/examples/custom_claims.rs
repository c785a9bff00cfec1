//! `custom_claims`: what tokens say, and who may have one.

use countersign_testing::Request;

use crate::harness::Example;

#[test]
fn what_its_documentation_says_is_what_happens() {
    Example::start(env!("CARGO_BIN_EXE_custom_claims")).walk("src/bin/custom_claims.rs");
}

#[test]
fn a_token_that_was_refreshed_says_the_same() {
    let service = Example::start(env!("CARGO_BIN_EXE_custom_claims"));
    let [_, refresh] = service.log_in("ada", "correct horse");
    let refreshed = service.ask(&Request::post("/api/token/refresh/").form(&format!("refresh={refresh}")));
    let answer = service.ask(&Request::get("/invoices").bearer(&refreshed.field("access")));
    assert_eq!(answer.text(), "12 invoices of the tenant engines, sent to ada@example.org\n");
}

#[test]
fn nobody_sees_invoices() {
    let service = Example::start(env!("CARGO_BIN_EXE_custom_claims"));
    assert_eq!(service.ask(&Request::get("/invoices")).status, 401);
}
