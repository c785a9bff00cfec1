//! What the dialect says no to by itself.

use crate::dialect::ninja::NinjaError;

/// What the dialect itself says no to, before anything is decided.
#[derive(Debug, PartialEq)]
pub(super) enum ApiError {
    /// What was given for a token is no string, where Ninja JWT tries it before Pydantic does.
    NotAToken,
    /// What Django Ninja says no to.
    Ninja(NinjaError),
    /// Fields that are not there, or empty, and what Ninja JWT says of each.
    Required(Vec<(String, String)>),
}

impl From<NinjaError> for ApiError {
    fn from(error: NinjaError) -> Self {
        Self::Ninja(error)
    }
}
