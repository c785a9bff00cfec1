//! Logout elsewhere: a session that shall be over.

use crate::authority::{Authority, Failure, Refusal};
use crate::secret::PlainToken;
use crate::store::{Claim, Store};

impl<S: Store> Authority<S> {
    /// Ends a session of the one who asks, which may be the one they ask in. Access tokens that it bought live until they
    /// expire.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownSession`] for an id that is no live session's or another user's: nobody is told which. And as
    /// [`list_sessions`](Self::list_sessions).
    pub async fn revoke_session(&self, bearer: &PlainToken, session: &str) -> Result<(), Failure> {
        let now = self.now();
        let caller = self.caller(bearer, now).await?;
        // Only what is listed is asked for: no database sees an id that a client has made up.
        if caller.sessions.iter().all(|known| known.id != session) {
            return Err(Refusal::UnknownSession.into());
        }
        match self.parts.store.revoke_session(&caller.user, session, now).await? {
            Claim::Won => Ok(()),
            Claim::Lost => Err(Refusal::UnknownSession.into()),
        }
    }
}
