//! What the dialect says no to by itself.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{ALLOW, HeaderValue};
use http::{Method, Response, StatusCode};

use crate::dialect::cookies::csrf::Forgery;
use crate::dialect::cookies::render::{INVALID, INVALID_OR_EXPIRED, respond};
use crate::dialect::words::{TOKEN_NOT_VALID, coded};

/// What the dialect itself says no to, before anything is decided.
#[derive(Debug, PartialEq)]
pub(super) enum ApiError {
    /// Several cookies have the name of ours: all but one are somebody else's, and nobody knows which.
    Ambiguous,
    /// Perhaps it was not the page that sent this.
    Forged(Forgery),
    /// The body is not what a login is.
    Malformed(Cow<'static, str>),
    /// The method that there is a handler for.
    MethodNotAllowed(Method),
    /// The cookie holds what no token looks like.
    NotAToken,
    /// There is no cookie, where one is needed.
    NotLoggedIn,
}

impl From<Forgery> for ApiError {
    fn from(forgery: Forgery) -> Self {
        Self::Forged(forgery)
    }
}

impl ApiError {
    pub(super) fn render(self) -> Response<Bytes> {
        let (status, text, code): (_, Cow<'static, str>, _) = match self {
            Self::Ambiguous => {
                (StatusCode::BAD_REQUEST, "Several cookies have the same name.".into(), "ambiguous_cookie")
            }
            Self::Forged(forgery) => (StatusCode::FORBIDDEN, forgery.told(), forgery.code()),
            Self::Malformed(text) => (StatusCode::BAD_REQUEST, text, INVALID),
            Self::MethodNotAllowed(allowed) => return method_not_allowed(&allowed),
            Self::NotAToken => (StatusCode::UNAUTHORIZED, INVALID_OR_EXPIRED.into(), TOKEN_NOT_VALID),
            Self::NotLoggedIn => {
                let text = "Authentication credentials were not provided.";
                (StatusCode::UNAUTHORIZED, text.into(), "not_authenticated")
            }
        };
        respond(status, &coded(text, code))
    }
}

fn method_not_allowed(allowed: &Method) -> Response<Bytes> {
    let body = coded("There is no such method here.", "method_not_allowed");
    let mut response = respond(StatusCode::METHOD_NOT_ALLOWED, &body);
    if let Ok(allow) = HeaderValue::try_from(allowed.as_str()) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}
