//! Logout: a long-running refresh token that shall be good no more.

use crate::authority::{Authority, Failure, Refusal, Renewal};
use crate::secret::PlainToken;
use crate::store::{Claim, RefreshTokens, Store, may_be_kept};

impl<S: Store + RefreshTokens> Authority<S> {
    /// Revokes a long-running refresh token, expired or not, whoever's it is.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownRefreshToken`] for one that is revoked already, as for every one that is not there;
    /// [`Refusal::RenewalNotSupported`] where there are none.
    pub async fn revoke(&self, presented: &PlainToken) -> Result<(), Failure> {
        match &self.parts.rules.renewal {
            Renewal::ByAccessToken | Renewal::Off { revocable: false } => {
                return Err(Refusal::RenewalNotSupported.into());
            }
            Renewal::ByRefreshToken(_) | Renewal::Off { revocable: true } => {}
        }
        if may_be_kept(presented.expose())
            && self.parts.store.revoke_refresh_token(presented, self.now()).await? == Claim::Won
        {
            Ok(())
        } else {
            Err(Refusal::UnknownRefreshToken.into())
        }
    }
}
