//! How families of clients speak: request shapes, error bodies, headers. Pure data mappings, both ways.
//!
//! A dialect parses an HTTP request into a [`Command`], and renders what the authority made of it. It knows no
//! database and no server; the bodies it is given are complete, and bounded by whoever read them.

pub mod cookies;
pub mod graphql_jwt;
mod guard;
mod header;
mod json;
mod media;
mod members;
mod ninja;
pub mod ninja_auth;
pub mod ninja_jwt;
mod principal;
mod sessions;
pub mod simple_jwt;
mod surrogates;
mod time;
mod words;

use std::fmt;

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::authority::{Command, Failure, Outcome};
pub use cookies::Cookies;
pub use graphql_jwt::GraphqlJwt;
pub use guard::Guard;
pub use json::Json;
pub use ninja_auth::NinjaAuth;
pub use ninja_jwt::NinjaJwt;
pub use simple_jwt::SimpleJwt;

/// How one family of clients speaks.
///
/// Where the packages take a serializer or a schema of one's own (`TOKEN_OBTAIN_SERIALIZER`,
/// `TOKEN_OBTAIN_PAIR_INPUT_SCHEMA` and their kin), this trait is what to write: it says what a request must be and
/// what is answered. For other claims in the tokens no dialect is needed, but
/// [`CustomClaims`](crate::authority::CustomClaims).
pub trait Dialect: Send + Sync + 'static {
    /// The family's URLs, by name.
    type Endpoint: Copy + fmt::Debug + Send + Sync + 'static;
    /// What rendering needs to know of the request.
    type Exchange: Send + 'static;

    /// Every endpoint with its name, and the path it has by default. Where that has `{id}`, anything may stand.
    const ENDPOINTS: &'static [(Self::Endpoint, &'static str, &'static str)];

    /// Understands a request to `endpoint`, of whatever method.
    fn parse(&self, endpoint: Self::Endpoint, request: &Request<Bytes>) -> Parsed<Self::Exchange>;

    /// Says what the authority decided.
    fn render(&self, exchange: Self::Exchange, decision: Result<Outcome, Failure>) -> Response<Bytes>;

    /// Says why a request did not get as far as being parsed.
    fn reject(&self, endpoint: Self::Endpoint, rejection: Rejection) -> Response<Bytes>;
}

/// A request, understood.
#[derive(Debug)]
pub enum Parsed<X> {
    /// Something to decide, and what to remember for the answer.
    Command(Command, X),
    /// Nothing to decide: this is the answer already.
    Reply(Response<Bytes>),
}

/// Why a request was given up before it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The body is longer than the server reads.
    BodyTooLarge,
    /// The body ended early, or cannot be read.
    BodyUnreadable,
    /// The client took too long to send it.
    Timeout,
}

impl Rejection {
    /// The HTTP status that says so (RFC 9110 §15.5).
    pub fn status(self) -> StatusCode {
        match self {
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyUnreadable => StatusCode::BAD_REQUEST,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
        }
    }
}
