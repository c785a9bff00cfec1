//! From what was decided to a response.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, SET_COOKIE};
use http::{Response, StatusCode};

use crate::authority::{Outcome, Principal, Refreshed, Refusal, TokenPair};
use crate::dialect::cookies::cookie::{Cookie, seconds_left};
use crate::dialect::cookies::{Endpoint, Exchange};
use crate::dialect::words::{self, TOKEN_NOT_VALID, coded};
use crate::dialect::{Cookies, Json, principal};
use crate::error::Error;
use crate::jwt::TokenError;
use crate::secret::PlainToken;

impl Cookies {
    pub(super) fn render_outcome(&self, exchange: &Exchange, outcome: Outcome) -> Response<Bytes> {
        match outcome {
            Outcome::Authenticated(principal) | Outcome::Described(principal, _) => {
                let left = exchange.access.as_ref().and_then(|token| seconds_left(token, self.clock.now()));
                respond(StatusCode::OK, &Json::object([self.who(&principal), expires_in(left)]))
            }
            Outcome::Pair(TokenPair { user, access, refresh, .. }) => {
                self.keep(Some(self.who(&Principal::User(user))), &access, Some(&refresh))
            }
            Outcome::Refreshed(Refreshed { access, refresh }) => self.keep(None, &access, refresh.as_ref()),
            Outcome::Blacklisted | Outcome::LoggedOut => self.logged_out(),
            // What no command of this dialect's asks for.
            Outcome::PasswordChanged
            | Outcome::PasswordResetRequested
            | Outcome::SessionRevoked
            | Outcome::Sessions(_)
            | Outcome::Sliding(_)
            | Outcome::SlidingRenewed(_)
            | Outcome::Verified => no_content(),
        }
    }

    /// Hands tokens to the browser, and to the page what it needs to know of them.
    fn keep(
        &self,
        who: Option<(&'static str, Json)>,
        access: &PlainToken,
        refresh: Option<&PlainToken>,
    ) -> Response<Bytes> {
        let now = self.clock.now();
        let tokens = [Some((Cookie::Access, access)), refresh.map(|token| (Cookie::Refresh, token))];
        let cookies = tokens.into_iter().flatten().map(|(cookie, token)| self.set(cookie, token, now));
        let cookies: Vec<_> = match cookies.collect() {
            Ok(cookies) => cookies,
            Err(unsettable) => {
                tracing::error!(reason = %unsettable, "a token was made that no browser keeps");
                return respond(StatusCode::SERVICE_UNAVAILABLE, &coded(UNAVAILABLE_TEXT, UNAVAILABLE));
            }
        };
        let members = who.into_iter().chain([expires_in(seconds_left(access, now))]);
        let body = Json::Object(members.map(|(name, value)| (name.into(), value)).collect());
        with_cookies(respond(StatusCode::OK, &body), cookies)
    }

    /// Nothing but this removes a cookie: whoever loses a race has the winner's in their jar.
    pub(super) fn logged_out(&self) -> Response<Bytes> {
        let removed = [Cookie::Access, Cookie::Refresh].map(|cookie| self.removed(cookie));
        with_cookies(no_content(), removed.into_iter().flatten())
    }

    pub(super) fn render_refusal(&self, endpoint: Endpoint, refusal: Refusal) -> Response<Bytes> {
        if endpoint == Endpoint::Logout {
            // What is not good any more has nothing left that could end, and somebody wants to be forgotten here.
            return self.logged_out();
        }
        let (text, code) = match refusal {
            Refusal::NoActiveAccount | Refusal::NoActiveAccountForToken => {
                (words::NO_ACTIVE_ACCOUNT.to_owned(), AUTHENTICATION_FAILED)
            }
            Refusal::NoTokenTypeFits(_) => (INVALID_OR_EXPIRED.to_owned(), TOKEN_NOT_VALID),
            Refusal::NoUserClaim => (words::NO_USER_CLAIM.to_owned(), TOKEN_NOT_VALID),
            Refusal::PasswordChanged => (words::PASSWORD_CHANGED.to_owned(), AUTHENTICATION_FAILED),
            Refusal::Throttled(throttled) => {
                let body = coded(words::throttled_text(throttled), "throttled");
                let response = respond(StatusCode::TOO_MANY_REQUESTS, &body);
                return words::retry_throttled(response, throttled);
            }
            Refusal::Token(error) => (token_error(&error), TOKEN_NOT_VALID),
            Refusal::UserInactive => (words::USER_INACTIVE.to_owned(), AUTHENTICATION_FAILED),
            Refusal::UserNotFound => (words::USER_NOT_FOUND.to_owned(), AUTHENTICATION_FAILED),
            // What no command of this dialect's is refused with.
            Refusal::InvalidResetToken
            | Refusal::NoSession
            | Refusal::RefreshTokenExpired
            | Refusal::RenewalNotSupported
            | Refusal::SessionsNotKept
            | Refusal::UnknownRefreshToken
            | Refusal::UnknownResetUser
            | Refusal::UnknownSession
            | Refusal::WeakPassword(_) => (refusal.to_string(), INVALID),
        };
        respond(StatusCode::UNAUTHORIZED, &coded(text, code))
    }

    fn who(&self, principal: &Principal) -> (&'static str, Json) {
        ("user", principal::principal(principal, &self.username_field))
    }
}

/// Nothing was decided: the page may try again, and its cookies stay.
pub(super) fn undecided(error: &Error) -> Response<Bytes> {
    let body = coded(words::undecided_text(error), UNAVAILABLE);
    words::retry_later(respond(StatusCode::SERVICE_UNAVAILABLE, &body), error)
}

/// JSON, which is about the one who asks and for nobody else's cache.
pub(super) fn respond(status: StatusCode, body: &Json) -> Response<Bytes> {
    let mut response = no_content();
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.body_mut() = Bytes::from(body.to_compact());
    response
}

fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn with_cookies(
    mut response: Response<Bytes>,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Response<Bytes> {
    response.headers_mut().extend(cookies.into_iter().map(|cookie| (SET_COOKIE, cookie)));
    response
}

/// For how many seconds the access token is good, counted from the answer: the browser's clock need not be right.
fn expires_in(seconds: Option<i64>) -> (&'static str, Json) {
    ("expires_in", seconds.map_or(Json::Null, |seconds| Json::Int(seconds.max(0))))
}

fn token_error(error: &TokenError) -> String {
    words::token_error(error, INVALID_OR_EXPIRED, INVALID_OR_EXPIRED)
}

const AUTHENTICATION_FAILED: &str = "authentication_failed";
pub(super) const INVALID: &str = "invalid";
pub(super) const INVALID_OR_EXPIRED: &str = "Token is invalid or expired";
const UNAVAILABLE: &str = "unavailable";
const UNAVAILABLE_TEXT: &str = "Service temporarily unavailable, try again later.";
