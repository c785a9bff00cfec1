//! `graphql`: a schema of one's own, guarded.

use countersign_testing::Request;
use serde_json::json;

use crate::harness::Example;

#[test]
fn what_its_documentation_says_is_what_happens() {
    Example::start(env!("CARGO_BIN_EXE_graphql")).walk("src/bin/graphql.rs");
}

#[test]
fn what_is_no_operation_gives_no_data() {
    let service = Example::start(env!("CARGO_BIN_EXE_graphql"));
    for body in [json!([]), json!({}), json!({"query": 1}), json!({"query": "{ diary"})] {
        let answer = service.ask(&Request::post("/graphql").json(&body));
        assert!(answer.status < 500 && !answer.text().contains(r#""data":{"#), "{body}: {answer:?}");
    }
}
