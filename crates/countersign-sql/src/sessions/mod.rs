//! Sessions: Countersign's own table, beside the two of `token_blacklist`.
//!
//! - A transaction takes rows in one order: the user's, the session's, the ledger's. Two that touch the same session wait for
//!   each other at its row, so that what one decided the other reads.
//! - The user's row is held, not locked: any number of refreshes hold it at once, and only who changes or revokes waits for
//!   them, or is waited for. So no refresh begins before a password is changed and ends after its sessions were revoked.
//! - The text of the token that a lost answer is repeated with stands in `token_blacklist_outstandingtoken`. Nothing is
//!   kept twice.
//! - No foreign key leads to or from the table: Django deletes users and tokens without knowing of it.

mod table;

use std::num::NonZeroU32;

use countersign::clock::Timestamp;
use countersign::secret::StoredPassword;
use countersign::store::{
    Advance, Claim, CurrentToken, Judgement, Lineage, NewSession, OutstandingToken, Revoked, Session,
    Sessions, Standing, Step, StoreError, StoreErrorKind,
};
use countersign::user::{FieldValue, User, UserKey};

pub(crate) use self::table::SessionTable;
use self::table::{changing, lineage, row, text};
use crate::backend::{Query, Statement, Transaction};
use crate::blacklist::Known;
use crate::database::Database;
use crate::ledger;
use crate::users::{self, stored};

impl Sessions for Database {
    async fn begin_session(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        self.settle(move || Box::pin(self.begin_session_once(session))).await
    }

    async fn advance_session(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        let step = self.settle(move || Box::pin(self.advance_session_once(rotation))).await?;
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

    async fn advance_session_once(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        let Advance { presented, successor, at, .. } = *rotation;
        let mut work = Work::begin(self).await?;
        if !work.hold_user_as(rotation.user).await? {
            return Ok(Step::UserChanged);
        }
        let mut is_found_here = false;
        let mut known = work.lock_session(rotation.session).await?;
        if known.is_none()
            && let Some(found) = Lineage::found(rotation)
        {
            // Of two that find it at once, one waits here for the other, and reads what that one left.
            is_found_here = work.write(&work.table.begin, &row(&found)).await? == 1;
            known = work.lock_session(rotation.session).await?;
        }
        let Some(lineage) = known else { return Ok(Step::Revoked) };

        let standing = lineage.standing(rotation);
        if standing == Standing::SomebodyElses {
            return Ok(Step::Revoked);
        }
        let claim = self.claim(&mut *work.transaction, presented, at).await?;
        if is_found_here && claim == Claim::Lost {
            // There is nothing to revoke, so the session is not begun either.
            return Ok(Step::Revoked);
        }
        let judgement = match standing {
            Standing::Live => {
                let current = match claim {
                    Claim::Won if lineage.current == presented.jti => None,
                    Claim::Lost | Claim::Won => work.current(&lineage.current).await?,
                };
                lineage.judge(rotation, claim, current)
            }
            Standing::Expired => {
                work.blacklist(&lineage.current, at).await?;
                work.commit().await?;
                return Ok(Step::Expired);
            }
            Standing::Revoked | Standing::SomebodyElses => {
                work.commit().await?;
                return Ok(Step::Revoked);
            }
        };
        match judgement {
            Judgement::Adopt | Judgement::Advance => {
                if judgement == Judgement::Adopt {
                    work.blacklist(&lineage.current, at).await?;
                }
                if work.write(&self.statements().record, &ledger::row(successor)).await? == 0 {
                    return Err(StoreError::inconsistent(
                        "the successor's jti is among the outstanding tokens already",
                    ));
                }
                let mut values = Vec::from(changing(&lineage.advanced(rotation)));
                values.push(text(rotation.session));
                work.write(&work.table.advance, &values).await?;
                work.commit().await?;
                Ok(Step::Advanced)
            }
            Judgement::Refuse => Ok(Step::Revoked),
            Judgement::Repeat(token) => Ok(Step::Repeated(token)),
            Judgement::Revoke => {
                work.revoke(&lineage, at).await?;
                work.commit().await?;
                Ok(Step::Reused)
            }
        }
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

/// A transaction over users, sessions and the ledger.
struct Work<'a> {
    database: &'a Database,
    table: &'a SessionTable,
    transaction: Box<dyn Transaction>,
}

impl<'a> Work<'a> {
    async fn begin(database: &'a Database) -> Result<Self, StoreError> {
        let table = database.sessions()?;
        Ok(Self { database, table, transaction: database.begin().await? })
    }

    /// The user, who stays so until the end of the transaction.
    async fn hold_user(&mut self, user: &UserKey) -> Result<Option<User>, StoreError> {
        let mut rows = self.read(&self.table.hold_user, &[user.clone().into()]).await?;
        rows.pop().map(|row| users::user(self.database.user_model(), row)).transpose()
    }

    /// Whether the user is as they were found, and so until the end of the transaction.
    async fn hold_user_as(&mut self, found: &User) -> Result<bool, StoreError> {
        let user = self.hold_user(&found.key).await?;
        Ok(user.is_some_and(|user| user.password == found.password && user.is_active == found.is_active))
    }

    async fn lock_session(&mut self, id: &str) -> Result<Option<Lineage>, StoreError> {
        let row = self.read(&self.table.lock, &[text(id)]).await?.pop();
        let lineage = row.map(lineage).transpose()?;
        // Some collations find what is spelled otherwise.
        Ok(lineage.filter(|lineage| lineage.session.id == id))
    }

    async fn current(&mut self, jti: &str) -> Result<Option<CurrentToken>, StoreError> {
        let rows = self.read(&self.table.current, &[text(jti)]).await?;
        Ok(rows.first().and_then(table::current))
    }

    /// Revokes a session and tells how many that were, none if it was revoked before.
    async fn revoke(&mut self, lineage: &Lineage, at: Timestamp) -> Result<u64, StoreError> {
        let values = [FieldValue::Timestamp(at), text(&lineage.session.id)];
        let revoked = self.write(&self.table.revoke, &values).await?;
        self.blacklist(&lineage.current, at).await?;
        Ok(revoked)
    }

    async fn revoke_everything(
        &mut self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        let owner = user.to_string();
        let kept = match keep {
            Some(id) => self.lock_session(id).await?.filter(|lineage| lineage.user == owner),
            None => None,
        };
        // No session and no token has an empty id.
        let (id, current) = kept.map_or_else(Default::default, |kept| (kept.session.id, kept.current));
        let now = FieldValue::Timestamp(at);
        let values = [now.clone(), text(&owner), text(&id)];
        let sessions = self.write(&self.table.revoke_all, &values).await?;
        let values = [now, user.clone().into(), text(&current)];
        let tokens = self.write(&self.database.statements().blacklist_all, &values).await?;
        Ok(Revoked { sessions, tokens })
    }

    /// Puts a token on the blacklist that is among the outstanding ones.
    async fn blacklist(&mut self, jti: &str, at: Timestamp) -> Result<(), StoreError> {
        let values = [FieldValue::Timestamp(at), text(jti)];
        self.write(&self.database.statements().claim, &values).await.map(drop)
    }

    async fn read(
        &mut self,
        query: &Query,
        values: &[FieldValue],
    ) -> Result<Vec<crate::backend::Row>, StoreError> {
        let rows = self.transaction.read(query, values).await;
        rows.map_err(|error| self.database.failed(error))
    }

    async fn write(&mut self, statement: &Statement, values: &[FieldValue]) -> Result<u64, StoreError> {
        let changed = self.transaction.write(statement, values).await;
        changed.map_err(|error| self.database.failed(error))
    }

    async fn commit(self) -> Result<(), StoreError> {
        self.database.commit(self.transaction).await
    }
}
