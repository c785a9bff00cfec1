//! Logout: a refresh token that shall be good no more.

use crate::authority::{Authority, Failure};
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::{Claim, TokenLedger, UserLookup, Users};
use crate::token::Refresh;

impl<S: Users + TokenLedger> Authority<S> {
    /// Puts a refresh token on the blacklist, whoever's it is and whether or not that user still exists.
    /// Without a ledger the token is verified and nothing else happens, as in SimpleJWT.
    ///
    /// # Errors
    ///
    /// [`TokenError::Blacklisted`] for one that is there already, as for every token that is not good.
    pub async fn blacklist(&self, presented: &PlainToken) -> Result<(), Failure> {
        let now = self.now();
        let parts = &self.parts;
        let token = self.admit::<Refresh>(presented, now).await?;
        let value = token.user_id(&parts.policy)?;
        if !parts.rules.ledger {
            return Ok(());
        }
        let user = match value {
            Some(value) => {
                let column = &parts.policy.user_id_field;
                parts.store.find(UserLookup::Field { column, value }).await?
            }
            None => None,
        };
        let row = Self::ledger_row(&token, presented, user.as_ref().map(|user| &user.key), now)?;
        match parts.store.blacklist(&row, now).await? {
            Claim::Won => Ok(()),
            Claim::Lost => Err(TokenError::Blacklisted.into()),
        }
    }
}
