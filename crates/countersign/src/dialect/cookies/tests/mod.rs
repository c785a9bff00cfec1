mod requests;
mod senders;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, SET_COOKIE};
use http::request::Builder;
use http::{HeaderValue, StatusCode};

use super::*;
use crate::authority::{Attempt, Command, Principal, Refreshed, Refusal, TokenPair};
use crate::claims::Claims;
use crate::clock::{ManualClock, Span, Timestamp};
use crate::dialect::Guard;
use crate::error::{Error, ErrorKind};
use crate::jwt::{Invalid, TokenError};
use crate::secret::{PlainToken, StoredPassword};
use crate::throttle::Throttled;
use crate::token::TokenKind;
use crate::user::{Fields, Relations, User, UserKey};

const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_250_000);

type Answer = (u16, String);

fn cookies() -> Cookies {
    Cookies::default().clock(Arc::new(ManualClock::at(NOW)))
}

/// A request of the page's own script.
fn own(method: &str) -> Builder {
    Request::builder()
        .method(method)
        .header("host", "example.com")
        .header("origin", "https://example.com")
        .header("sec-fetch-site", "same-origin")
        .header("x-countersign", "1")
}

fn ask(cookies: &Cookies, endpoint: Endpoint, request: Builder, body: &'static str) -> Parsed<Exchange> {
    cookies.parse(endpoint, &request.body(Bytes::from_static(body.as_bytes())).unwrap())
}

fn reply(endpoint: Endpoint, request: Builder, body: &'static str) -> Answer {
    let Parsed::Reply(response) = ask(&cookies(), endpoint, request, body) else {
        panic!("{endpoint} {body}")
    };
    shown(&response)
}

fn shown(response: &Response<Bytes>) -> Answer {
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    assert!(response.headers().get("www-authenticate").is_none());
    if !response.body().is_empty() {
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
    }
    (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
}

fn told(status: u16, detail: &str, code: &str) -> Answer {
    (status, format!(r#"{{"detail":"{detail}","code":"{code}"}}"#))
}

fn set(response: &Response<Bytes>) -> Vec<&str> {
    response.headers().get_all(SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap()).collect()
}

/// A token that nobody has signed, good for so many seconds.
fn token(seconds: i64) -> PlainToken {
    let mut claims = Claims::new();
    claims.set("exp", &(NOW.as_secs() + seconds));
    let part = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text);
    PlainToken::new(format!(
        "{}.{}.",
        part(r#"{"alg":"HS256","typ":"JWT"}"#),
        part(claims.to_json().as_ref())
    ))
}

fn ada() -> Box<User> {
    Box::new(User {
        key: UserKey::Int(7),
        username: "ada".into(),
        password: StoredPassword::new("!"),
        is_active: true,
        email: None,
        last_login: None,
        fields: Fields::default(),
    })
}

fn log_in(cookies: &Cookies) -> Response<Bytes> {
    let (access, refresh) = (token(300), token(86_400));
    let pair = TokenPair { user: ada(), relations: Relations::default(), access, refresh };
    cookies.render(Exchange::of(Endpoint::Login), Ok(Outcome::Pair(pair)))
}

fn refuse(endpoint: Endpoint, refusal: Refusal) -> Response<Bytes> {
    cookies().render(Exchange::of(endpoint), Err(refusal.into()))
}

const REFRESH: &str = "__Secure-countersign-refresh";
const ACCESS: &str = "__Host-countersign-access";

#[test]
fn a_login_sets_both_cookies_and_no_script_reads_a_token() {
    let response = log_in(&cookies());
    let (access, refresh) = (token(300), token(86_400));
    assert_eq!(
        set(&response),
        [
            format!("{ACCESS}={}; Path=/; Max-Age=299; HttpOnly; Secure; SameSite=Lax", access.expose()),
            format!(
                "{REFRESH}={}; Path=/auth/session; Max-Age=86399; HttpOnly; Secure; SameSite=Lax",
                refresh.expose()
            ),
        ],
        "whole seconds, of which a quarter is over"
    );
    assert_eq!(shown(&response), (200, r#"{"user":{"id":7,"username":"ada"},"expires_in":299}"#.to_owned()));
    assert!(response.headers().get_all(SET_COOKIE).iter().all(HeaderValue::is_sensitive));
}

#[test]
fn what_a_service_decides_stands_in_its_cookies() {
    let own = cookies().named("shop").unwrap().refresh_path("/api/login").unwrap();
    let strict = log_in(&own.clone().same_site(SameSite::Strict));
    assert!(
        set(&strict)[0].starts_with("__Host-shop-access=") && set(&strict)[0].ends_with("; SameSite=Strict")
    );
    assert!(set(&strict)[1].starts_with("__Secure-shop-refresh="), "{:?}", set(&strict));
    assert!(set(&strict)[1].contains("; Path=/api/login; "));

    let shared = log_in(&own.clone().domain("example.com").unwrap());
    for cookie in set(&shared) {
        assert!(
            cookie.starts_with("__Secure-shop-") && cookie.contains("; Domain=example.com; "),
            "{cookie}"
        );
    }
    for cookie in set(&log_in(&own.clone().over_plain_http())) {
        assert!(cookie.starts_with("shop-") && !cookie.contains("Secure"), "{cookie}");
    }
    for cookie in set(&log_in(&own.over_plain_http().same_site(SameSite::None))) {
        assert!(cookie.starts_with("__") && cookie.ends_with("; Secure; SameSite=None"), "{cookie}");
    }
    let named = log_in(&cookies().username_field("email"));
    assert_eq!(shown(&named).1, r#"{"user":{"id":7,"email":"ada"},"expires_in":299}"#);
}

#[test]
fn what_would_be_something_else_in_a_header_is_no_setting() {
    for text in ["", "a b", "a;b", "a\r\nb", "ä", "__Host-x"] {
        assert_eq!(cookies().named(text).unwrap_err(), CookiesError::Name(text.into()));
    }
    for text in ["", "auth", "/a;b", "/a b", "/ä", "/\0"] {
        assert_eq!(cookies().refresh_path(text).unwrap_err(), CookiesError::Path(text.into()));
    }
    for text in ["", "a;b", "https://example.com", "example.com, example.org"] {
        assert_eq!(cookies().domain(text).unwrap_err(), CookiesError::Domain(text.into()));
    }
    for text in ["", "*", "null", "example.com", "https://example.com/", "https://*.example.com"] {
        let error = cookies().trust_origin(text).unwrap_err();
        assert_eq!(error, CookiesError::Origin(text.into()));
        assert!(error.to_string().contains("https://app.example.com"), "{error}");
    }
}

#[test]
fn a_cookie_lives_as_long_as_its_token() {
    let max_age = |token: &PlainToken| {
        let header = cookies().set(cookie::Cookie::Access, token, NOW).unwrap();
        let header = header.to_str().unwrap();
        header.split("; ").find_map(|part| part.strip_prefix("Max-Age=")).map(str::to_owned)
    };
    assert_eq!(max_age(&token(2)).as_deref(), Some("1"));
    assert_eq!(max_age(&token(1)).as_deref(), Some("0"));
    assert_eq!(max_age(&token(-100)).as_deref(), Some("0"));
    assert_eq!(max_age(&token(1_000_000_000)).as_deref(), Some("34560000"), "400 days");
    assert_eq!(max_age(&PlainToken::new("opaque")), None, "until the browser ends");
}

#[test]
fn a_token_that_no_browser_keeps_is_no_login() {
    for odd in ["x".repeat(4_100), "a\r\nb".to_owned()] {
        let refreshed = Refreshed { access: PlainToken::new(odd), refresh: Some(token(1)) };
        let response = cookies().render(Exchange::of(Endpoint::Refresh), Ok(Outcome::Refreshed(refreshed)));
        let expected = told(503, "Service temporarily unavailable, try again later.", "unavailable");
        assert_eq!((shown(&response), set(&response).len()), (expected, 0));
    }
}

#[test]
fn a_refresh_sets_the_refresh_cookie_where_there_is_a_new_one() {
    for (refresh, cookies_set) in [(None, 1), (Some(token(60)), 2)] {
        let refreshed = Refreshed { access: token(300), refresh };
        let response = cookies().render(Exchange::of(Endpoint::Refresh), Ok(Outcome::Refreshed(refreshed)));
        assert_eq!(shown(&response), (200, r#"{"expires_in":299}"#.to_owned()));
        assert_eq!(set(&response).len(), cookies_set);
    }
}

#[test]
fn what_is_not_let_in_leaves_the_cookies_as_they_are() {
    let attempt = Attempt { kind: TokenKind::Access, error: Invalid::Signature.into() };
    let no_account = "No active account found with the given credentials";
    for (endpoint, refusal, text, code) in [
        (Endpoint::Login, Refusal::NoActiveAccount, no_account, "authentication_failed"),
        (Endpoint::Refresh, Refusal::NoActiveAccountForToken, no_account, "authentication_failed"),
        (
            Endpoint::Refresh,
            Refusal::Token(TokenError::Blacklisted),
            "Token is blacklisted",
            "token_not_valid",
        ),
        (
            Endpoint::Refresh,
            Refusal::Token(TokenError::Expired),
            "Token is invalid or expired",
            "token_not_valid",
        ),
        (
            Endpoint::Me,
            Refusal::NoTokenTypeFits(vec![attempt]),
            "Token is invalid or expired",
            "token_not_valid",
        ),
        (Endpoint::Me, Refusal::UserInactive, "User is inactive", "authentication_failed"),
    ] {
        let response = refuse(endpoint, refusal);
        assert_eq!(shown(&response), told(401, text, code));
        assert!(set(&response).is_empty());
    }
    let throttled = Throttled { retry_after: Span::from_secs(42) };
    let response = refuse(Endpoint::Login, Refusal::Throttled(throttled));
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()[RETRY_AFTER], "42");
    for endpoint in [Endpoint::Login, Endpoint::Refresh, Endpoint::Logout, Endpoint::Me] {
        let error = Error::new(ErrorKind::Store);
        let response = cookies().render(Exchange::of(endpoint), Err(error.into()));
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[RETRY_AFTER], "1");
        assert!(set(&response).is_empty(), "a logout that was not decided can be tried again");
    }
}

#[test]
fn a_logout_removes_both_cookies_whatever_they_were_worth() {
    let removed = [
        format!("{ACCESS}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"),
        format!("{REFRESH}=; Path=/auth/session; Max-Age=0; HttpOnly; Secure; SameSite=Lax"),
    ];
    let long = format!("{REFRESH}={}", "x".repeat(5_000));
    for cookie in [None, Some("other=1"), Some(&*long)] {
        let request =
            cookie.into_iter().fold(own("POST"), |request, cookie| request.header("cookie", cookie));
        let Parsed::Reply(response) = ask(&cookies(), Endpoint::Logout, request, "") else {
            panic!("{cookie:?}")
        };
        assert_eq!(shown(&response), (204, String::new()));
        assert_eq!(set(&response), removed);
    }
    let request = own("POST").header("cookie", format!("{REFRESH}=r"));
    let Parsed::Command(Command::Blacklist { refresh }, exchange) =
        ask(&cookies(), Endpoint::Logout, request, "")
    else {
        panic!("a logout")
    };
    assert_eq!(refresh.expose(), "r");
    for decision in
        [Ok(Outcome::Blacklisted), Err(TokenError::Expired.into()), Err(Refusal::UserNotFound.into())]
    {
        let response = cookies().render(exchange.clone(), decision);
        assert_eq!((shown(&response).0, set(&response)), (204, removed.iter().map(|text| &**text).collect()));
    }
}

#[test]
fn the_page_is_told_for_how_long_it_is_let_in() {
    let request = own("GET").header("cookie", format!("{ACCESS}={}", token(60).expose()));
    let Parsed::Command(Command::Authenticate { .. }, exchange) = ask(&cookies(), Endpoint::Me, request, "")
    else {
        panic!("who it is")
    };
    let response = cookies().render(exchange, Ok(Outcome::Authenticated(Principal::User(ada()))));
    assert_eq!(shown(&response), (200, r#"{"user":{"id":7,"username":"ada"},"expires_in":59}"#.to_owned()));
    assert!(set(&response).is_empty());
}

#[test]
fn what_was_not_read_is_told_in_the_same_shape() {
    let response = cookies().reject(Endpoint::Login, Rejection::BodyTooLarge);
    assert_eq!(shown(&response), told(413, "The request body is too large.", "invalid"));
}
