//! Why a request is not let in, and the answer.

use std::fmt;

use axum::body::Body;
use axum::response::IntoResponse;
use bytes::Bytes;
use countersign::authority::{Failure, Refusal};
use countersign::error::Error;
use http::header::{HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};

/// Why a request is not let in, for a service that [says so itself](super::Auth::rejecting_with). As text it is what a client may be
/// told.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Denied<'a> {
    /// It presents no token, and one is wanted.
    Anonymous,
    /// Its token is not good, or the token's user may not come in.
    Refused(&'a Refusal),
    /// Nobody can tell: something that is needed for an answer does not work. The cause is in the log, and no client's business.
    Undecided(&'a Error),
    /// What it presents is nothing that the family takes: a header that cannot be read, a cookie without the header that goes with it.
    /// The status is that of the family's answer.
    Unacceptable(StatusCode),
}

impl<'a> Denied<'a> {
    pub(super) fn of(failure: &'a Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::Undecided(error) => Self::Undecided(error),
        }
    }

    /// The status that says so (RFC 9110 §15.5.2, §15.6.4; RFC 6585 §4).
    pub fn status(self) -> StatusCode {
        match self {
            Self::Refused(Refusal::Throttled(_)) => StatusCode::TOO_MANY_REQUESTS,
            Self::Anonymous | Self::Refused(_) => StatusCode::UNAUTHORIZED,
            Self::Undecided(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unacceptable(status) => status,
        }
    }
}

impl fmt::Display for Denied<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anonymous => f.write_str("a token is needed"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Undecided(_) => f.write_str("nobody can tell at the moment, try again later"),
            Self::Unacceptable(_) => f.write_str("the token is not presented as it must be"),
        }
    }
}

/// A request is not let in: the answer to it, whose words are the family's or the service's own.
#[derive(Debug)]
pub struct AuthRejection(Box<Response<Bytes>>);

impl AuthRejection {
    /// The family's answer, or the service's own with what a client needs of the family's.
    pub(super) fn new(familys: impl Into<Box<Response<Bytes>>>, own: Option<Response<Bytes>>) -> Self {
        let mut answer = familys.into();
        if let Some(mut own) = own {
            if let Some(name) = needed(own.status())
                && !own.headers().contains_key(&name)
            {
                let values = answer.headers().get_all(&name).iter().cloned();
                own.headers_mut().extend(values.map(|value| (name.clone(), value)));
            }
            *answer = own;
        }
        Self(answer)
    }

    /// The answer.
    pub fn into_inner(self) -> Response<Bytes> {
        *self.0
    }
}

impl IntoResponse for AuthRejection {
    fn into_response(self) -> Response<Body> {
        self.0.map(Body::from)
    }
}

/// The header that a client needs to make something of a status (RFC 9110 §11.6.1, §10.2.3).
fn needed(status: StatusCode) -> Option<HeaderName> {
    match status {
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => Some(RETRY_AFTER),
        StatusCode::UNAUTHORIZED => Some(WWW_AUTHENTICATE),
        _ => None,
    }
}
