//! What dialects say in the same words: SimpleJWT's, which Ninja JWT took over, and ours where Django has none.

use std::borrow::Cow;

use bytes::Bytes;
use http::Response;
use http::header::RETRY_AFTER;

use crate::authority::{Attempt, Refusal};
use crate::dialect::{Json, Rejection};
use crate::error::{Error, ErrorKind};
use crate::jwt::TokenError;
use crate::throttle::Throttled;
use crate::token::TokenKind;

/// `{"detail": …}`.
pub(super) fn detail(text: impl Into<Cow<'static, str>>) -> Json {
    Json::object([("detail", Json::Text(text.into()))])
}

/// `{"detail": …, "code": …}`.
pub(super) fn coded(text: impl Into<Cow<'static, str>>, code: &'static str) -> Json {
    Json::object([("detail", Json::Text(text.into())), ("code", code.into())])
}

/// The answer to a token that is of no type that proves authentication: why it is none of them.
pub(super) fn no_type_fits(attempts: &[Attempt], token_error: impl Fn(&TokenError) -> String) -> Json {
    let message = |attempt: &Attempt| {
        Json::object([
            ("token_class", class(attempt.kind).into()),
            ("token_type", attempt.kind.type_name().into()),
            ("message", token_error(&attempt.error).into()),
        ])
    };
    Json::object([
        ("detail", "Given token not valid for any token type".into()),
        ("code", TOKEN_NOT_VALID.into()),
        ("messages", Json::List(attempts.iter().map(message).collect())),
    ])
}

fn class(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::Access => "AccessToken",
        TokenKind::Refresh => "RefreshToken",
        TokenKind::Sliding => "SlidingToken",
        TokenKind::Untyped => "UntypedToken",
    }
}

/// What is wrong with a token, in the package's words for one that has expired and one that is not genuine.
pub(super) fn token_error(error: &TokenError, expired: &str, invalid: &str) -> String {
    match error {
        TokenError::Blacklisted => "Token is blacklisted".to_owned(),
        TokenError::ClaimExpired(claim) => format!("Token '{claim}' claim has expired"),
        TokenError::Expired => expired.to_owned(),
        TokenError::Invalid(_) => invalid.to_owned(),
        TokenError::MissingClaim(claim) => format!("Token has no '{claim}' claim"),
        TokenError::NoId => "Token has no id".to_owned(),
        TokenError::NoType => "Token has no type".to_owned(),
        TokenError::UserInactive => USER_INACTIVE.to_owned(),
        TokenError::WrongType => "Token has wrong type".to_owned(),
    }
}

/// Why a password was not changed, for a dialect whose package changes none.
pub(super) fn password_not_changed(refusal: &Refusal) -> Json {
    coded(refusal.to_string(), "password_not_changed")
}

/// The answer to a long-running refresh token that is not good, in a family that has none of them: no command of
/// these families asks for one.
pub(super) fn no_renewal() -> Json {
    coded("Token is invalid or expired", TOKEN_NOT_VALID)
}

/// Nothing was decided: the client may try again, and is told nothing about the cause.
pub(super) fn undecided(error: &Error) -> Json {
    detail(undecided_text(error))
}

/// The same, as text.
pub(super) fn undecided_text(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::Busy { .. } => "Too many logins at once, try again later.",
        ErrorKind::KeysUnavailable => "The keys to verify tokens with are unavailable, try again later.",
        ErrorKind::NoSigningKey => "This service does not issue tokens.",
        ErrorKind::Claims | ErrorKind::Signing | ErrorKind::Store => {
            "Service temporarily unavailable, try again later."
        }
    }
}

/// Says when to try again, where that may help.
pub(super) fn retry_later(mut response: Response<Bytes>, error: &Error) -> Response<Bytes> {
    let seconds = match error.kind() {
        ErrorKind::Busy { retry_after } => retry_after,
        ErrorKind::Claims | ErrorKind::KeysUnavailable | ErrorKind::Signing | ErrorKind::Store => 1,
        ErrorKind::NoSigningKey => return response,
    };
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

/// Django REST framework's sentence for who has tried too often.
pub(super) fn throttled_text(throttled: Throttled) -> String {
    let seconds = throttled.whole_seconds().get();
    let plural = if seconds == 1 { "" } else { "s" };
    format!("Request was throttled. Expected available in {seconds} second{plural}.")
}

/// Says when the next try may be let through.
pub(super) fn retry_throttled(mut response: Response<Bytes>, throttled: Throttled) -> Response<Bytes> {
    response.headers_mut().insert(RETRY_AFTER, throttled.whole_seconds().get().into());
    response
}

/// Why a request was not read.
pub(super) fn rejection(rejection: Rejection) -> Json {
    detail(rejection_text(rejection))
}

/// The same, as text.
pub(super) fn rejection_text(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::BodyTooLarge => "The request body is too large.",
        Rejection::BodyUnreadable => "The request body could not be read.",
        Rejection::Timeout => "The request took too long.",
    }
}

pub(super) const NO_ACTIVE_ACCOUNT: &str = "No active account found with the given credentials";
pub(super) const NO_SESSION: &str =
    "This token belongs to no session: log out with one that was refreshed, or with the scope global.";
pub(super) const NO_USER_CLAIM: &str = "Token contained no recognizable user identification";
pub(super) const PASSWORD_CHANGED: &str = "The user's password has been changed.";
pub(super) const TOKEN_NOT_VALID: &str = "token_not_valid";
pub(super) const USER_INACTIVE: &str = "User is inactive";
pub(super) const USER_NOT_FOUND: &str = "User not found";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;

    #[test]
    fn one_second_is_no_seconds() {
        let told = |seconds| throttled_text(Throttled { retry_after: Span::from_secs(seconds) });
        assert_eq!(told(1), "Request was throttled. Expected available in 1 second.");
        assert_eq!(told(2), "Request was throttled. Expected available in 2 seconds.");
        assert_eq!(told(0), told(1), "DRF has no Retry-After for it");
    }
}
