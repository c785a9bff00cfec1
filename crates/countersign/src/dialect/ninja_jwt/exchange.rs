//! What is remembered of a request until it is answered.

use bytes::Bytes;
use http::Response;

use crate::dialect::ninja_jwt::Endpoint;
use crate::secret::PlainToken;

/// What the answer needs to know of the request.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) endpoint: Endpoint,
    /// The token that is refreshed: the answer has it again, where it is not rotated.
    pub(super) refresh: Option<PlainToken>,
    /// The answer to a client who is let in, where the body is wrong: Django Ninja authenticates before it reads one.
    pub(super) pending: Option<Response<Bytes>>,
}

impl Exchange {
    pub(super) fn of(endpoint: Endpoint) -> Self {
        Self { endpoint, refresh: None, pending: None }
    }
}
