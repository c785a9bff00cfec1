//! What is said by HTTP: headers, methods, content types, statuses.

use countersign::dialect::graphql_jwt::UnauthorizedHandler;

use super::*;

const ME: &str = r#"{"query":"{me{id}}"}"#;
const SIGNED_IN: &str = r#"{"data":{"me":{"id":"VXNlclR5cGU6Nw=="}}}"#;
const NOBODY: &str = r#"{"data":{"me":null}}"#;

#[tokio::test]
async fn the_token_is_in_the_header_after_the_prefix() {
    let house = house();
    let token = house.token().await;
    for (header, body) in [
        (format!("JWT {token}"), SIGNED_IN),
        (format!("jwt   {token}  "), SIGNED_IN),
        (format!("JWT\t{token}"), SIGNED_IN),
        (format!("Bearer {token}"), NOBODY),
        (format!("JWT {token} x"), NOBODY),
        (token.clone(), NOBODY),
        ("JWT".to_owned(), NOBODY),
        (String::new(), NOBODY),
    ] {
        assert_eq!(house.post(ME, &[("authorization", &header)]).await.text(), body, "{header}");
    }
    let twice = format!("JWT {token}");
    let twice = house.post(ME, &[("authorization", &twice), ("authorization", &twice)]).await;
    assert_eq!(twice.text(), NOBODY);

    let dialect = GraphqlJwt::default().header_name("x-token".parse().unwrap()).header_prefix("Bearer");
    let house = house_with(dialect, |_, _| {});
    let header = format!("bearer {token}");
    assert_eq!(house.post(ME, &[("x-token", &header)]).await.text(), SIGNED_IN);
    assert_eq!(house.post(ME, &[("authorization", &header)]).await.text(), NOBODY);
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_before_anything_else() {
    let house = house();
    let expired = house.token().await;
    house.clock.advance(Span::from_mins(60));
    let expired = format!("JWT {expired}");
    for (header, message) in [("JWT x", "Invalid token"), (&*expired, "Token expired")] {
        let headers = [("authorization", header), ("accept", "text/html")];
        for method in [Method::GET, Method::POST, Method::PUT, Method::OPTIONS] {
            let refused = house.send(request(method, "/graphql/", &headers, "}")).await;
            assert_eq!(
                (refused.status, refused.header("content-type")),
                (StatusCode::UNAUTHORIZED, Some("application/json"))
            );
            assert_eq!(
                refused.text(),
                format!(
                    "{{\"errors\": [{{\"message\": \"{message}\", \"code\": \"unauthorized\", \"hint\": \"Either use \
                     Valid Token or make requests without token.\"}}]}}"
                )
            );
        }
    }
    let dialect = GraphqlJwt::default().unauthorized(UnauthorizedHandler::PlainText);
    let refused = house_with(dialect, |_, _| {}).post(ME, &[("authorization", "JWT x")]).await;
    assert_eq!(refused.header("content-type"), Some("text/plain"));
    assert_eq!((refused.status, refused.text()), (StatusCode::UNAUTHORIZED, "Invalid token"));
}

#[tokio::test]
async fn a_user_who_is_gone_is_nobody_and_an_inactive_one_is_refused() {
    let house = house();
    let header = format!("JWT {}", house.token().await);
    house.store.add_user(User { is_active: false, ..ada() });
    assert_eq!(house.post(ME, &[("authorization", &header)]).await.status, StatusCode::UNAUTHORIZED);
    house.store.remove_user(&UserKey::Int(7));
    assert_eq!(house.post(ME, &[("authorization", &header)]).await.text(), NOBODY);
}

#[tokio::test]
async fn what_is_no_graphql_request_is_400() {
    let house = house();
    for (body, reason) in [
        ("", "Unable to parse request body as JSON"),
        ("{", "Unable to parse request body as JSON"),
        ("\u{feff}{}", "Unable to parse request body as JSON"),
        ("null", "The GraphQL request must be a JSON object"),
        ("5", "The GraphQL request must be a JSON object"),
        ("[]", "Batching is not enabled"),
        (r#"[{"query":"{me{id}}"}]"#, "Batching is not enabled"),
        ("{}", "No GraphQL query found in the request"),
        (r#"{"query":null}"#, "No GraphQL query found in the request"),
        (r#"{"query":""}"#, "No GraphQL query found in the request"),
        (r#"{"query":5}"#, "The GraphQL operation's `query` must be a string or null, if provided."),
        (
            r#"{"query":"{a}","variables":[]}"#,
            "The GraphQL operation's `variables` must be an object or null, if provided.",
        ),
        (
            r#"{"query":"{a}","extensions":1}"#,
            "The GraphQL operation's `extensions` must be an object or null, if provided.",
        ),
        (r#"{"query":"{me{id}}","operationName":"X"}"#, "Unknown operation named \"X\"."),
        (r#"{"query":"{me{id}}","operationName":5}"#, "Unknown operation named \"5\"."),
        (r#"{"query":"fragment F on Query{me{id}}"}"#, "Can't get GraphQL operation type"),
    ] {
        let answer = house.post(body.to_owned(), &[]).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::BAD_REQUEST, reason), "{body}");
        assert_eq!(answer.header("content-type"), Some("text/plain"));
    }
    assert_eq!(house.post(&b"\xff\xfe"[..], &[]).await.status, StatusCode::BAD_REQUEST);
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    {
        let headers = [("content-type", content_type)];
        let answer = house.send(request(Method::POST, "/graphql/", &headers, ME)).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::BAD_REQUEST, "Unsupported content type"));
    }
    let headers = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(house.send(request(Method::POST, "/graphql/", &headers, ME)).await.text(), NOBODY);
}

#[tokio::test]
async fn queries_come_by_get_and_mutations_do_not() {
    let house = house();
    let ask = async |query: &str| house.get(&format!("/graphql/?{query}"), &[]).await;
    assert_eq!(ask("query=%7Bme%7Bid%7D%7D").await.text(), NOBODY);
    assert_eq!(ask("query=x&query=%7Bme%7Bid%7D%7D").await.text(), NOBODY);
    let variables =
        "query=query($a:Boolean!)%7Bme@skip(if:$a)%7Bid%7D__typename%7D&variables=%7B%22a%22:true%7D";
    assert_eq!(ask(variables).await.text(), r#"{"data":{"__typename":"Query"}}"#);
    let named = "query=query%20A%7Bme%7Bid%7D%7Dquery%20B%7B__typename%7D";
    assert_eq!(ask(named).await.text(), NOBODY, "the first, where none is named");
    assert_eq!(ask(&format!("{named}&operationName=B")).await.text(), r#"{"data":{"__typename":"Query"}}"#);
    for (query, reason) in [
        ("", "No GraphQL query found in the request"),
        ("query=", "No GraphQL query found in the request"),
        ("query=%7Bme%7Bid%7D%7D&variables=%7B", "Unable to parse request body as JSON"),
        (
            "query=%7Bme%7Bid%7D%7D&variables=",
            "The GraphQL operation's `variables` must be an object or null, if provided.",
        ),
        ("query=mutation%7BrevokeToken(token:%22x%22)%7D", "mutations are not allowed when using GET"),
    ] {
        let answer = ask(query).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::BAD_REQUEST, reason), "{query}");
    }
    let error = ask("query=subscription%7Bme%7Bid%7D%7D").await.error();
    assert_eq!(error, "The subscription operation is not supported by the schema.");
}

#[tokio::test]
async fn other_methods_are_405() {
    let house = house();
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        let answer = house.send(request(method, "/graphql/", &[], ME)).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.text(), "GraphQL only supports GET and POST requests.");
    }
    let head = house.send(request(Method::HEAD, "/graphql/", &[("accept", "text/html")], "")).await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_document_that_is_wrong_is_an_answer_with_errors() {
    let house = house();
    for query in [
        "{me{id}",
        "{nope}",
        "{me}",
        "{me{nope}}",
        "mutation{verifyToken{exp}}",
        "mutation{verifyToken(token:5){exp}}",
    ] {
        let answer = house.ask(query, json!({}), None).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text().starts_with(r#"{"data":null,"errors":[{"message":""#), "{}", answer.text());
        assert_eq!(answer.json()["errors"][0]["locations"][0]["line"], 1, "{query}");
    }
    let verify = "mutation($t: String!) { verifyToken(token: $t) { exp } }";
    for variables in [json!({}), json!({"t": null}), json!({"t": 5}), json!({"t": ["x"]})] {
        house.ask(verify, variables, None).await.error();
    }
}
