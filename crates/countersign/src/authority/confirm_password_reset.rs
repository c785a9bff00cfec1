//! A new password for somebody who was mailed a link.

use crate::authority::{Authority, Failure, Refusal};
use crate::password_reset::parse_uid;
use crate::secret::{Password, PlainToken};
use crate::store::{Store, UserLookup};

/// A mailed link, and the password to set with it.
#[derive(Clone, Debug)]
pub struct PasswordReset {
    /// Whose password: see [`uid`](crate::password_reset::uid).
    pub uid: String,
    /// What shows that the link was mailed: see [`ResetTokens`](crate::password_reset::ResetTokens).
    pub token: PlainToken,
    /// The password from now on.
    pub new: Password,
}

impl<S: Store> Authority<S> {
    /// Sets a password with a mailed link. Of any number of callers with one link, exactly one does.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownResetUser`], [`Refusal::InvalidResetToken`], or [`Refusal::WeakPassword`], after which the
    /// link is still good.
    pub async fn confirm_password_reset(&self, reset: &PasswordReset) -> Result<(), Failure> {
        let now = self.now();
        let parts = &self.parts;
        let value = parse_uid(&reset.uid).ok_or(Refusal::UnknownResetUser)?;
        let user = parts.store.find(UserLookup::Field { column: "pk", value }).await?;
        let user = user.ok_or(Refusal::UnknownResetUser)?;
        let resets = parts.resets.as_ref().ok_or(Refusal::InvalidResetToken)?;
        // DIFFERENCE: Django checks the token and writes later, so that a link that two present at once works twice.
        if resets.tokens.is_good(&user, &reset.token, now)
            && self.set_password(&user, &reset.new, None, now).await?
        {
            Ok(())
        } else {
            Err(Refusal::InvalidResetToken.into())
        }
    }
}
