//! Where is somebody logged in?

use crate::authority::{Authority, Failure};
use crate::secret::PlainToken;
use crate::store::{Session, Store};

/// A session of the one who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// The session.
    pub session: Session,
    /// Whether the token that was presented belongs to it.
    pub is_current: bool,
}

impl<S: Store> Authority<S> {
    /// The live sessions of the one who asks, the one that was used last first.
    ///
    /// # Errors
    ///
    /// What [`authenticate`](Self::authenticate) says about the token, and
    /// [`TokenError::Blacklisted`](crate::jwt::TokenError::Blacklisted) for one whose session is over;
    /// [`Refusal::SessionsNotKept`](super::Refusal::SessionsNotKept).
    pub async fn list_sessions(&self, bearer: &PlainToken) -> Result<Vec<OwnSession>, Failure> {
        let caller = self.caller(bearer, self.now()).await?;
        let own = caller.own.as_deref();
        let sessions = caller.sessions.into_iter();
        Ok(sessions.map(|session| OwnSession { is_current: own == Some(&*session.id), session }).collect())
    }
}
