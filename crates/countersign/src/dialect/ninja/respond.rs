//! An answer as Django Ninja sends it, and ours where it has none.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use crate::dialect::{Json, Rejection, words};
use crate::error::Error;
use crate::throttle::Throttled;

/// JSON as Python writes it.
pub(in crate::dialect) fn respond(status: StatusCode, body: &Json) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_python()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// It was done, and there is nothing to say.
pub(in crate::dialect) fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// What was asked for is not there.
pub(in crate::dialect) fn not_found() -> Response<Bytes> {
    respond(StatusCode::NOT_FOUND, &words::detail("Not Found"))
}

/// Nothing was decided: the client may try again, and is told nothing about the cause.
pub(in crate::dialect) fn undecided(error: &Error) -> Response<Bytes> {
    words::retry_later(respond(StatusCode::SERVICE_UNAVAILABLE, &words::undecided(error)), error)
}

/// Who has tried too often is told so in Django Ninja's words.
pub(in crate::dialect) fn throttled(throttled: Throttled) -> Response<Bytes> {
    let response = respond(StatusCode::TOO_MANY_REQUESTS, &words::detail("Too many requests."));
    words::retry_throttled(response, throttled)
}

/// Why a request was not read.
pub(in crate::dialect) fn rejection(rejection: Rejection) -> Response<Bytes> {
    respond(rejection.status(), &words::rejection(rejection))
}
