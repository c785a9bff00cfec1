//! Logout: a refresh token that shall be good no more.

use crate::authority::admit::Admitted;
use crate::authority::{Authority, Failure};
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::{Claim, Store};
use crate::token::Refresh;

impl<S: Store> Authority<S> {
    /// Puts a refresh token on the blacklist, whoever's it is and whether or not that user still exists.
    /// Without a ledger the token is verified and nothing else happens, as in SimpleJWT.
    ///
    /// # Errors
    ///
    /// [`TokenError::Blacklisted`] for one that is there already, as for every token that is not good.
    pub async fn blacklist(&self, presented: &PlainToken) -> Result<(), Failure> {
        let now = self.now();
        let parts = &self.parts;
        let Admitted { token, user } = self.admit::<Refresh>(presented, now).await?;
        let is_somebodys = self.user_id(&token)?.is_some();
        if !parts.rules.ledger {
            return Ok(());
        }
        let user = match user {
            None if is_somebodys => self.user_of(&token).await?,
            known => known,
        };
        let row = Self::ledger_row(&token, presented, user.as_ref().map(|user| &user.key), now)?;
        match parts.store.blacklist(&row, now).await? {
            Claim::Won => Ok(()),
            Claim::Lost => Err(TokenError::Blacklisted.into()),
        }
    }
}
