//! Answers, as strawberry's Django view writes them.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use crate::dialect::graphql_jwt::GraphqlJwt;
use crate::dialect::{Json, Rejection, words};
use crate::error::Error;
use crate::throttle::Throttled;

/// What became of an operation.
#[derive(Debug)]
pub enum Answer {
    /// It never was one: HTTP 400 with this text.
    BadRequest(Cow<'static, str>),
    /// All that was asked for.
    Data(Json),
    /// None of it: every field that can fail is one that cannot be null, so nothing is left of the rest.
    Errors(Vec<GraphqlError>),
    /// One of the mutations has been tried too often: HTTP 429, and when to try again.
    Throttled {
        /// Where in the document; the message is said here.
        locations: Vec<(usize, usize)>,
        /// The response keys down to the mutation.
        path: Vec<String>,
        /// For how long.
        throttled: Throttled,
    },
    /// Something that is needed does not work: HTTP 503.
    Undecided(Error),
}

/// One of the `errors` of an answer (GraphQL §7.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphqlError {
    /// What went wrong.
    pub message: String,
    /// Lines and columns of the document, from one.
    pub locations: Vec<(usize, usize)>,
    /// The response keys down to the field that failed; empty for what is wrong with the document.
    pub path: Vec<String>,
}

impl GraphqlError {
    /// An error that has no place in the document.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), locations: Vec::new(), path: Vec::new() }
    }

    fn to_json(&self) -> Json {
        let number = |number: usize| Json::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let location = |(line, column): &(usize, usize)| {
            Json::object([("line", number(*line)), ("column", number(*column))])
        };
        let list = |values: Vec<Json>| (!values.is_empty()).then_some(Json::List(values));
        let locations = list(self.locations.iter().map(location).collect());
        let path = list(self.path.iter().cloned().map(Json::from).collect());
        let mut members = vec![("message".into(), self.message.clone().into())];
        members.extend(locations.map(|locations| ("locations".into(), locations)));
        members.extend(path.map(|path| ("path".into(), path)));
        Json::Object(members)
    }
}

impl GraphqlJwt {
    /// Says what became of an operation.
    pub fn render(&self, answer: Answer) -> Response<Bytes> {
        match answer {
            Answer::BadRequest(reason) => respond(StatusCode::BAD_REQUEST, PLAIN_TEXT, reason.into_owned()),
            Answer::Data(data) => execution(StatusCode::OK, &Json::object([("data", data)])),
            Answer::Errors(errors) => execution(StatusCode::OK, &failed(&errors)),
            // Neither the package nor strawberry throttles: the status is HTTP's own, the sentence Django REST framework's.
            Answer::Throttled { locations, path, throttled } => {
                let said = GraphqlError { message: words::throttled_text(throttled), locations, path };
                let response = execution(StatusCode::TOO_MANY_REQUESTS, &failed(&[said]));
                words::retry_throttled(response, throttled)
            }
            Answer::Undecided(error) => {
                let said = GraphqlError::new(words::undecided_text(&error));
                words::retry_later(execution(StatusCode::SERVICE_UNAVAILABLE, &failed(&[said])), &error)
            }
        }
    }

    /// Says that there is no page to write queries in.
    pub fn no_ide(&self) -> Response<Bytes> {
        respond(StatusCode::NOT_FOUND, PLAIN_TEXT, "Not Found")
    }

    /// Says why a request did not get as far as being parsed.
    pub fn reject(&self, rejection: Rejection) -> Response<Bytes> {
        respond(rejection.status(), PLAIN_TEXT, words::rejection_text(rejection))
    }
}

fn failed(errors: &[GraphqlError]) -> Json {
    let errors = errors.iter().map(GraphqlError::to_json).collect();
    Json::object([("data", Json::Null), ("errors", Json::List(errors))])
}

fn execution(status: StatusCode, body: &Json) -> Response<Bytes> {
    respond(status, JSON, body.to_compact_python())
}

pub(super) fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

pub(super) const JSON: &str = "application/json";
pub(super) const PLAIN_TEXT: &str = "text/plain";
