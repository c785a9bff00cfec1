//! However much is asked, little is done.

use super::*;

#[tokio::test]
async fn documents_are_bounded_in_depth_and_length() {
    let house = house();
    let deep = format!("{}{}", "{me".repeat(10_000), "}".repeat(10_000));
    let message = house.ask(&deep, json!({}), None).await.error();
    assert_eq!(message, "Syntax Error: Document is nested too deeply. Parsing aborted.");
    let long = "a: __typename ".repeat(25_000);
    let message = house.ask(&format!("{{{long}}}"), json!({}), None).await.error();
    assert_eq!(message, "Syntax Error: Document contains more than 5000 tokens. Parsing aborted.");
    let types = format!("{{__type(name:\"Query\"){{{}name{}}}}}", "ofType{".repeat(30), "}".repeat(30));
    let message = house.ask(&types, json!({}), None).await.error();
    assert_eq!(message, "The operation is nested more than 20 levels deep.");
}

#[tokio::test]
async fn fragments_that_double_are_counted_and_not_spread() {
    let house = house();
    let mut bomb = String::from("{...F0}");
    for number in 0..100 {
        let next = number + 1;
        bomb = format!("{bomb}fragment F{number} on Query{{...F{next} ...F{next}}}");
    }
    bomb += "fragment F100 on Query{__typename}";
    let message = house.ask(&bomb, json!({}), None).await.error();
    assert_eq!(message, "The operation selects more than 1000 fields.");
    // As an operation that is not executed, it is validated all the same.
    let hidden = format!("query A{{__typename}} query B{bomb}");
    house.ask(&hidden, json!({}), None).await.error();
    for (circle, name) in [
        ("{...F} fragment F on Query{...F}", "F"),
        ("{...F} fragment F on Query{...G} fragment G on Query{me{id} ...F}", "F"),
    ] {
        let message = house.ask(circle, json!({}), None).await.error();
        assert_eq!(message, format!("Cannot spread fragment '{name}' within itself."));
    }
}

#[tokio::test]
async fn a_request_holds_few_mutations() {
    let house = house();
    let logins = |count: usize| {
        let login = r#"requestToken(username:"ada",password:"pw"){token}"#;
        let logins: Vec<_> = (0..count).map(|number| format!("a{number}:{login}")).collect();
        format!("mutation{{{}}}", logins.join(" "))
    };
    assert_eq!(house.data(&logins(10), json!({})).await.as_object().unwrap().len(), 10);
    let message = house.ask(&logins(100), json!({}), None).await.error();
    assert_eq!(message, "The operation holds more than 10 mutations.");
    let spread = logins(6).replacen("mutation", "fragment F on Mutation", 1) + "mutation{...F ...F}";
    let message = house.ask(&spread, json!({}), None).await.error();
    assert_eq!(message, "The operation holds more than 10 mutations.");
}

#[tokio::test]
async fn introspection_is_bounded() {
    let house = house();
    let schema = house.data(INTROSPECTION, json!({})).await;
    assert_eq!(schema["__schema"]["mutationType"]["name"], "Mutation");
    let again = "type{fields{";
    let nested = format!("{{__schema{{types{{fields{{{}name{}}}}}}}}}", again.repeat(4), "}".repeat(8));
    let message = house.ask(&nested, json!({}), None).await.error();
    assert_eq!(message, "The operation asks for too much of the schema.");
}

#[tokio::test]
async fn introspection_may_be_for_users_alone() {
    let house = house_with(GraphqlJwt::default().authenticate_introspection(true), |_, _| {});
    let token = house.token().await;
    let disabled = |name: &str| {
        format!(
            "GraphQL introspection has been disabled, but the requested query contained the field '{name}'."
        )
    };
    for (query, name) in [
        (INTROSPECTION, "__schema"),
        ("{x: __type(name: \"UserType\") { name }}", "__type"),
        ("{...F} fragment F on Query{...{s:__schema{queryType{name}}}}", "__schema"),
    ] {
        assert_eq!(house.ask(query, json!({}), None).await.error(), disabled(name));
        let answer = house.ask(query, json!({}), Some(&token)).await;
        assert!(answer.json().get("errors").is_none(), "{}", answer.text());
    }
    assert_eq!(house.data("{__typename}", json!({})).await, json!({"__typename": "Query"}));
}

#[tokio::test]
async fn whoever_mounts_it_says_how_much() {
    let options =
        GraphqlOptions { max_complexity: 3, max_depth: 2, max_mutations: 1, ..GraphqlOptions::default() };
    let house = house_that(GraphqlJwt::default(), options, |_, _| {});
    assert_eq!(house.data("{me{id email}}", json!({})).await, json!({"me": null}));
    for (query, message) in [
        ("{me{id email username}}", "The operation selects more than 3 fields."),
        ("{__type(name:\"Int\"){ofType{kind}}}", "The operation is nested more than 2 levels deep."),
        (
            r#"mutation{a:revokeToken(token:"")b:revokeToken(token:"")}"#,
            "The operation holds more than 1 mutations.",
        ),
    ] {
        assert_eq!(house.ask(query, json!({}), None).await.error(), message);
    }
    let options = GraphqlOptions { graphiql: false, ..GraphqlOptions::default() };
    let house = house_that(GraphqlJwt::default(), options, |_, _| {});
    let page = house.get("/graphql/", &[("accept", "text/html")]).await;
    assert_eq!((page.status, page.text()), (StatusCode::NOT_FOUND, "Not Found"));
    assert_eq!(house.get("/graphql/graphiql/react.js", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bodies_are_bounded() {
    let house = house();
    let answer = house.post("x".repeat(512 * 1024 + 1), &[]).await;
    assert_eq!(
        (answer.status, answer.text()),
        (StatusCode::PAYLOAD_TOO_LARGE, "The request body is too large.")
    );
    let variables = format!(
        "{{\"query\":\"{{me{{id}}}}\",\"variables\":{{\"a\":{}{}}}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let answer = house.post(variables, &[]).await;
    assert_eq!(
        (answer.status, answer.text()),
        (StatusCode::BAD_REQUEST, "Unable to parse request body as JSON")
    );
    let long = json!({"t": "x".repeat(300_000)});
    let verify = "mutation($t: String!) { verifyToken(token: $t) { exp } }";
    assert_eq!(house.ask(verify, long, None).await.error(), "Error decoding signature");
}

/// As GraphiQL asks for the schema.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } \
    subscriptionType { name } types { ...FullType } directives { name description locations args { ...InputValue } } } } \
    fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description \
    args { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } \
    interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
    possibleTypes { ...TypeRef } } \
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue } \
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
