//! How a family guards routes that are not its own.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::authority::Failure;
use crate::secret::PlainToken;

/// How a family guards the routes of a service: where a request has its token, and what one is told that is not let in.
///
/// It says what a view of the family's own says in Django, of the token alone: neither the method nor what a client accepts is
/// looked at, since those are the service's.
pub trait Guard: Send + Sync + 'static {
    /// The token that a request presents; `None` where it presents none, or something that is for somebody else.
    ///
    /// # Errors
    ///
    /// The answer to what cannot be read.
    fn presented(&self, request: &Parts) -> Result<Option<PlainToken>, Box<Response<Bytes>>>;

    /// The answer to a request without a token, where one is wanted.
    fn anonymous(&self, request: &Parts) -> Response<Bytes>;

    /// The answer to a request whose token is not good, or could not be decided upon.
    fn refused(&self, request: &Parts, failure: Failure) -> Response<Bytes>;
}
