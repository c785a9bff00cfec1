//! dj-ninja-auth's dialect, which is that of Django Ninja and Pydantic.
//!
//! - Requests are JSON, whatever their content type says. Nothing is trimmed, and a number is no string.
//! - What is missing or of a wrong type is 422 with Pydantic's list of errors; what the package or a form of Django's
//!   says of a body is 400, each in a shape of its own.
//! - Refusals are 401 with `detail` and mostly `code`, and without `WWW-Authenticate`.
//! - The method comes first (405), then the `Authorization` header where one is wanted (401), then the body.
//! - A login answers with the whole user.
//!
//! DIFFERENCE: there is no session: a login opens none, and a logout has none to end.

mod email;
mod endpoint;
mod error;
mod exchange;
mod form;
mod guard;
mod parse;
mod render;
#[cfg(test)]
mod tests;
mod user;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};

use crate::authority::{Failure, Outcome};
use crate::dialect::{Dialect, Parsed, Rejection, ninja};
pub use endpoint::Endpoint;
pub use exchange::Exchange;

/// dj-ninja-auth's dialect, with what clients see of the user model.
#[derive(Clone, Debug, Default)]
pub struct NinjaAuth {
    /// The fields of columns that have other names, by the columns' names.
    fields: BTreeMap<String, String>,
}

impl NinjaAuth {
    /// The name of the user model's field whose `db_column` is this one.
    #[must_use]
    pub fn field_of(mut self, column: impl Into<String>, field: impl Into<String>) -> Self {
        self.fields.insert(column.into(), field.into());
        self
    }
}

impl Dialect for NinjaAuth {
    type Endpoint = Endpoint;
    type Exchange = Exchange;

    const ENDPOINTS: &'static [(Endpoint, &'static str, &'static str)] = &Endpoint::ALL;

    fn parse(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Parsed<Exchange> {
        match parse::command(endpoint, request) {
            Ok((command, exchange)) => Parsed::Command(command, exchange),
            Err(error) => Parsed::Reply(error.render()),
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
