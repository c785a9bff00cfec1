//! A ledger in memory, without users.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::memory::tables::LedgerTables;
use crate::memory::{RefreshTokenRow, TokenRow};
use crate::secret::PlainToken;
use crate::store::{
    Advance, Claim, DetachedLedger, FlushCursor, Flushed, Lineage, NewRefreshToken, NewSession,
    OutstandingToken, RefreshTokens, Revoked, Session, Sessions, Step, StoreError, StoredRefreshToken,
    TokenLedger,
};
use crate::user::UserKey;

/// The ledger, the sessions and the long-running refresh tokens of a [`MemoryStore`](super::MemoryStore), without its users:
/// the other half of a store whose users live elsewhere, as [`Combined`](crate::store::Combined) puts it together.
///
/// It forgets everything with the process.
#[derive(Default)]
pub struct MemoryLedger(Mutex<LedgerTables>);

impl MemoryLedger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets whose the tokens of a removed user were (Django's `SET_NULL`); long-running refresh tokens go too
    /// (`CASCADE`).
    pub fn remove_user(&self, key: &UserKey) {
        self.tables().remove_user(key);
    }

    /// Every token, in the order of the ids.
    pub fn outstanding(&self) -> Vec<TokenRow> {
        self.tables().tokens.values().cloned().collect()
    }

    /// Every long-running refresh token, in the order of their making.
    pub fn refresh_tokens(&self) -> Vec<RefreshTokenRow> {
        self.tables().refresh_tokens.clone()
    }

    /// Every session, in the order of the ids.
    pub fn sessions(&self) -> Vec<Lineage> {
        self.tables().sessions.values().cloned().collect()
    }

    /// No method panics half-way through a change, so what a poisoned lock guards is whole.
    fn tables(&self) -> MutexGuard<'_, LedgerTables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryLedger").field("tokens", &self.tables().tokens.len()).finish()
    }
}

impl DetachedLedger for MemoryLedger {}

impl TokenLedger for MemoryLedger {
    async fn record(&self, token: &OutstandingToken<'_>) -> Result<(), StoreError> {
        self.tables().record(token);
        Ok(())
    }

    async fn is_blacklisted(&self, jti: &str) -> Result<bool, StoreError> {
        Ok(self.tables().is_blacklisted(jti))
    }

    async fn blacklist(&self, token: &OutstandingToken<'_>, at: Timestamp) -> Result<Claim, StoreError> {
        Ok(self.tables().claim(token, at))
    }

    async fn blacklist_all_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        Ok(self.tables().blacklist_all_of(user, None, at))
    }

    async fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        self.tables().rotate(presented, successor, at)
    }

    async fn flush_expired(
        &self,
        now: Timestamp,
        _from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        Ok(self.tables().flush_expired(now, limit))
    }
}

impl Sessions for MemoryLedger {
    async fn begin_session(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        self.tables().begin(session).map(|()| true)
    }

    async fn advance_session(&self, rotation: &Advance<'_>) -> Result<Step, StoreError> {
        self.tables().advance(rotation)
    }

    async fn end_session(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        Ok(self.tables().end(session, token, at))
    }

    async fn sessions_of(&self, user: &UserKey, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        Ok(self.tables().sessions_of(user, now))
    }

    async fn revoke_session(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        Ok(self.tables().revoke_session(user, session, at))
    }

    async fn revoke_everything_of(
        &self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> Result<Revoked, StoreError> {
        Ok(self.tables().revoke_everything_of(user, keep, at))
    }

    async fn is_session_revoked_allowing_stale(&self, session: &str) -> Result<bool, StoreError> {
        Ok(self.tables().is_session_revoked(session))
    }
}

impl RefreshTokens for MemoryLedger {
    async fn keep_refresh_token(&self, token: &NewRefreshToken<'_>) -> Result<bool, StoreError> {
        self.tables().keep_refresh_token(token);
        Ok(true)
    }

    async fn find_refresh_token(&self, token: &PlainToken) -> Result<Option<StoredRefreshToken>, StoreError> {
        Ok(self.tables().find_refresh_token(token))
    }

    async fn replace_refresh_token(
        &self,
        old: &PlainToken,
        new: &PlainToken,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        Ok(self.tables().replace_refresh_token(old, new, at))
    }

    async fn revoke_refresh_token(&self, token: &PlainToken, at: Timestamp) -> Result<Claim, StoreError> {
        Ok(self.tables().revoke_refresh_token(token, at))
    }

    async fn revoke_refresh_tokens_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        Ok(self.tables().revoke_refresh_tokens_of(user, at))
    }

    async fn clear_refresh_tokens(
        &self,
        created_before: Option<Timestamp>,
        limit: NonZeroU32,
    ) -> Result<u64, StoreError> {
        Ok(self.tables().clear_refresh_tokens(created_before, limit))
    }
}
