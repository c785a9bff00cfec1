//! What was found out about a request, among its extensions.

use std::sync::Arc;

use countersign::authority::Identity;
use countersign::secret::PlainToken;

use crate::auth::Door;

/// Who sends a request, as one [`Auth`](super::Auth) found it. Only this crate can make one, and only the same `Auth` reads it:
/// that somebody is known to one authority proves nothing to another.
///
/// That nobody sends it is not kept: to look for a header again costs less than to remember that there was none.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) door: Arc<dyn Door>,
    pub(super) proof: Proof,
}

/// A token that is good, and whose it is.
#[derive(Clone)]
pub(super) struct Proof {
    pub(super) identity: Identity,
    /// What was verified: the headers may have been changed since.
    pub(super) token: PlainToken,
}
