//! Logout: a refresh token that shall be good no more.

use crate::authority::{Authority, Failure, Refusal};
use crate::clock::Timestamp;
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::{Claim, OutstandingToken, Store, UserLookup};
use crate::token::{Kind, Refresh, Sliding, Token, TokenKind};

impl<S: Store> Authority<S> {
    /// Puts a refresh token on the blacklist, whoever's it is and whether or not that user still exists.
    /// Without a ledger the token is verified and nothing else happens, as in SimpleJWT. Its session is over, also
    /// where the token was consumed before.
    ///
    /// # Errors
    ///
    /// [`TokenError::Blacklisted`] for one that is there already, as for every token that is not good.
    pub async fn blacklist(&self, presented: &PlainToken) -> Result<(), Failure> {
        self.blacklist_as::<Refresh>(presented).await
    }

    /// [`blacklist`](Self::blacklist) for a token of any kind that is asked for on the blacklist. Tells the kind.
    ///
    /// # Errors
    ///
    /// [`TokenError::WrongType`] for a token of another kind, and as [`blacklist`](Self::blacklist).
    pub async fn blacklist_any(&self, presented: &PlainToken) -> Result<TokenKind, Failure> {
        match self.blacklist_as::<Refresh>(presented).await {
            Err(Failure::Refused(Refusal::Token(TokenError::WrongType))) => {
                self.blacklist_as::<Sliding>(presented).await.map(|()| TokenKind::Sliding)
            }
            done => done.map(|()| TokenKind::Refresh),
        }
    }

    async fn blacklist_as<K: Kind>(&self, presented: &PlainToken) -> Result<(), Failure> {
        let now = self.now();
        let rules = &self.parts.rules;
        // A token of a session is asked for where the session is ended.
        let asks_blacklist = rules.sessions.is_none();
        let (token, user) =
            self.admit_and_find::<K>(presented, now, asks_blacklist, Self::logging_out).await?;
        if rules.tokens_ask_for_user
            && !user.as_ref().is_some_and(|user| rules.authentication_rule.permits(user))
        {
            return Err(TokenError::UserInactive.into());
        }
        if !rules.ledger {
            return Ok(());
        }
        let row = Self::ledger_row(&token, presented, user.as_ref().map(|user| &user.key), now)?;
        match self.retire(&token, &row, now).await? {
            Claim::Won => Ok(()),
            Claim::Lost => Err(TokenError::Blacklisted.into()),
        }
    }

    /// Whose a token was that is logged out: whom the ledger says, where it keeps it.
    fn logging_out<'a, K: Kind>(&'a self, token: &'a Token<K>) -> Result<Option<UserLookup<'a>>, Failure> {
        let rules = &self.parts.rules;
        let is_somebodys = rules.tokens_ask_for_user || self.user_id(token)?.is_some() && rules.ledger;
        is_somebodys.then(|| self.named_by(token)).transpose()
    }

    /// Puts a token on the blacklist, and ends its session where there are any.
    ///
    /// One that is there already was consumed, or revoked before: whoever logs out with it wants the session to end all the same, be
    /// it that another tab has just been given a successor, be it that a thief has.
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
        let session = session.as_deref().unwrap_or(row.jti);
        let claim = store.end_session(session, row, now).await?;
        if let (Claim::Lost, Some(user)) = (claim, row.user) {
            // Lost means that the session is over, which is as good.
            let (Claim::Won | Claim::Lost) = store.revoke_session(user, session, now).await?;
        }
        Ok(claim)
    }
}
