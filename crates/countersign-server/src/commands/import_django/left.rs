//! What an import leaves, and what to do instead.

/// Something of Django's that Countersign has no word for. Neither text holds a secret.
#[derive(Debug)]
pub(super) struct Left {
    /// A setting or a path, and its value.
    pub(super) what: String,
    /// What happens now, and what to write or do instead.
    pub(super) instead: String,
}

impl Left {
    pub(super) fn new(what: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { what: what.into(), instead: instead.into() }
    }
}
