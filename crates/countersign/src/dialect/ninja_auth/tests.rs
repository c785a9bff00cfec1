use http::StatusCode;
use http::header::{ALLOW, CONTENT_TYPE};

use super::*;
use crate::authority::{Attempt, Command, LogOutScope, OwnSession, Principal, Refreshed, Refusal, TokenPair};
use crate::clock::Timestamp;
use crate::jwt::TokenError;
use crate::password::validation::PasswordIssue;
use crate::secret::{PlainToken, StoredPassword};
use crate::store::Session;
use crate::token::TokenKind;
use crate::user::{FieldValue, Fields, Relations, User, UserKey};

fn post(endpoint: Endpoint, bearer: Option<&str>, body: &str) -> Parsed<Exchange> {
    let request = Request::builder().method(endpoint.method());
    let request = bearer
        .into_iter()
        .fold(request, |request, token| request.header("authorization", format!("bearer {token}")));
    let body = Bytes::copy_from_slice(body.as_bytes());
    NinjaAuth::default().parse(endpoint, &request.body(body).unwrap())
}

fn command(endpoint: Endpoint, bearer: Option<&str>, body: &str) -> (Command, Exchange) {
    match post(endpoint, bearer, body) {
        Parsed::Command(command, exchange) => (command, exchange),
        Parsed::Reply(response) => panic!("{endpoint:?} {body}: {response:?}"),
    }
}

fn reply(endpoint: Endpoint, body: &str) -> (u16, String) {
    let Parsed::Reply(response) = post(endpoint, None, body) else { panic!("{endpoint:?} {body}") };
    shown(&response)
}

fn shown(response: &Response<Bytes>) -> (u16, String) {
    assert_eq!(response.headers()[CONTENT_TYPE], "application/json; charset=utf-8");
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

fn rendered(exchange: Exchange, decision: Result<Outcome, Failure>) -> (u16, String) {
    shown(&NinjaAuth::default().render(exchange, decision))
}

fn ada() -> User {
    let text = |text: &str| FieldValue::Text(text.into());
    // As Django's migrations leave the columns on SQLite.
    let fields = Fields::from_iter([
        ("id", FieldValue::Int(7)),
        ("last_login", FieldValue::Null),
        ("is_superuser", FieldValue::Bool(false)),
        ("username", text("ada")),
        ("last_name", text("Lovelace")),
        ("date_joined", FieldValue::Timestamp(Timestamp::from_micros(1_700_000_000_123_456))),
        ("first_name", text("Ada")),
        ("motto", FieldValue::Null),
    ]);
    User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: StoredPassword::new("!"),
        is_active: true,
        email: None,
        last_login: Some(Timestamp::from_secs(1_700_000_001)),
        fields,
    }
}

fn relations() -> Relations {
    Relations::from_iter([("groups", vec![2, 1]), ("user_permissions", vec![])])
}

const ADA: &str = r#"{"id": 7, "last_login": "2023-11-14T22:13:21Z", "is_superuser": false, "username": "ada", "first_name": "Ada", "last_name": "Lovelace", "date_joined": "2023-11-14T22:13:20.123Z", "motto": null, "groups": [2, 1], "user_permissions": []}"#;

#[test]
fn a_login_answers_with_the_user_and_both_tokens() {
    let (_, exchange) = command(Endpoint::Login, None, r#"{"username":"ada","password":"pw"}"#);
    let pair = TokenPair {
        user: Box::new(ada()),
        relations: relations(),
        access: PlainToken::new("a"),
        refresh: PlainToken::new("r"),
    };
    let expected = format!(r#"{{"message": "success", "user": {ADA}, "access": "a", "refresh": "r"}}"#);
    assert_eq!(rendered(exchange, Ok(Outcome::Pair(pair))), (200, expected));
}

#[test]
fn only_me_shows_the_user() {
    let principal = || Principal::User(Box::new(ada()));
    let (asked, exchange) = command(Endpoint::Me, Some("t"), "");
    assert!(matches!(asked, Command::Describe { token } if token.expose() == "t"));
    let described = Outcome::Described(principal(), relations());
    assert_eq!(rendered(exchange, Ok(described)), (200, ADA.to_owned()));
    let (asked, exchange) = command(Endpoint::Logout, Some("t"), "{ not looked at");
    assert!(matches!(asked, Command::Authenticate { .. }));
    let success = (200, r#"{"message": "success"}"#.to_owned());
    assert_eq!(rendered(exchange, Ok(Outcome::Authenticated(principal()))), success);
}

#[test]
fn columns_are_told_by_their_fields_names() {
    let fields = [("no", FieldValue::Int(7)), ("seen", FieldValue::Null), ("first_name", FieldValue::Null)];
    let user = User { fields: Fields::from_iter(fields), ..ada() };
    let dialect = NinjaAuth::default().field_of("no", "id").field_of("seen", "last_login");
    let outcome = Outcome::Described(Principal::User(Box::new(user)), Relations::default());
    let (_, exchange) = command(Endpoint::Me, Some("t"), "");
    let told = shown(&dialect.render(exchange, Ok(outcome))).1;
    assert_eq!(told, r#"{"id": 7, "last_login": "2023-11-14T22:13:21Z", "first_name": null}"#);
}

#[test]
fn who_asks_is_known_before_a_body_is_read() {
    let unauthorized = (401, r#"{"detail": "Unauthorized"}"#.to_owned());
    for endpoint in [Endpoint::Verify, Endpoint::PasswordChange, Endpoint::Logout] {
        for body in ["{", "[]", r#"{"token":"x"}"#] {
            assert_eq!(reply(endpoint, body), unauthorized);
        }
    }
    for (endpoint, body, status) in [
        (Endpoint::Verify, "{", 400),
        (Endpoint::Verify, "{}", 422),
        (Endpoint::Verify, r#"{"token":""}"#, 400),
        (Endpoint::PasswordChange, "null", 422),
    ] {
        let (asked, exchange) = command(endpoint, Some("t"), body);
        assert!(matches!(asked, Command::Authenticate { token } if token.expose() == "t"));
        let outcome = Outcome::Authenticated(Principal::User(Box::new(ada())));
        assert_eq!(rendered(exchange, Ok(outcome)).0, status, "{endpoint:?} {body}");
        let (_, exchange) = command(endpoint, Some("t"), body);
        let refused = Refusal::NoTokenTypeFits(vec![]);
        assert_eq!(rendered(exchange, Err(refused.into())).0, 401);
    }
    let (asked, _) = command(Endpoint::Verify, Some("t"), r#"{"token":"x"}"#);
    let Command::As { bearer, then } = asked else { panic!("{asked:?}") };
    assert!(matches!(*then, Command::Verify { token } if token.expose() == "x"));
    assert_eq!(bearer.expose(), "t");
}

#[test]
fn pydantic_tells_every_field_in_its_order() {
    let (status, told) = reply(Endpoint::PasswordResetConfirm, r#"{"token":5}"#);
    let issue = |kind: &str, field: &str, text: &str| {
        format!(r#"{{"type": "{kind}", "loc": ["body", "reset_confirm", "{field}"], "msg": "{text}"}}"#)
    };
    let issues = [
        issue("missing", "new_password1", "Field required"),
        issue("missing", "new_password2", "Field required"),
        issue("string_type", "token", "Input should be a valid string"),
        issue("missing", "uid", "Field required"),
    ];
    assert_eq!((status, told), (422, format!(r#"{{"detail": [{}]}}"#, issues.join(", "))));
    let whole =
        r#"{"detail": [{"type": "missing", "loc": ["body", "credentials"], "msg": "Field required"}]}"#;
    assert_eq!(reply(Endpoint::Login, ""), (422, whole.to_owned()));
}

#[test]
fn forms_have_shapes_of_their_own() {
    let reset = |first: &str, second: &str| {
        reply(
            Endpoint::PasswordResetConfirm,
            &format!(r#"{{"uid":"MQ","token":"t","new_password1":"{first}","new_password2":"{second}"}}"#),
        )
    };
    let required = |fields: &str| (400, fields.to_owned());
    assert_eq!(reset("a", "b"), (400, r#"["passwords do not match"]"#.to_owned()));
    assert_eq!(reset("", "b"), required(r#"{"new_password1": ["This field is required."]}"#));
    assert_eq!(
        reset("\\u0000", "\\u0000"),
        required(
            r#"{"new_password1": ["Null characters are not allowed."], "new_password2": ["Null characters are not allowed."]}"#
        )
    );
    assert_eq!(
        reply(Endpoint::Refresh, r#"{"refresh":""}"#),
        required(r#"{"refresh": "token is required"}"#)
    );
    assert_eq!(
        reply(Endpoint::PasswordResetRequest, r#"{"email":"a@b.c"}"#),
        required(r#"{"email": ["Enter a valid email address."]}"#)
    );
}

#[test]
fn a_refresh_answers_with_the_presented_token() {
    let (_, exchange) = command(Endpoint::Refresh, None, r#"{"refresh":"old"}"#);
    let refreshed = Refreshed { access: PlainToken::new("a"), refresh: None };
    let told = rendered(exchange, Ok(Outcome::Refreshed(refreshed)));
    assert_eq!(told, (200, r#"{"refresh": "old", "access": "a"}"#.to_owned()));
}

#[test]
fn refusals_have_the_packages_words() {
    for (endpoint, refusal, status, told) in [
        (Endpoint::Login, Refusal::NoActiveAccount, 401, r#"{"detail": "Incorrect Credentials"}"#),
        (
            Endpoint::PasswordChange,
            Refusal::NoActiveAccount,
            401,
            r#"{"detail": "Incorrect authentication credentials."}"#,
        ),
        (
            Endpoint::Refresh,
            Refusal::Token(TokenError::UserInactive),
            401,
            r#"{"detail": "User is inactive", "code": "token_not_valid"}"#,
        ),
        (
            Endpoint::Verify,
            Refusal::Token(TokenError::Expired),
            401,
            r#"{"detail": "Token is invalid or expired", "code": "token_not_valid"}"#,
        ),
        (Endpoint::PasswordResetConfirm, Refusal::InvalidResetToken, 400, r#"["Invalid Token"]"#),
        (Endpoint::PasswordResetConfirm, Refusal::UnknownResetUser, 400, r#"["Invalid UID"]"#),
        (
            Endpoint::PasswordChange,
            Refusal::WeakPassword(vec![PasswordIssue::new("a", "One."), PasswordIssue::new("b", "Two.")]),
            400,
            r#"{"new_password2": ["One.", "Two."]}"#,
        ),
        (
            Endpoint::Me,
            Refusal::NoTokenTypeFits(vec![Attempt {
                kind: TokenKind::Access,
                error: TokenError::UserInactive,
            }]),
            401,
            r#"{"detail": "Given token not valid for any token type", "code": "token_not_valid", "messages": [{"token_class": "AccessToken", "token_type": "access", "message": "User is inactive"}]}"#,
        ),
    ] {
        assert_eq!(rendered(Exchange::of(endpoint), Err(refusal.into())), (status, told.to_owned()));
    }
}

#[test]
fn every_other_method_is_refused_before_anything_else() {
    for (endpoint, name, _) in Endpoint::ALL {
        assert_eq!(endpoint.to_string(), name);
        for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "FOO"] {
            if method == endpoint.method().as_str() {
                continue;
            }
            let request = Request::builder().method(method).body(Bytes::from_static(b"{")).unwrap();
            let Parsed::Reply(response) = NinjaAuth::default().parse(endpoint, &request) else {
                panic!("{method}")
            };
            assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
            assert_eq!(response.headers()[ALLOW], endpoint.method().as_str());
        }
    }
}

#[test]
fn a_logout_is_the_packages_unless_it_names_a_scope() {
    let success = (200, r#"{"message": "success"}"#.to_owned());
    for body in ["", "{", "[]", "null", "5", r#"{"refresh":"x"}"#] {
        let (asked, exchange) = command(Endpoint::Logout, Some("t"), body);
        assert!(matches!(asked, Command::Authenticate { token } if token.expose() == "t"), "{body}");
        let principal = Principal::User(Box::new(ada()));
        assert_eq!(rendered(exchange, Ok(Outcome::Authenticated(principal))), success, "{body}");
    }
    let (asked, exchange) = command(Endpoint::Logout, Some("t"), r#"{"scope":"others"}"#);
    assert!(matches!(asked, Command::LogOut { scope: LogOutScope::Others, .. }), "{asked:?}");
    assert_eq!(rendered(exchange, Ok(Outcome::LoggedOut)), success);
    for refusal in [Refusal::NoSession, Refusal::SessionsNotKept] {
        assert_eq!(rendered(Exchange::of(Endpoint::Logout), Err(refusal.into())).0, 400, "nothing was ended");
    }
    for body in [r#"{"scope":null}"#, r#"{"scope":"all"}"#] {
        let (asked, exchange) = command(Endpoint::Logout, Some("t"), body);
        assert!(matches!(asked, Command::Authenticate { .. }), "{body}");
        assert_eq!(exchange.pending.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    }
}

#[test]
fn sessions_are_listed_and_ended_one_by_one() {
    let request = Request::delete("/api/auth/sessions/0f").header("authorization", "Bearer t");
    let request = request.body(Bytes::new()).unwrap();
    let Parsed::Command(asked, exchange) = NinjaAuth::default().parse(Endpoint::Session, &request) else {
        panic!("a command")
    };
    assert!(matches!(asked, Command::RevokeSession { session, .. } if session == "0f"));
    let answer = NinjaAuth::default().render(exchange, Ok(Outcome::SessionRevoked));
    assert_eq!((answer.status(), answer.body().len()), (StatusCode::NO_CONTENT, 0));
    for refusal in [Refusal::UnknownSession, Refusal::SessionsNotKept] {
        let told = rendered(Exchange::of(Endpoint::Session), Err(refusal.into()));
        assert_eq!(told, (404, r#"{"detail": "Not Found"}"#.to_owned()));
    }
    let (asked, exchange) = command(Endpoint::Sessions, Some("t"), "");
    assert!(matches!(asked, Command::ListSessions { .. }));
    let session = Session {
        id: "0f".into(),
        generation: 0,
        created_at: Timestamp::from_secs(1_700_000_000),
        last_used_at: Timestamp::from_micros(1_700_000_000_123_999),
        expires_at: Timestamp::from_secs(1_700_086_400),
        address: "192.0.2.7".parse().ok(),
        user_agent: Some("Tür".into()),
    };
    let own = OwnSession { session, is_current: true };
    let expected = r#"[{"id": "0f", "current": true, "created_at": "2023-11-14T22:13:20Z", "last_used_at": "2023-11-14T22:13:20.123Z", "expires_at": "2023-11-15T22:13:20Z", "address": "192.0.2.7", "user_agent": "T\u00fcr"}]"#;
    assert_eq!(rendered(exchange, Ok(Outcome::Sessions(vec![own]))), (200, expected.to_owned()));
}
