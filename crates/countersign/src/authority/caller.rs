//! Who asks about sessions of their own.

use std::borrow::Cow;

use crate::authority::{Authority, Failure, Refusal};
use crate::clock::Timestamp;
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::{Session, Store};
use crate::user::UserKey;

/// Somebody who is let in, and their sessions.
#[derive(Debug)]
pub(super) struct Caller {
    /// Who it is.
    pub(super) user: UserKey,
    /// The session that the presented token belongs to; `None` for a token that says none.
    pub(super) own: Option<String>,
    /// Every session of theirs that is live, the one that was used last first.
    pub(super) sessions: Vec<Session>,
}

impl<S: Store> Authority<S> {
    /// The one who presents a token that proves authentication. A token whose session is over proves it no more: whoever
    /// was thrown out must not throw out others for as long as their last access token lives.
    pub(super) async fn caller(&self, bearer: &PlainToken, now: Timestamp) -> Result<Caller, Failure> {
        let parts = &self.parts;
        let rules = parts.rules.sessions.as_ref().ok_or(Refusal::SessionsNotKept)?;
        let admitted = self.admit_any(bearer).await?;
        let own = admitted.token.session()?.map(Cow::into_owned);
        let user = self.own_key(self.principal(admitted).await?).await?.ok_or(Refusal::UserNotFound)?;
        let mut sessions = parts.store.sessions_of(&user, now).await?;
        sessions.retain(|session| !rules.is_over(session.created_at, session.last_used_at, now));
        let is_live = |own: &String| sessions.iter().any(|session| session.id == *own);
        if own.as_ref().is_some_and(|own| !is_live(own)) {
            return Err(TokenError::Blacklisted.into());
        }
        Ok(Caller { user, own, sessions })
    }
}
