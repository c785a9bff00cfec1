//! What is remembered of a request until it is answered.

use crate::dialect::cookies::Endpoint;
use crate::secret::PlainToken;

/// What the answer needs to know of the request.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) endpoint: Endpoint,
    /// The token that says who it is: the answer tells for how long it is good.
    pub(super) access: Option<PlainToken>,
}

impl Exchange {
    pub(super) fn of(endpoint: Endpoint) -> Self {
        Self { endpoint, access: None }
    }
}
