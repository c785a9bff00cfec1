//! Logout: a refresh token that shall be good no more.

use crate::authority::admit::Admitted;
use crate::authority::{Authority, Failure};
use crate::clock::Timestamp;
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::{Claim, OutstandingToken, Store};
use crate::token::{Kind, Refresh, Token};

impl<S: Store> Authority<S> {
    /// Puts a refresh token on the blacklist, whoever's it is and whether or not that user still exists.
    /// Without a ledger the token is verified and nothing else happens, as in SimpleJWT. Its session is over.
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
        match self.retire(&token, &row, now).await? {
            Claim::Won => Ok(()),
            Claim::Lost => Err(TokenError::Blacklisted.into()),
        }
    }

    /// Puts a token on the blacklist, and ends its session where there are any.
    pub(super) async fn retire<K: Kind>(
        &self,
        token: &Token<K>,
        row: &OutstandingToken<'_>,
        now: Timestamp,
    ) -> Result<Claim, Failure> {
        let store = &self.parts.store;
        if self.parts.rules.sessions.is_none() {
            return Ok(store.blacklist(row, now).await?);
        }
        let session = token.session()?;
        Ok(store.end_session(session.as_deref().unwrap_or(row.jti), row, now).await?)
    }
}
