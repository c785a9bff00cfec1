//! What is remembered of a request until it is answered.

use crate::authority::Command;
use crate::dialect::ninja_jwt::Endpoint;
use crate::secret::PlainToken;

/// What the answer needs to know of the request.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) endpoint: Endpoint,
    /// The token that is refreshed: the answer has it again, where it is not rotated.
    pub(super) refresh: Option<PlainToken>,
}

impl Exchange {
    pub(super) fn of(endpoint: Endpoint, command: &Command) -> Self {
        let refresh = match command {
            Command::Refresh { refresh } => Some(refresh.clone()),
            _ => None,
        };
        Self { endpoint, refresh }
    }
}
