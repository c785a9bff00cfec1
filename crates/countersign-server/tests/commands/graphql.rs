//! GraphQL beside the other families, and when something does not work.

use std::fs;

use serde_json::json;

use crate::harness::{Answer, PASSWORD, Place, Server};

#[test]
fn one_server_has_graphql_beside_the_other_families() {
    let place = Place::with_user("[graphql_jwt]\njwt_verify_expiration = true\n[ninja_jwt]");
    let checked = place.run(&["check"]);
    let said = checked.succeeded();
    assert!(said.contains("[graphql_jwt] can be served, tokens are signed with HS256"), "{said}");
    assert!(said.contains("/graphql/  graphql"), "{said}");
    let server = place.serve();
    let granted = log_in(&server);
    assert!(granted.body.starts_with(r#"{"data":{"requestToken":{"token":"ey"#), "{granted:?}");
    assert_eq!(server.tokens().access.matches('.').count(), 2);
    assert_eq!(server.get("/graphql").status, 301);
}

#[test]
fn a_database_that_is_away_is_503_in_the_familys_words() {
    let place = Place::with_user(
        "[graphql_jwt]\njwt_verify_expiration = true\njwt_long_running_refresh_token = true",
    );
    let server = place.serve();
    let token = log_in(&server).json()["data"]["requestToken"]["token"].as_str().unwrap().to_owned();
    let (file, away) = (place.path("db.sqlite3"), place.path("away.sqlite3"));
    fs::rename(&file, &away).unwrap();
    let ask = |query: &str| ask(&server, query, None);
    for query in [r#"mutation{requestToken(refreshToken:"x"){token}}"#, r#"mutation{revokeToken(token:"x")}"#]
    {
        let refused = ask(query);
        assert_eq!(refused.status, 503);
        assert_eq!(
            refused.body,
            r#"{"data":null,"errors":[{"message":"Service temporarily unavailable, try again later."}]}"#
        );
        assert_eq!(refused.header("retry-after"), Some("1"));
    }
    let login = log_in(&server);
    assert_eq!(login.status, 503);
    let me = self::ask(&server, "{me{id}}", Some(&token));
    assert_eq!(me.status, 503);
    assert_eq!(me.body, r#"{"errors": [{"message": "Service temporarily unavailable, try again later."}]}"#);
    let verify = ask(&format!("mutation{{verifyToken(token:{}){{exp}}}}", json!(token)));
    assert_eq!(verify.status, 200);
    assert!(verify.body.starts_with(r#"{"data":{"verifyToken""#), "what needs no row goes on: {verify:?}");

    fs::rename(&away, &file).unwrap();
    assert_eq!(log_in(&server).status, 200);
}

#[test]
fn a_body_over_the_limit_is_413_as_text() {
    let place = Place::with_user("[graphql_jwt]\njwt_verify_expiration = true");
    place.edit("[server]\n", "[server]\nmax_body_bytes = 1000\n");
    let refused = ask(&place.serve(), &"x".repeat(1001), None);
    assert_eq!(refused.status, 413);
    assert_eq!(refused.body, "The request body is too large.");
}

#[test]
fn the_page_may_be_switched_off() {
    let place =
        Place::with_user("[graphql_jwt]\njwt_verify_expiration = true\ngraphiql = false\nmax_depth = 2");
    let server = place.serve();
    let page = server.connect().request("GET", "/graphql/", &[("Accept", "text/html")], "");
    assert_eq!((page.status, &*page.body), (404, "Not Found"));
    let deep = ask(&server, "{__type(name:\"Int\"){ofType{kind}}}", None);
    assert!(deep.body.contains("nested more than 2 levels deep"), "{deep:?}");
}

fn log_in(server: &Server) -> Answer {
    let query = format!(r#"mutation{{requestToken(username:"ada",password:{}){{token}}}}"#, json!(PASSWORD));
    ask(server, &query, None)
}

fn ask(server: &Server, query: &str, token: Option<&str>) -> Answer {
    let token = token.map(|token| format!("JWT {token}"));
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(token.iter().map(|token| ("Authorization", token.as_str())));
    server.connect().request("POST", "/graphql/", &headers, &json!({"query": query}).to_string())
}
