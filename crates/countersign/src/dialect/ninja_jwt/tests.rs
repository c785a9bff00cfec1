use http::StatusCode;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};

use super::*;
use crate::authority::{Attempt, Command, Refreshed, Refusal, TokenPair};
use crate::clock::Span;
use crate::jwt::{Invalid, TokenError};
use crate::secret::{PlainToken, StoredPassword};
use crate::throttle::Throttled;
use crate::token::TokenKind;
use crate::user::{Fields, Relations, User, UserKey};

fn post(endpoint: Endpoint, body: &str) -> Parsed<Exchange> {
    let request = Request::post("/").body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
    NinjaJwt::default().parse(endpoint, &request)
}

fn reply(endpoint: Endpoint, body: &str) -> (u16, String) {
    let Parsed::Reply(response) = post(endpoint, body) else { panic!("{endpoint:?} {body}") };
    shown(&response)
}

fn command(endpoint: Endpoint, body: &str) -> (Command, Exchange) {
    let Parsed::Command(command, exchange) = post(endpoint, body) else { panic!("{endpoint:?} {body}") };
    (command, exchange)
}

fn shown(response: &Response<Bytes>) -> (u16, String) {
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

fn refused(endpoint: Endpoint, refusal: Refusal) -> (u16, String) {
    let exchange = Exchange::of(endpoint);
    shown(&NinjaJwt::default().render(exchange, Err(refusal.into())))
}

const LOGIN: &str = r#"{"username":" ada ","password":" pw "}"#;

#[test]
fn nothing_is_trimmed_and_no_content_type_is_asked_for() {
    for endpoint in [Endpoint::TokenObtainPair, Endpoint::TokenObtainSliding] {
        let (Command::ObtainPair(credentials) | Command::ObtainSliding(credentials), _) =
            command(endpoint, LOGIN)
        else {
            panic!("a login")
        };
        assert_eq!((credentials.username.as_str(), credentials.password.expose()), (" ada ", " pw "));
    }
}

#[test]
fn what_is_missing_or_empty_is_told_first() {
    let required =
        |fields: &str| (400, format!(r#"{{"detail": "Invalid input.", "code": "invalid", {fields}}}"#));
    let (no_username, no_password) =
        (r#""username": "username is required""#, r#""password": "password is required""#);
    for (body, fields) in [
        ("{}", &*format!("{no_username}, {no_password}")),
        (r#"{"username":1}"#, no_password),
        (r#"{"username":{},"password":[]}"#, no_username),
        (r#"{"username":"","password":null}"#, no_username),
        (r#"{"password":false}"#, no_username),
        (r#"{"username":"ada","password":0}"#, no_password),
    ] {
        assert_eq!(reply(Endpoint::TokenObtainPair, body), required(fields), "{body}");
    }
    for (endpoint, field) in [
        (Endpoint::TokenRefresh, r#""refresh": "token is required""#),
        (Endpoint::TokenRefreshSliding, r#""token": "token is required""#),
        (Endpoint::TokenVerify, r#""token": "token is required""#),
        (Endpoint::TokenBlacklist, r#""refresh": "refresh token is required""#),
    ] {
        for body in ["{}", r#"{"refresh":"","token":null}"#] {
            assert_eq!(reply(endpoint, body), required(field), "{endpoint:?} {body}");
        }
    }
}

#[test]
fn wrong_types_are_told_as_pydantic_does() {
    let issue = |kind: &str, place: &str, rest: &str| {
        (422, format!(r#"{{"detail": [{{"type": "{kind}", "loc": ["body", {place}], "msg": {rest}}}]}}"#))
    };
    let no_string = r#""Input should be a valid string""#;
    let login = r#"{"username":["ada"],"password":"pw"}"#;
    let place = r#""user_token", "username""#;
    assert_eq!(reply(Endpoint::TokenObtainPair, login), issue("string_type", place, no_string));
    let place = r#""refresh_token", "token""#;
    let token = r#"{"token":7}"#;
    assert_eq!(reply(Endpoint::TokenRefreshSliding, token), issue("string_type", place, no_string));
    let missing = issue("missing", r#""refresh""#, r#""Field required""#);
    assert_eq!(reply(Endpoint::TokenBlacklist, ""), missing);
    let no_object = r#""Input should be a valid dictionary or object to extract fields from""#;
    for body in ["[]", "null"] {
        let expected = issue("model_attributes_type", r#""token""#, no_object);
        assert_eq!(reply(Endpoint::TokenVerify, body), expected);
    }
    let long = format!(r#"{{"username":"{}","password":"pw"}}"#, "é".repeat(151));
    let too_long = r#""String should have at most 150 characters", "ctx": {"max_length": 150}"#;
    let place = r#""user_token", "username""#;
    assert_eq!(reply(Endpoint::TokenObtainSliding, &long), issue("string_too_long", place, too_long));
    let two = reply(Endpoint::TokenObtainPair, r#"{"username":1,"password":2}"#).1;
    assert!(two.find("password").unwrap() < two.find("username").unwrap());
    assert_eq!(reply(Endpoint::TokenObtainPair, "5").1.matches("Field required").count(), 2);
}

#[test]
fn a_token_that_is_no_string_is_tried_where_ninja_jwt_tries_it() {
    let invalid = (401, r#"{"detail": "Token is invalid or expired", "code": "token_not_valid"}"#.to_owned());
    assert_eq!(reply(Endpoint::TokenVerify, r#"{"token":[1]}"#), invalid);
    assert_eq!(reply(Endpoint::TokenBlacklist, r#"{"refresh":1}"#), invalid);
}

#[test]
fn halves_of_surrogate_pairs_are_an_error_of_the_client() {
    for (endpoint, body, kind) in [
        (Endpoint::TokenObtainPair, r#"{"username":"\ud800","password":"pw"}"#, "string_unicode"),
        (Endpoint::TokenObtainPair, r#"{"username":"ada","password":"\ud800"}"#, "value_error"),
        (Endpoint::TokenRefresh, r#"{"refresh":"\ud800"}"#, "value_error"),
        (Endpoint::TokenVerify, r#"{"token":"\ud800"}"#, "value_error"),
    ] {
        let (status, told) = reply(endpoint, body);
        assert!(status == 422 && told.contains(kind), "{told}");
    }
    let both = reply(Endpoint::TokenObtainPair, r#"{"username":1,"password":"\ud800"}"#).1;
    assert!(both.contains("string_type") && !both.contains("value_error"));
}

#[test]
fn a_body_that_is_not_json_cannot_be_parsed() {
    let expected = (400, r#"{"detail": "Cannot parse request body"}"#.to_owned());
    assert_eq!(reply(Endpoint::TokenObtainPair, "username=ada&password=pw"), expected);
}

#[test]
fn the_scheme_is_taken_in_any_case_and_the_rest_is_the_token() {
    let parse = |header: Option<&str>| {
        let request = header
            .into_iter()
            .fold(Request::get("/"), |request, header| request.header("authorization", header));
        NinjaJwt::default().parse(Endpoint::Authenticate, &request.body(Bytes::new()).unwrap())
    };
    for (header, token) in [("Bearer x", "x"), ("bEARER  x y", " x y"), ("bearer", ""), ("bearer ", "")] {
        let Parsed::Command(Command::Authenticate { token: found }, _) = parse(Some(header)) else {
            panic!("{header}")
        };
        assert_eq!(found.expose(), token);
    }
    for header in [None, Some(""), Some("Basic x"), Some("JWT x"), Some(" Bearer x"), Some("Bearer\tx")] {
        let Parsed::Reply(response) = parse(header) else { panic!("{header:?}") };
        assert_eq!(shown(&response), (401, r#"{"detail": "Unauthorized"}"#.to_owned()));
        assert!(response.headers().get("www-authenticate").is_none());
    }
}

#[test]
fn every_other_method_is_refused_before_anything_else() {
    for (endpoint, _, _) in Endpoint::ALL {
        let allowed = endpoint.method();
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "FOO"] {
            if method == allowed.as_str() {
                continue;
            }
            let request = Request::builder().method(method).body(Bytes::from_static(b"{")).unwrap();
            let Parsed::Reply(response) = NinjaJwt::default().parse(endpoint, &request) else {
                panic!("{method}")
            };
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(response.headers()[ALLOW], allowed.as_str());
            assert_eq!(response.body(), "Method not allowed");
        }
    }
}

#[test]
fn a_refresh_always_answers_with_both_tokens() {
    let (_, exchange) = command(Endpoint::TokenRefresh, r#"{"refresh":"old"}"#);
    let answer = |refresh: Option<&str>| {
        let refreshed = Refreshed { access: PlainToken::new("a"), refresh: refresh.map(PlainToken::new) };
        shown(&NinjaJwt::default().render(exchange.clone(), Ok(Outcome::Refreshed(refreshed)))).1
    };
    assert_eq!(answer(None), r#"{"refresh": "old", "access": "a"}"#);
    assert_eq!(answer(Some("new")), r#"{"refresh": "new", "access": "a"}"#);
}

#[test]
fn a_login_tells_the_name_in_its_field() {
    let user = User {
        key: UserKey::Int(1),
        username: "gräfin@x".into(),
        password: StoredPassword::new("!"),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::default(),
    };
    let pair = TokenPair {
        user: Box::new(user),
        relations: Relations::default(),
        access: PlainToken::new("a"),
        refresh: PlainToken::new("r"),
    };
    let exchange = Exchange::of(Endpoint::TokenObtainPair);
    let response = NinjaJwt::default().username_field("email").render(exchange, Ok(Outcome::Pair(pair)));
    let expected = r#"{"email": "gr\u00e4fin@x", "refresh": "r", "access": "a"}"#;
    assert_eq!(shown(&response), (200, expected.to_owned()));
}

#[test]
fn refusals_have_ninja_jwts_words_and_codes() {
    let blacklisted = || Refusal::Token(TokenError::Blacklisted);
    let no_account = "No active account found with the given credentials";
    for (endpoint, refusal, status, text, code) in [
        (Endpoint::TokenObtainPair, Refusal::NoActiveAccount, 401, no_account, "authentication_failed"),
        (Endpoint::TokenRefresh, Refusal::NoActiveAccountForToken, 401, no_account, "authentication_failed"),
        (Endpoint::Authenticate, Refusal::UserNotFound, 401, "User not found", "authentication_failed"),
        (Endpoint::Authenticate, Refusal::UserInactive, 401, "User is inactive", "authentication_failed"),
        (Endpoint::TokenRefresh, blacklisted(), 401, "Token is blacklisted", "token_not_valid"),
        (Endpoint::TokenVerify, blacklisted(), 400, "Token is blacklisted", "invalid"),
        (
            Endpoint::TokenVerify,
            Refusal::Token(TokenError::Expired),
            401,
            "Token is invalid or expired",
            "token_not_valid",
        ),
    ] {
        let expected = (status, format!(r#"{{"detail": "{text}", "code": "{code}"}}"#));
        assert_eq!(refused(endpoint, refusal), expected);
    }
    let attempt = Attempt { kind: TokenKind::Sliding, error: Invalid::Signature.into() };
    assert_eq!(
        refused(Endpoint::Authenticate, Refusal::NoTokenTypeFits(vec![attempt])).1,
        r#"{"detail": "Given token not valid for any token type", "code": "token_not_valid", "messages": [{"token_class": "SlidingToken", "token_type": "sliding", "message": "Token is invalid or expired"}]}"#
    );
}

#[test]
fn sessions_are_ended_without_a_word_by_whoever_is_let_in() {
    let ask = |endpoint: Endpoint, uri: &str, body: &str| {
        let request =
            Request::builder().method(endpoint.method()).uri(uri).header("authorization", "bearer t");
        let request = request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        let Parsed::Command(command, exchange) = NinjaJwt::default().parse(endpoint, &request) else {
            panic!("{uri} {body}")
        };
        (command, exchange)
    };
    let answered = |exchange, decision| {
        let answer = NinjaJwt::default().render(exchange, decision);
        (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
    };
    let done = (204, String::new());
    let not_found = (404, r#"{"detail": "Not Found"}"#.to_owned());

    let (asked, exchange) = ask(Endpoint::Session, "/api/token/sessions/0%661", "");
    assert!(matches!(asked, Command::RevokeSession { session, .. } if session == "0f1"));
    assert_eq!(answered(exchange.clone(), Ok(Outcome::SessionRevoked)), done);
    for refusal in [Refusal::UnknownSession, Refusal::SessionsNotKept] {
        assert_eq!(answered(exchange.clone(), Err(refusal.into())), not_found);
    }
    let (asked, exchange) = ask(Endpoint::Logout, "/api/token/logout", "");
    assert!(matches!(asked, Command::LogOut { .. }));
    assert_eq!(answered(exchange.clone(), Ok(Outcome::LoggedOut)), done);
    let (status, told) = answered(exchange, Err(Refusal::NoSession.into()));
    assert!(status == 400 && told.ends_with(r#""code": "invalid"}"#), "{told}");
    let (asked, exchange) = ask(Endpoint::Sessions, "/api/token/sessions", "");
    assert!(matches!(asked, Command::ListSessions { bearer } if bearer.expose() == "t"));
    assert_eq!(answered(exchange, Ok(Outcome::Sessions(Vec::new()))), (200, "[]".to_owned()));

    // Who asks is known before a body is looked at.
    for (body, status) in [("{", 400), ("[]", 422), (r#"{"scope":"all"}"#, 422)] {
        let (asked, exchange) = ask(Endpoint::Logout, "/api/token/logout", body);
        assert!(matches!(asked, Command::Authenticate { .. }), "{body}");
        assert_eq!(answered(exchange.clone(), Err(TokenError::Expired.into())).0, 401, "{body}");
        assert_eq!(exchange.pending.unwrap().status(), status, "{body}");
    }
}

#[test]
fn who_has_tried_too_often_is_told_when_to_come_back() {
    for (micros, seconds) in [(41_000_001, "42"), (42_000_000, "42"), (1, "1"), (0, "1")] {
        let throttled = Throttled { retry_after: Span::from_micros(micros) };
        let exchange = Exchange::of(Endpoint::TokenObtainPair);
        let response = NinjaJwt::default().render(exchange, Err(Refusal::Throttled(throttled).into()));
        assert_eq!(response.headers()[RETRY_AFTER], seconds);
        assert_eq!(shown(&response), (429, r#"{"detail": "Too many requests."}"#.to_owned()));
    }
}
