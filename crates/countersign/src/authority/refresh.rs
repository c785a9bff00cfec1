//! Refresh: a refresh token for an access token, and for its own successor where tokens rotate.

use crate::authority::{Authority, Failure, Refreshed, Rotation};
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::{Claim, Store};
use crate::token::Refresh;

impl<S: Store> Authority<S> {
    /// Buys an access token.
    ///
    /// DIFFERENCE: with rotation and blacklisting, of any number of callers with the same token exactly one
    /// gets a successor. SimpleJWT reads the blacklist and writes it later, so that several may.
    ///
    /// # Errors
    ///
    /// A [`Refusal`](super::Refusal) for a token that is not good, or whose user is not let in any more.
    pub async fn refresh(&self, presented: &PlainToken) -> Result<Refreshed, Failure> {
        let now = self.now();
        let parts = &self.parts;
        if let Some(rules) = &parts.rules.sessions {
            return self.refresh_in_session(presented, rules, now).await;
        }
        let (token, user) = self.admit_refreshing::<Refresh>(presented, now, true).await?;
        let mut access = token.access_token(&parts.policy, now, self.entropy());
        self.customize(&mut access, &user)?;
        let access = self.sign(&access)?;
        if parts.rules.rotation == Rotation::Off {
            return Ok(Refreshed { access, refresh: None });
        }
        let mut successor = token.successor(&parts.policy, now, self.entropy());
        self.customize(&mut successor, &user)?;
        let plain = self.sign(&successor)?;
        if parts.rules.ledger {
            let new = Self::ledger_row(&successor, &plain, Some(&user.key), now)?;
            if parts.rules.rotation == Rotation::OnWithBlacklist {
                let old = Self::ledger_row(&token, presented, Some(&user.key), now)?;
                match parts.store.rotate(&old, &new, now).await? {
                    Claim::Won => {}
                    Claim::Lost => return Err(TokenError::Blacklisted.into()),
                }
            } else {
                parts.store.record(&new).await?;
            }
        }
        Ok(Refreshed { access, refresh: Some(plain) })
    }
}
