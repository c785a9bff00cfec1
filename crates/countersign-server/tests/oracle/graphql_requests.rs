//! GraphQL JWT: what is asked of `requestToken`, `verifyToken` and `me`, and the HTTP around it.

use countersign_testing::{Request, Settings};
use serde_json::json;

use super::graphql_support::*;

#[test]
fn a_login_gives_a_token_for_everything_else() {
    let pair = pair(&Settings::graphql_jwt());
    let answers = pair.agree(200, &login("ada"));
    let tokens = each(&answers, token);
    let shown = agree_on(&pair, &tokens, me).ours.json();
    assert_eq!(shown["data"]["me"]["fullName"], "Ada Lovelace");
    agree_on(&pair, &tokens, verify);
    let renewed = each(&agree_on(&pair, &tokens, refresh), token);
    agree_on(&pair, &renewed, me);
    pair.same_rows();
    let every =
        "{ who: me { id firstName lastName lastLogin dateJoined __typename ... on Node { id } } __typename }";
    let header = format!("JWT {}", tokens.ours);
    pair.agree(200, &ask(every).header("Authorization", header));
}

#[test]
fn wrong_credentials_and_arguments_are_refused_alike() {
    let pair = pair(&Settings::graphql_jwt());
    let arguments = [
        r#"username: "ada", password: "no""#,
        r#"username: "eve", password: "no""#,
        r#"username: "bob", password: "enchantress of numbers""#,
        r#"username: " ada ", password: "enchantress of numbers""#,
        r#"username: "ADA", password: "enchantress of numbers""#,
        r#"username: "ada\u0000", password: "x""#,
        r#"username: "", password: """#,
        "username: null, password: null",
        r#"username: "ada""#,
        r#"password: "x""#,
        r#"username: "ada", password: "enchantress of numbers", refreshToken: null"#,
        r#"username: "ada", password: "enchantress of numbers", refreshToken: """#,
        r#"refreshToken: "x""#,
        r#"refreshToken: "a.b.c""#,
    ];
    let mut cases: Vec<_> = arguments
        .map(|arguments| (200, ask(&format!("mutation {{ requestToken({arguments}) {{ token }} }}"))))
        .into();
    cases.push((200, ask("mutation {\n  x: requestToken {\n token }\n}")));
    let two = r#"mutation { a: requestToken(username: "ada", password: "no") { token } b: verifyToken(token: "x") { exp } }"#;
    cases.push((200, ask(two)));
    let good = r#"requestToken(username: "ada", password: "enchantress of numbers") { token }"#;
    cases.push((
        200,
        ask(&format!("mutation {{ a: {good} b: verifyToken(token: \"x\") {{ exp }} c: {good} }}")),
    ));
    pair.agree_all(&cases);
    pair.same_rows();
}

#[test]
fn variables_fragments_and_aliases_are_understood_alike() {
    let pair = pair(&Settings::graphql_jwt());
    let login = "mutation($u: String, $p: String, $r: String) { requestToken(username: $u, password: $p, refreshToken: $r) \
                 { token } }";
    let given = json!({"u": "ada", "p": PASSWORD});
    let null = json!({"u": "ada", "p": PASSWORD, "r": null});
    let by_default = login.replace("$r: String", "$r: String = null");
    pair.agree_all(&[
        (200, ask_with(login, &given)),
        (200, ask_with(login, &null)),
        (200, ask_with(&by_default, &given)),
        (200, ask_with(login, &json!({"u": "ada"}))),
        (200, ask_with(login, &json!({"u": "ada", "p": PASSWORD, "other": [1]}))),
        (200, ask("query A { me { id } } query B { __typename }")),
        (200, ask("{ ...F } fragment F on Query { me { id } x: __typename }")),
        (200, ask("{ me { id } ... on Query { me { username } } }")),
        (200, ask("{ __typename @skip(if: true) }")),
        (200, ask("query ($yes: Boolean! = true) { me @include(if: $yes) { username } }")),
        (200, ask("query ($yes: Boolean = true) { me @skip(if: $yes) { username } __typename }")),
        (200, ask("\u{feff}# a comment\n{ me { id } }")),
    ]);
    let body = |name: &str| {
        let query = "query A { me { id } } query B { __typename }";
        Request::post(GRAPHQL).json(&json!({"query": query, "operationName": name}))
    };
    pair.agree_all(&[(200, body("B")), (400, body("C")), (400, body(""))]);
}

#[test]
fn what_is_no_graphql_request_is_refused_alike() {
    let pair = pair(&Settings::graphql_jwt());
    let json_body = |body: &str| Request::post(GRAPHQL).header("Content-Type", "application/json").body(body);
    let mut cases: Vec<_> = [
        "",
        "{",
        "[]",
        "{}",
        r#"[{"query":"{me{id}}"}]"#,
        r#"{"query":null}"#,
        r#"{"query":""}"#,
        r#"{"query":5}"#,
        r#"{"query":"{me{id}}","variables":5}"#,
        r#"{"query":"{me{id}}","variables":[]}"#,
        r#"{"query":"{me{id}}","variables":"{}"}"#,
        r#"{"query":"{me{id}}","extensions":"x"}"#,
        r#"{"query":"{me{id}}","operationName":5}"#,
        r#"{"query":"fragment F on Query { me { id } }"}"#,
    ]
    .map(|body| (400, json_body(body)))
    .into();
    for body in [
        r#"{"query":"{me{id}}","variables":null,"extensions":{},"operationName":null,"x":1}"#,
        r#"{"query":"{nope}","query":"{me{id}}"}"#,
        r#"{"query":"subscription{me{id}}"}"#,
    ] {
        cases.push((200, json_body(body)));
    }
    let me = r#"{"query":"{me{id}}"}"#;
    for content_type in ["application/json; charset=utf-8", "Application/JSON", "application/json,text/plain"]
    {
        cases.push((200, Request::post(GRAPHQL).header("Content-Type", content_type).body(me)));
    }
    cases.push((400, Request::post(GRAPHQL).body(me)));
    cases.push((400, Request::post(GRAPHQL).header("Content-Type", "application/graphql").body("{me{id}}")));
    cases.push((400, Request::post(GRAPHQL).form("query=%7Bme%7Bid%7D%7D")));
    cases.push((400, Request::post(GRAPHQL).multipart(&[("operations", me), ("map", "{}")])));
    pair.agree_all(&cases);
}

#[test]
fn queries_come_by_get_alike() {
    let pair = pair(&Settings::graphql_jwt());
    let get = |query: &str| Request::get(&format!("{GRAPHQL}?{query}"));
    let me = "query=%7Bme%7Bid%7D%7D";
    let two = "query=query%20A%7Bme%7Bid%7D%7Dquery%20B%7B__typename%7D&operationName=B";
    let variables =
        "query=query($a:Boolean!)%7Bme@skip(if:$a)%7Bid%7D__typename%7D&variables=%7B%22a%22:true%7D";
    pair.agree_all(&[
        (200, get(me)),
        (200, get(&format!("{me}&query=%7B__typename%7D"))),
        (200, get(me).header("Accept", "text/html")),
        (200, get(two)),
        (200, get(variables)),
        (200, get("query=subscription%7Bme%7Bid%7D%7D")),
        (400, get("")),
        (400, get("query=").header("Accept", "text/html")),
        (400, get(&format!("{me}&variables="))),
        (400, get(&format!("{me}&variables=%7B"))),
        (400, get(&format!("{me}&variables=5"))),
        (400, get(&format!("{me}&extensions=5"))),
        (400, get("query=mutation%7BverifyToken(token:%22x%22)%7Bexp%7D%7D")),
        (400, Request::get(GRAPHQL).header("Accept", "application/json")),
    ]);
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "HEAD"] {
        pair.agree(405, &Request::new(method, GRAPHQL).header("Accept", "text/html"));
    }
    pair.agree(405, &Request::new("PUT", GRAPHQL).json(&json!({"query": "{me{id}}"})));
    for accept in ["text/html", "*/*", "text/html,application/xhtml+xml"] {
        let page = Request::get(GRAPHQL).header("Accept", accept);
        let pages = pair.send(&countersign_testing::Both { theirs: page.clone(), ours: page });
        assert_eq!((pages.theirs.status, pages.ours.status), (200, 200));
        assert_eq!(pages.theirs.header("Content-Type"), pages.ours.header("Content-Type"));
        assert!(pages.ours.text().contains("GraphiQL"));
    }
}

#[test]
fn the_schema_is_the_same() {
    let pair = pair(&Settings::graphql_jwt());
    let fields = "fields { name args { name type { ...T } defaultValue } type { ...T } }";
    let query = |name: &str| {
        // DIFFERENCE: that an interface has none itself is null to async-graphql.
        let interfaces = if name == "Node" { "" } else { "interfaces { name }" };
        let of = format!("kind name {fields} {interfaces} possibleTypes {{ name }}");
        let types = "fragment T on __Type { kind name ofType { kind name ofType { kind name } } }";
        ask(&format!("{{ __type(name: \"{name}\") {{ {of} }} }} {types}"))
    };
    let names = [
        "Query",
        "Mutation",
        "UserType",
        "Node",
        "TokenType",
        "RefreshTokenType",
        "TokenPayloadType",
        "DateTime",
    ];
    pair.agree_all(&names.map(|name| (200, query(name))));
    pair.agree(
        200,
        &ask("{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }"),
    );
}
