//! Long-running refresh tokens in memory.

use std::num::NonZeroU32;

use crate::clock::Timestamp;
use crate::memory::MemoryStore;
use crate::memory::tables::LedgerTables;
use crate::secret::PlainToken;
use crate::store::{Claim, NewRefreshToken, RefreshTokens, StoreError, StoredRefreshToken};
use crate::user::UserKey;

/// A long-running refresh token as a [`MemoryStore`] keeps it: a row of `refresh_token_refreshtoken`.
#[derive(Clone, Debug)]
pub struct RefreshTokenRow {
    /// The token.
    pub token: PlainToken,
    /// Whose it is.
    pub user: UserKey,
    /// When it was made, or took the place of another.
    pub created_at: Timestamp,
    /// Since when it is good no more.
    pub revoked_at: Option<Timestamp>,
}

impl MemoryStore {
    /// Every long-running refresh token, in the order of their making.
    pub fn refresh_tokens(&self) -> Vec<RefreshTokenRow> {
        self.tables().ledger.refresh_tokens.clone()
    }
}

impl RefreshTokens for MemoryStore {
    async fn keep_refresh_token(&self, token: &NewRefreshToken<'_>) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let known = tables.knows(token.user);
        if known {
            tables.ledger.keep_refresh_token(token);
        }
        Ok(known)
    }

    async fn find_refresh_token(&self, token: &PlainToken) -> Result<Option<StoredRefreshToken>, StoreError> {
        Ok(self.tables().ledger.find_refresh_token(token))
    }

    async fn replace_refresh_token(
        &self,
        old: &PlainToken,
        new: &PlainToken,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        Ok(self.tables().ledger.replace_refresh_token(old, new, at))
    }

    async fn revoke_refresh_token(&self, token: &PlainToken, at: Timestamp) -> Result<Claim, StoreError> {
        Ok(self.tables().ledger.revoke_refresh_token(token, at))
    }

    async fn revoke_refresh_tokens_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        Ok(self.tables().ledger.revoke_refresh_tokens_of(user, at))
    }

    async fn clear_refresh_tokens(
        &self,
        created_before: Option<Timestamp>,
        limit: NonZeroU32,
    ) -> Result<u64, StoreError> {
        Ok(self.tables().ledger.clear_refresh_tokens(created_before, limit))
    }
}

impl LedgerTables {
    pub(super) fn keep_refresh_token(&mut self, token: &NewRefreshToken<'_>) {
        self.refresh_tokens.push(RefreshTokenRow {
            token: token.token.clone(),
            user: token.user.clone(),
            created_at: token.created_at,
            revoked_at: None,
        });
    }

    pub(super) fn find_refresh_token(&mut self, token: &PlainToken) -> Option<StoredRefreshToken> {
        self.live_refresh_token(token).map(|row| StoredRefreshToken {
            token: row.token.clone(),
            user: row.user.clone(),
            created_at: row.created_at,
        })
    }

    pub(super) fn replace_refresh_token(
        &mut self,
        old: &PlainToken,
        new: &PlainToken,
        at: Timestamp,
    ) -> Claim {
        let Some(row) = self.live_refresh_token(old) else { return Claim::Lost };
        row.token = new.clone();
        row.created_at = at;
        Claim::Won
    }

    pub(super) fn revoke_refresh_token(&mut self, token: &PlainToken, at: Timestamp) -> Claim {
        let Some(row) = self.live_refresh_token(token) else { return Claim::Lost };
        row.revoked_at = Some(at);
        Claim::Won
    }

    pub(super) fn revoke_refresh_tokens_of(&mut self, user: &UserKey, at: Timestamp) -> u64 {
        let live = self.refresh_tokens.iter_mut().filter(|row| row.user == *user && row.revoked_at.is_none());
        live.map(|row| row.revoked_at = Some(at)).count() as u64
    }

    pub(super) fn clear_refresh_tokens(
        &mut self,
        created_before: Option<Timestamp>,
        limit: NonZeroU32,
    ) -> u64 {
        let mut left = limit.get();
        let before = self.refresh_tokens.len();
        self.refresh_tokens.retain(|row| {
            let is_old = created_before.is_some_and(|oldest| row.created_at < oldest);
            let goes = left > 0 && (row.revoked_at.is_some() || is_old);
            left -= u32::from(goes);
            !goes
        });
        (before - self.refresh_tokens.len()) as u64
    }

    fn live_refresh_token(&mut self, token: &PlainToken) -> Option<&mut RefreshTokenRow> {
        self.refresh_tokens.iter_mut().find(|row| row.token == *token && row.revoked_at.is_none())
    }
}
