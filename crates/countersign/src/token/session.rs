//! The session that a token belongs to.

use std::borrow::Cow;

use crate::claims::ClaimTypeError;
use crate::jwt::{Invalid, TokenError};
use crate::token::{Kind, Token};

/// The claim that names a token's session (`OpenID` Connect Front-Channel Logout 1.0 §3). Every refresh token has it that is
/// made where sessions are kept, and whatever is made of that token copies it.
pub const SESSION_CLAIM: &str = "sid";

impl<K: Kind> Token<K> {
    /// The id of the token's session: `sid`, `None` where there is no such claim.
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] for a claim that is no session's id: a string of 1 to 255 characters without NUL.
    pub fn session(&self) -> Result<Option<Cow<'_, str>>, TokenError> {
        let id = self.claims().text(SESSION_CLAIM).map_err(Invalid::from)?;
        match id {
            Some(id) if id.is_empty() || id.contains('\0') || id.chars().count() > MAX_CHARS => {
                Err(Invalid::from(ClaimTypeError::of(SESSION_CLAIM)).into())
            }
            id => Ok(id),
        }
    }

    /// The same token in a session, about to be signed or copied.
    pub(crate) fn in_session(mut self, id: &str) -> Self {
        self.amend(|claims| claims.set(SESSION_CLAIM, id));
        self
    }
}

/// The column holds no more.
const MAX_CHARS: usize = 255;
