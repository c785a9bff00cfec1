//! What is remembered of a request until it is answered.

use http::Method;

use crate::dialect::simple_jwt::Endpoint;
use crate::dialect::simple_jwt::error::ApiError;

/// What the answer needs to know of the request.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) endpoint: Endpoint,
    pub(super) method: Method,
    pub(super) indent: Option<usize>,
    /// What is wrong with the body, for a client who is let in.
    pub(super) pending: Option<ApiError>,
}

impl Exchange {
    pub(super) fn of(endpoint: Endpoint, method: Method, indent: Option<usize>) -> Self {
        Self { endpoint, method, indent, pending: None }
    }

    /// For a request that was not read.
    pub(super) fn plain(endpoint: Endpoint) -> Self {
        Self::of(endpoint, Method::POST, None)
    }
}
