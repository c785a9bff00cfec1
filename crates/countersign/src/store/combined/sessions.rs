//! Sessions of users whom another store has.

use crate::clock::Timestamp;
use crate::secret::StoredPassword;
use crate::store::{
    Advance, Claim, Combined, DetachedLedger, NewSession, OutstandingToken, Revoked, Session, Sessions, Step,
    StoreError, UserLookup, Users,
};
use crate::user::UserKey;

impl<U: Users, L: DetachedLedger> Sessions for Combined<U, L> {
    /// Whoever replaces the password and revokes the sessions afterwards finds a session that is there before the user is looked
    /// at again; whoever did before is noticed by that look.
    async fn begin_session(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        if !self.is_still(session.user).await? || !self.ledger.begin_session(session).await? {
            return Ok(false);
        }
        let still = self.is_still(session.user).await;
        if !matches!(still, Ok(true)) {
            let NewSession { user, token, .. } = session;
            let (Claim::Won | Claim::Lost) =
                self.ledger.revoke_session(&user.key, token.jti, token.created_at).await?;
        }
        still
    }

    /// A step that was taken for a user who has changed meanwhile is not undone: who asks again as they are now gets its
    /// successor, as after a lost answer, or is refused.
    async fn advance_session(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        if !self.is_still(rotation.user).await? {
            return Ok(Step::UserChanged);
        }
        match self.ledger.advance_session(rotation).await? {
            over @ (Step::Expired | Step::Reused) => Ok(over),
            step @ (Step::Advanced | Step::Repeated(_) | Step::Revoked | Step::UserChanged) => {
                Ok(if self.is_still(rotation.user).await? { step } else { Step::UserChanged })
            }
        }
    }

    /// The token of somebody who is gone is recorded as nobody's first, and ends the session that was theirs all the same.
    async fn end_session(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let known = self.known(token).await?;
        if known.user != token.user {
            self.ledger.record(&known).await?;
        }
        self.ledger.end_session(session, token, at).await
    }

    async fn sessions_of(&self, user: &UserKey, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        self.ledger.sessions_of(user, now).await
    }

    async fn revoke_session(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        self.ledger.revoke_session(user, session, at).await
    }

    async fn revoke_everything_of(
        &self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        self.ledger.revoke_everything_of(user, keep, at).await
    }

    /// Revoked before, so that who is cut off in between has to log in again and no thief stays; and after, for those who
    /// logged in with the old password meanwhile. Where only the latter fails, the password is the old one again.
    async fn replace_password_and_revoke(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let found = self.users.find(UserLookup::key(user)).await?;
        if found.is_none_or(|found| found.password != *old) {
            return Ok(false);
        }
        self.ledger.revoke_everything_of(user, keep, at).await?;
        if !self.users.replace_password(user, old, new).await? {
            return Ok(false);
        }
        if let Err(error) = self.ledger.revoke_everything_of(user, keep, at).await {
            self.users.replace_password(user, new, old).await?;
            return Err(error);
        }
        Ok(true)
    }

    async fn is_session_revoked_allowing_stale(&self, session: &str) -> Result<bool, StoreError> {
        self.ledger.is_session_revoked_allowing_stale(session).await
    }
}
