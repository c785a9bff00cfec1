//! From what was decided to a response.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use crate::authority::{Outcome, Refusal, SlidingLogin};
use crate::dialect::ninja_jwt::error::{ApiError, Issue, IssueKind};
use crate::dialect::ninja_jwt::{Endpoint, Exchange};
use crate::dialect::words::{self, TOKEN_NOT_VALID, coded, detail};
use crate::dialect::{Json, NinjaJwt, Rejection, principal};
use crate::error::Error;
use crate::jwt::TokenError;
use crate::secret::PlainToken;

impl NinjaJwt {
    pub(super) fn render_outcome(&self, exchange: Exchange, outcome: Outcome) -> Response<Bytes> {
        let body = match outcome {
            Outcome::Authenticated(principal) => principal::principal(&principal, &self.username_field),
            Outcome::Blacklisted
            | Outcome::PasswordChanged
            | Outcome::PasswordResetRequested
            | Outcome::Verified => Json::object([]),
            Outcome::Pair(pair) => Json::Object(vec![
                (self.username_field.clone().into(), pair.username.into()),
                ("refresh".into(), plain(&pair.refresh)),
                ("access".into(), plain(&pair.access)),
            ]),
            Outcome::Refreshed(refreshed) => {
                let refresh =
                    refreshed.refresh.or(exchange.refresh).map(|token| ("refresh".into(), plain(&token)));
                let access = ("access".into(), plain(&refreshed.access));
                Json::Object(refresh.into_iter().chain([access]).collect())
            }
            Outcome::Sliding(SlidingLogin { username, token }) => Json::Object(vec![
                (self.username_field.clone().into(), username.into()),
                ("token".into(), plain(&token)),
            ]),
            Outcome::SlidingRenewed(token) => Json::object([("token", plain(&token))]),
        };
        respond(StatusCode::OK, &body)
    }

    pub(super) fn render_refusal(endpoint: Endpoint, refusal: Refusal) -> Response<Bytes> {
        let body = match refusal {
            Refusal::InvalidResetToken | Refusal::UnknownResetUser | Refusal::WeakPassword(_) => {
                words::password_not_changed(&refusal)
            }
            // DIFFERENCE: Ninja JWT does not look at the user of a token that is refreshed, and so has no words for it.
            Refusal::NoActiveAccount | Refusal::NoActiveAccountForToken => {
                coded(words::NO_ACTIVE_ACCOUNT, AUTHENTICATION_FAILED)
            }
            Refusal::NoTokenTypeFits(attempts) => words::no_type_fits(&attempts, token_error),
            Refusal::NoUserClaim => coded(words::NO_USER_CLAIM, TOKEN_NOT_VALID),
            Refusal::PasswordChanged => coded(words::PASSWORD_CHANGED, AUTHENTICATION_FAILED),
            // Verification raises a validation error.
            Refusal::Token(TokenError::Blacklisted) if endpoint == Endpoint::TokenVerify => {
                return respond(
                    StatusCode::BAD_REQUEST,
                    &coded(token_error(&TokenError::Blacklisted), INVALID),
                );
            }
            Refusal::Token(error) => coded(token_error(&error), TOKEN_NOT_VALID),
            Refusal::UserInactive => coded(words::USER_INACTIVE, AUTHENTICATION_FAILED),
            Refusal::UserNotFound => coded(words::USER_NOT_FOUND, AUTHENTICATION_FAILED),
        };
        respond(StatusCode::UNAUTHORIZED, &body)
    }

    pub(super) fn render_undecided(error: &Error) -> Response<Bytes> {
        words::retry_later(respond(StatusCode::SERVICE_UNAVAILABLE, &words::undecided(error)), error)
    }

    pub(super) fn render_error(endpoint: Endpoint, error: ApiError) -> Response<Bytes> {
        match error {
            ApiError::CannotParse => respond(StatusCode::BAD_REQUEST, &detail("Cannot parse request body")),
            ApiError::MethodNotAllowed => method_not_allowed(endpoint),
            ApiError::NotAToken => {
                respond(StatusCode::UNAUTHORIZED, &coded(INVALID_OR_EXPIRED, TOKEN_NOT_VALID))
            }
            ApiError::Required(fields) => {
                let mut members =
                    vec![("detail".into(), "Invalid input.".into()), ("code".into(), INVALID.into())];
                members.extend(fields.into_iter().map(|(name, text)| (name.into(), text.into())));
                respond(StatusCode::BAD_REQUEST, &Json::Object(members))
            }
            ApiError::Unauthorized => respond(StatusCode::UNAUTHORIZED, &detail("Unauthorized")),
            ApiError::Unprocessable(issues) => {
                let issues = issues.into_iter().map(|issue| pydantic(endpoint, issue)).collect();
                let body = Json::object([("detail", Json::List(issues))]);
                respond(StatusCode::UNPROCESSABLE_ENTITY, &body)
            }
        }
    }

    pub(super) fn render_rejection(rejection: Rejection) -> Response<Bytes> {
        respond(rejection.status(), &words::rejection(rejection))
    }
}

/// One of Pydantic's errors, as Django Ninja shows them: without the input and the URL.
fn pydantic(endpoint: Endpoint, issue: Issue) -> Json {
    let mut place = vec!["body".into(), endpoint.parameter().into()];
    place.extend(issue.field.map(Json::from));
    let (kind, message, context) = match issue.kind {
        IssueKind::Missing => ("missing", "Field required".into(), None),
        IssueKind::NotAString => ("string_type", "Input should be a valid string".into(), None),
        IssueKind::NotAnObject => (
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from".into(),
            None,
        ),
        IssueKind::NotUnicode => (
            "string_unicode",
            "Input should be a valid string, unable to parse raw data as a unicode string".into(),
            None,
        ),
        IssueKind::TooLong(max) => (
            "string_too_long",
            format!("String should have at most {max} character{}", if max == 1 { "" } else { "s" }),
            Some(("max_length", Json::Int(i64::try_from(max).unwrap_or(i64::MAX)))),
        ),
        IssueKind::Value(text) => {
            ("value_error", format!("Value error, {text}"), Some(("error", text.into())))
        }
    };
    let mut members = vec![
        ("type".into(), kind.into()),
        ("loc".into(), Json::List(place)),
        ("msg".into(), Json::from(message)),
    ];
    members.extend(context.map(|context| ("ctx".into(), Json::object([context]))));
    Json::Object(members)
}

/// Ninja JWT has one sentence for what is not genuine and what has expired.
fn token_error(error: &TokenError) -> String {
    words::token_error(error, INVALID_OR_EXPIRED, INVALID_OR_EXPIRED)
}

fn plain(token: &PlainToken) -> Json {
    token.expose().to_owned().into()
}

fn respond(status: StatusCode, body: &Json) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_python()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

fn method_not_allowed(endpoint: Endpoint) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"Method not allowed"));
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(allow) = HeaderValue::try_from(endpoint.method().as_str()) {
        headers.insert(ALLOW, allow);
    }
    response
}

const AUTHENTICATION_FAILED: &str = "authentication_failed";
const INVALID: &str = "invalid";
const INVALID_OR_EXPIRED: &str = "Token is invalid or expired";
