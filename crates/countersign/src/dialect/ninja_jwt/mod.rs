//! Ninja JWT's dialect, which is that of Django Ninja and Pydantic.
//!
//! - Requests are JSON, whatever their content type says. Nothing is trimmed, and a number is no string.
//! - A field that is missing or empty is 400 with `detail`, `code` and the field; one of a wrong type is 422 with
//!   Pydantic's list of errors.
//! - Refusals are 401 with `detail` and `code`, and without `WWW-Authenticate`.
//! - The method comes first: 405 for every other one, `HEAD` and `OPTIONS` too.

mod endpoint;
mod error;
mod exchange;
mod guard;
mod parse;
mod render;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::{Request, Response};

use crate::authority::{Failure, Outcome};
use crate::dialect::{Dialect, Parsed, Rejection, ninja};
pub use endpoint::Endpoint;
pub use exchange::Exchange;

/// Ninja JWT's dialect, with what clients see of the user model.
#[derive(Clone, Debug)]
pub struct NinjaJwt {
    username_field: String,
    username_max_length: Option<usize>,
}

impl Default for NinjaJwt {
    /// For `django.contrib.auth.models.User`.
    fn default() -> Self {
        Self { username_field: "username".to_owned(), username_max_length: Some(150) }
    }
}

impl NinjaJwt {
    /// `USERNAME_FIELD` of the user model: the name of the field next to `password`, in requests and answers.
    #[must_use]
    pub fn username_field(mut self, name: impl Into<String>) -> Self {
        self.username_field = name.into();
        self
    }

    /// `max_length` of that field, in characters: a longer name is 422 and looked up nowhere. `None` for a field
    /// without one.
    #[must_use]
    pub fn username_max_length(mut self, max: Option<usize>) -> Self {
        self.username_max_length = max;
        self
    }
}

impl Dialect for NinjaJwt {
    type Endpoint = Endpoint;
    type Exchange = Exchange;

    const ENDPOINTS: &'static [(Endpoint, &'static str, &'static str)] = &Endpoint::ALL;

    fn parse(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Parsed<Exchange> {
        let mut exchange = Exchange::of(endpoint);
        match self.command(endpoint, request, &mut exchange) {
            Ok(command) => Parsed::Command(command, exchange),
            Err(error) => Parsed::Reply(Self::render_error(error)),
        }
    }

    fn render(&self, exchange: Exchange, decision: Result<Outcome, Failure>) -> Response<Bytes> {
        match decision {
            Ok(outcome) => self.render_outcome(exchange, outcome),
            Err(Failure::Refused(refusal)) => Self::render_refusal(exchange.endpoint, refusal),
            Err(Failure::Undecided(error)) => ninja::undecided(&error),
        }
    }

    fn reject(&self, _: Endpoint, rejection: Rejection) -> Response<Bytes> {
        ninja::rejection(rejection)
    }
}
