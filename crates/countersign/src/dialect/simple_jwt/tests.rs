use std::net::{IpAddr, Ipv6Addr};

use http::header::{ALLOW, CONTENT_TYPE, VARY, WWW_AUTHENTICATE};
use http::{Method, StatusCode};

use super::*;
use crate::authority::{Command, LogOutScope, OwnSession, Principal, Refusal};
use crate::clock::Timestamp;
use crate::jwt::TokenError;
use crate::secret::StoredPassword;
use crate::store::Session;
use crate::user::{Fields, User, UserKey};

fn parsed(endpoint: Endpoint, method: Method, uri: &str, body: &str) -> Parsed<Exchange> {
    let request = Request::builder().method(method).uri(uri).header("authorization", "Bearer t");
    let request = if body.is_empty() { request } else { request.header(CONTENT_TYPE, "application/json") };
    SimpleJwt::default().parse(endpoint, &request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap())
}

fn command(endpoint: Endpoint, method: Method, uri: &str, body: &str) -> (Command, Exchange) {
    let Parsed::Command(command, exchange) = parsed(endpoint, method, uri, body) else {
        panic!("{endpoint:?} {uri} {body}")
    };
    (command, exchange)
}

fn answered(exchange: Exchange, decision: Result<Outcome, Failure>) -> (StatusCode, String) {
    let answer = SimpleJwt::default().render(exchange, decision);
    assert_eq!(answer.headers()[VARY], "Accept");
    (answer.status(), String::from_utf8(answer.body().to_vec()).unwrap())
}

/// What whoever is let in is told, and the command that asks whether they are.
fn told(endpoint: Endpoint, method: Method, body: &str) -> (StatusCode, String) {
    let (command, exchange) = command(endpoint, method, "/x/", body);
    assert!(matches!(command, Command::Authenticate { token } if token.expose() == "t"), "{body}");
    let user = User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: StoredPassword::new("!"),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::default(),
    };
    answered(exchange, Ok(Outcome::Authenticated(Principal::User(Box::new(user)))))
}

#[test]
fn sessions_are_told_with_times_as_the_rest_framework_writes_them() {
    let (command, exchange) = command(Endpoint::Sessions, Method::GET, "/api/token/sessions/", "");
    assert!(matches!(command, Command::ListSessions { bearer } if bearer.expose() == "t"));
    let at = Timestamp::from_micros;
    let session = Session {
        id: "0f".into(),
        generation: 3,
        created_at: at(1_700_000_000_000_000),
        last_used_at: at(1_700_000_000_123_456),
        expires_at: at(1_700_086_400_000_000),
        address: Some(IpAddr::V6(Ipv6Addr::LOCALHOST)),
        user_agent: Some("Phone \"1\"".into()),
    };
    let other = Session { id: "1f".into(), address: None, user_agent: None, ..session.clone() };
    let list =
        vec![OwnSession { session, is_current: true }, OwnSession { session: other, is_current: false }];
    let expected = r#"[{"id":"0f","current":true,"created_at":"2023-11-14T22:13:20Z","last_used_at":"2023-11-14T22:13:20.123456Z","expires_at":"2023-11-15T22:13:20Z","address":"::1","user_agent":"Phone \"1\""},{"id":"1f","current":false,"created_at":"2023-11-14T22:13:20Z","last_used_at":"2023-11-14T22:13:20.123456Z","expires_at":"2023-11-15T22:13:20Z","address":null,"user_agent":null}]"#;
    assert_eq!(answered(exchange, Ok(Outcome::Sessions(list))), (StatusCode::OK, expected.to_owned()));
}

#[test]
fn what_was_ended_is_answered_without_a_word() {
    let (asked, exchange) = command(Endpoint::Session, Method::DELETE, "/api/token/sessions/a%20b/", "");
    assert!(matches!(asked, Command::RevokeSession { session, .. } if session == "a b"));
    assert_eq!(
        answered(exchange.clone(), Ok(Outcome::SessionRevoked)),
        (StatusCode::NO_CONTENT, String::new())
    );
    let answer = SimpleJwt::default().render(exchange.clone(), Ok(Outcome::SessionRevoked));
    assert_eq!(answer.headers()[ALLOW], "DELETE, OPTIONS");
    assert!(answer.headers().get(CONTENT_TYPE).is_none());
    let not_found = (StatusCode::NOT_FOUND, r#"{"detail":"Not found."}"#.to_owned());
    for refusal in [Refusal::UnknownSession, Refusal::SessionsNotKept] {
        assert_eq!(answered(exchange.clone(), Err(refusal.into())), not_found);
    }

    for (body, expected) in [
        ("", LogOutScope::Local),
        ("{}", LogOutScope::Local),
        (r#"{"scope":" others "}"#, LogOutScope::Others),
        (r#"{"scope":"global"}"#, LogOutScope::Global),
    ] {
        let (asked, exchange) = command(Endpoint::Logout, Method::POST, "/api/token/logout/", body);
        assert!(matches!(asked, Command::LogOut { scope, .. } if scope == expected), "{body}");
        assert_eq!(answered(exchange, Ok(Outcome::LoggedOut)), (StatusCode::NO_CONTENT, String::new()));
    }
}

#[test]
fn what_is_wrong_with_a_logout_is_told_to_whoever_is_let_in() {
    for (body, expected) in [
        (r#"{"scope":"all"}"#, r#"{"scope":["\"all\" is not a valid choice."]}"#),
        (r#"{"scope":7}"#, r#"{"scope":["\"7\" is not a valid choice."]}"#),
        (r#"{"scope":null}"#, r#"{"scope":["This field may not be null."]}"#),
        (r#"{"scope":[]}"#, r#"{"scope":["Not a valid string."]}"#),
        (r#"{"scope":""}"#, r#"{"scope":["This field may not be blank."]}"#),
        ("[]", r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#),
        ("null", r#"{"non_field_errors":["No data provided"]}"#),
    ] {
        let expected = (StatusCode::BAD_REQUEST, expected.to_owned());
        assert_eq!(told(Endpoint::Logout, Method::POST, body), expected, "{body}");
    }
    let (_, exchange) = command(Endpoint::Logout, Method::POST, "/x/", r#"{"scope":"all"}"#);
    let refused = SimpleJwt::default().render(exchange, Err(TokenError::Expired.into()));
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "who it is comes first");
    assert_eq!(refused.headers()[WWW_AUTHENTICATE], "Bearer realm=\"api\"");
    let (_, exchange) = command(Endpoint::Logout, Method::POST, "/x/", "");
    assert_eq!(answered(exchange, Err(Refusal::NoSession.into())).0, StatusCode::BAD_REQUEST);
}

#[test]
fn other_methods_are_told_what_there_is() {
    for (endpoint, allowed, others) in [
        (Endpoint::Sessions, "GET, HEAD, OPTIONS", [Method::POST, Method::DELETE]),
        (Endpoint::Session, "DELETE, OPTIONS", [Method::GET, Method::PATCH]),
        (Endpoint::Logout, "POST, OPTIONS", [Method::GET, Method::PUT]),
    ] {
        for method in others {
            let expected = format!("{{\"detail\":\"Method \\\"{method}\\\" not allowed.\"}}");
            assert_eq!(told(endpoint, method, ""), (StatusCode::METHOD_NOT_ALLOWED, expected));
        }
        let (status, metadata) = told(endpoint, Method::OPTIONS, "");
        assert!(status == StatusCode::OK && metadata.starts_with(r#"{"name":"#), "{metadata}");
        let nobody = Request::builder().method(Method::GET).body(Bytes::new()).unwrap();
        let Parsed::Reply(answer) = SimpleJwt::default().parse(endpoint, &nobody) else {
            panic!("{endpoint:?}")
        };
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers()[ALLOW], allowed);
    }
}
