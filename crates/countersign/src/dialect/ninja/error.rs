//! What Django Ninja says no to, before a package's own code is asked.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Method, Response, StatusCode};

use crate::dialect::Json;
use crate::dialect::ninja::{Issue, respond};
use crate::dialect::words::detail;

/// What Django Ninja itself says no to.
#[derive(Debug, PartialEq)]
pub(in crate::dialect) enum NinjaError {
    CannotParse,
    /// The method that there is a handler for.
    MethodNotAllowed(Method),
    Unauthorized,
    /// What Pydantic says of the handler's parameter of this name, which the body is for.
    Unprocessable(&'static str, Vec<Issue>),
}

impl NinjaError {
    pub(in crate::dialect) fn render(self) -> Response<Bytes> {
        match self {
            Self::CannotParse => respond(StatusCode::BAD_REQUEST, &detail("Cannot parse request body")),
            Self::MethodNotAllowed(allowed) => method_not_allowed(&allowed),
            Self::Unauthorized => respond(StatusCode::UNAUTHORIZED, &detail("Unauthorized")),
            Self::Unprocessable(parameter, issues) => {
                let issues = issues.into_iter().map(|issue| issue.told(parameter)).collect();
                let body = Json::object([("detail", Json::List(issues))]);
                respond(StatusCode::UNPROCESSABLE_ENTITY, &body)
            }
        }
    }
}

fn method_not_allowed(allowed: &Method) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(b"Method not allowed"));
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(allow) = HeaderValue::try_from(allowed.as_str()) {
        headers.insert(ALLOW, allow);
    }
    response
}
