//! Logout here, elsewhere, or everywhere.

use crate::authority::{Authority, Failure, Refusal};
use crate::secret::PlainToken;
use crate::store::{Claim, Store};

/// What a logout ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogOutScope {
    /// Every session, and every outstanding token of no session.
    Global,
    /// The session of the one who asks.
    #[default]
    Local,
    /// Every session but that one, and every outstanding token of no session.
    Others,
}

impl LogOutScope {
    /// The scopes by the names that clients give them.
    pub const NAMES: [(&'static str, Self); 3] =
        [("local", Self::Local), ("others", Self::Others), ("global", Self::Global)];

    /// The scope of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, scope)| *scope)
    }
}

impl<S: Store> Authority<S> {
    /// Ends sessions of the one who asks. Access tokens live until they expire, theirs too.
    ///
    /// A bearer from before there were sessions, a sliding token, and one that Django made say no session. With such a one
    /// nothing but [`LogOutScope::Global`] is done: all sessions but one's own, where nobody knows which that is, would be
    /// all of them. A refresh gives a bearer that says it.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSession`] for such a bearer, and as [`list_sessions`](Self::list_sessions).
    pub async fn log_out(&self, bearer: &PlainToken, scope: LogOutScope) -> Result<(), Failure> {
        let now = self.now();
        let caller = self.caller(bearer, now).await?;
        let (store, user) = (&self.parts.store, &caller.user);
        let own = || caller.own.as_deref().ok_or(Refusal::NoSession);
        match scope {
            LogOutScope::Global => {
                store.revoke_everything_of(user, None, now).await?;
            }
            LogOutScope::Local => {
                // Lost means that it has just ended otherwise, which is as good.
                let (Claim::Won | Claim::Lost) = store.revoke_session(user, own()?, now).await?;
            }
            LogOutScope::Others => {
                store.revoke_everything_of(user, Some(own()?), now).await?;
            }
        }
        Ok(())
    }
}
