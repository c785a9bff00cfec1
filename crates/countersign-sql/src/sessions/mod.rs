//! Sessions: Countersign's own table, beside the two of `token_blacklist`.
//!
//! - A transaction takes rows in one order: the user's, the session's, the ledger's. Two that touch the same session wait for
//!   each other at its row, so that what one decided the other reads.
//! - The user's row is held, not locked: any number of refreshes hold it at once, and only who changes or revokes waits for
//!   them, or is waited for. So no refresh begins before a password is changed and ends after its sessions were revoked.
//! - The text of the token that a lost answer is repeated with stands in `token_blacklist_outstandingtoken`. Nothing is
//!   kept twice.
//! - No foreign key leads to or from the table: Django deletes users and tokens without knowing of it.

mod advance;
mod at_once;
mod row;
mod table;
mod work;

use std::num::NonZeroU32;

use countersign::clock::Timestamp;
use countersign::secret::StoredPassword;
use countersign::store::{
    Advance, Claim, Lineage, NewSession, OutstandingToken, Revoked, Session, Sessions, Step, StoreError,
    StoreErrorKind,
};
use countersign::user::{FieldValue, UserKey};

use self::row::{lineage, row, text};
pub(crate) use self::table::SessionTable;
use self::work::Work;
use crate::blacklist::Known;
use crate::database::Database;
use crate::ledger;
use crate::users::stored;

impl Sessions for Database {
    async fn begin_session(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        if self.begin_at_once(session).await? {
            return Ok(true);
        }
        self.settle(move || Box::pin(self.begin_session_once(session))).await
    }

    async fn advance_session(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        let step = if self.advance_at_once(rotation).await? {
            Step::Advanced
        } else {
            self.settle(move || Box::pin(self.advance_session_once(rotation))).await?
        };
        if let Some(memory) = self.blacklist() {
            match step {
                Step::Advanced => memory.revoke_token(rotation.presented.jti, rotation.presented.expires_at),
                Step::Expired | Step::Reused => memory.is_outdated(),
                Step::Repeated(_) | Step::Revoked | Step::UserChanged => {}
            }
        }
        Ok(step)
    }

    async fn end_session(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let claim = self.settle(move || Box::pin(self.end_session_once(session, token, at))).await?;
        self.tell_memory(claim == Claim::Won);
        Ok(claim)
    }

    async fn sessions_of(&self, user: &UserKey, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let values = [text(&user.to_string()), FieldValue::Timestamp(now)];
        let rows = self.read(&self.sessions()?.live, &values).await?;
        rows.into_iter().map(|row| lineage(row).map(|lineage| lineage.session)).collect()
    }

    async fn revoke_session(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let claim = self.settle(move || Box::pin(self.revoke_session_once(user, session, at))).await?;
        self.tell_memory(claim == Claim::Won);
        Ok(claim)
    }

    async fn revoke_everything_of(
        &self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        let revoked = self.settle(move || {
            Box::pin(async move {
                let mut work = Work::begin(self).await?;
                work.read(&work.table.lock_user, &[user.clone().into()]).await?;
                let revoked = work.revoke_everything(user, keep, at).await?;
                work.commit().await?;
                Ok(revoked)
            })
        });
        let revoked = revoked.await?;
        self.tell_memory(revoked != Revoked::default());
        Ok(revoked)
    }

    async fn replace_password_and_revoke(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let values = &[stored(new), user.clone().into(), stored(old)];
        let replaced = self.settle(move || {
            Box::pin(async move {
                let mut work = Work::begin(self).await?;
                // The change takes the user's row, as the first in the order.
                if work.write(&self.statements().replace_password, values).await? == 0 {
                    return Ok(false);
                }
                work.revoke_everything(user, keep, at).await?;
                work.commit().await?;
                Ok(true)
            })
        });
        let is_replaced = replaced.await?;
        self.tell_memory(is_replaced);
        Ok(is_replaced)
    }

    async fn is_session_revoked_allowing_stale(&self, session: &str) -> Result<bool, StoreError> {
        // Where there are no sessions, none is revoked.
        if !self.has_sessions() {
            return Ok(false);
        }
        let known = self.blacklist().map_or(Known::Unknown, |memory| memory.look_up_session(session));
        if known == Known::Absent {
            return Ok(false);
        }
        match self.read(&self.sessions()?.is_revoked, &[text(session)]).await {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(error) if known == Known::Revoked && error.kind() == StoreErrorKind::Unavailable => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl Database {
    /// More was revoked here than one token, if anything was.
    pub(crate) fn tell_memory(&self, is_revoked: bool) {
        if let Some(memory) = self.blacklist().filter(|_| is_revoked) {
            memory.is_outdated();
        }
    }

    /// Deletes the sessions that need not be kept any longer, so many at a time; where there is no table, none.
    pub(crate) async fn flush_sessions(&self, now: Timestamp, batch: NonZeroU32) -> Result<(), StoreError> {
        if !self.has_sessions() {
            return Ok(());
        }
        let values = [FieldValue::Timestamp(now), FieldValue::Int(batch.get().into())];
        while self.write(&self.sessions()?.flush, &values).await? >= batch.get().into() {}
        Ok(())
    }

    async fn begin_session_once(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        let mut work = Work::begin(self).await?;
        if !work.hold_user_as(session.user).await? {
            return Ok(false);
        }
        if work.write(&work.table.begin, &row(&Lineage::begun(session))).await? == 0 {
            return Err(StoreError::inconsistent("the session's id is there already"));
        }
        work.write(&self.statements().record, &ledger::row(session.token)).await?;
        work.commit().await?;
        Ok(true)
    }

    async fn end_session_once(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let mut work = Work::begin(self).await?;
        if let Some(user) = token.user {
            work.hold_user(user).await?;
        }
        let lineage = work.lock_session(session).await?;
        let lineage =
            lineage.filter(|lineage| token.user.is_none_or(|user| user.to_string() == lineage.user));
        if self.claim(&mut *work.transaction, token, at).await? == Claim::Lost {
            return Ok(Claim::Lost);
        }
        if let Some(lineage) = lineage {
            work.revoke(&lineage, at).await?;
        }
        work.commit().await?;
        Ok(Claim::Won)
    }

    async fn revoke_session_once(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let mut work = Work::begin(self).await?;
        work.hold_user(user).await?;
        let lineage = work.lock_session(session).await?.filter(|lineage| lineage.user == user.to_string());
        match lineage {
            Some(lineage) if work.revoke(&lineage, at).await? > 0 => {
                work.commit().await?;
                Ok(Claim::Won)
            }
            _ => Ok(Claim::Lost),
        }
    }
}
