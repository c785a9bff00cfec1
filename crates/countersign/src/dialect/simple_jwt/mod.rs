//! SimpleJWT's dialect, which is that of Django REST framework.
//!
//! - Requests are JSON, urlencoded or multipart; fields are trimmed and checked as DRF's `CharField` does, and
//!   what is wrong with them is told field by field (400).
//! - Refusals are 401 with `detail`, mostly `code`, and `WWW-Authenticate`.
//! - The order of DRF's checks is kept: `Accept` (406) and `?format=` (404), then authentication, then the
//!   method (405), then the body (415, 400).
//!
//! DIFFERENCE: there is no browsable API: a client that wants `text/html` gets JSON.

mod body;
mod endpoint;
mod error;
mod exchange;
mod fields;
mod guard;
mod metadata;
mod negotiate;
mod parse;
mod render;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{HeaderName, Request, Response};

use crate::authority::{Failure, Outcome};
use crate::dialect::{Dialect, Parsed, Rejection};
pub use endpoint::Endpoint;
pub use exchange::Exchange;

/// SimpleJWT's dialect, with the settings that clients see.
#[derive(Clone, Debug)]
pub struct SimpleJwt {
    header_types: Vec<String>,
    header_name: HeaderName,
    username_field: String,
}

impl Default for SimpleJwt {
    fn default() -> Self {
        Self {
            header_types: vec!["Bearer".to_owned()],
            header_name: http::header::AUTHORIZATION,
            username_field: "username".to_owned(),
        }
    }
}

impl SimpleJwt {
    /// `AUTH_HEADER_TYPES`: the schemes that are accepted; the first is the one in `WWW-Authenticate`.
    #[must_use]
    pub fn header_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.header_types = types.into_iter().map(Into::into).collect();
        self
    }

    /// `AUTH_HEADER_NAME`, as an HTTP header: `x-access-token` where Django says `HTTP_X_ACCESS_TOKEN`.
    #[must_use]
    pub fn header_name(mut self, name: HeaderName) -> Self {
        self.header_name = name;
        self
    }

    /// `USERNAME_FIELD` of the user model: the name of the field next to `password`.
    #[must_use]
    pub fn username_field(mut self, name: impl Into<String>) -> Self {
        self.username_field = name.into();
        self
    }
}

impl Dialect for SimpleJwt {
    type Endpoint = Endpoint;
    type Exchange = Exchange;

    const ENDPOINTS: &'static [(Endpoint, &'static str, &'static str)] = &Endpoint::ALL;

    fn parse(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Parsed<Exchange> {
        let mut exchange = match negotiate::exchange(endpoint, request) {
            Ok(exchange) => exchange,
            Err((exchange, error)) => return Parsed::Reply(self.render_error(&exchange, error)),
        };
        match self.command(endpoint, request, &mut exchange) {
            Ok(Some(command)) => Parsed::Command(command, exchange),
            Ok(None) => Parsed::Reply(self.render_metadata(&exchange)),
            Err(error) => Parsed::Reply(self.render_error(&exchange, error)),
        }
    }

    fn render(&self, exchange: Exchange, decision: Result<Outcome, Failure>) -> Response<Bytes> {
        match decision {
            Ok(outcome) => self.render_outcome(&exchange, outcome),
            Err(Failure::Refused(refusal)) => self.render_refusal(&exchange, refusal),
            Err(Failure::Undecided(error)) => Self::render_undecided(&exchange, &error),
        }
    }

    fn reject(&self, endpoint: Endpoint, rejection: Rejection) -> Response<Bytes> {
        Self::render_rejection(&Exchange::plain(endpoint), rejection)
    }
}
