//! The tables of tokens, of sessions and of long-running refresh tokens. Whose they are is the caller's to know.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use crate::clock::Timestamp;
use crate::memory::{RefreshTokenRow, TokenRow};
use crate::store::{Claim, FlushCursor, Flushed, Lineage, OutstandingToken, StoreError};
use crate::user::UserKey;

#[derive(Default)]
pub(super) struct LedgerTables {
    pub(super) tokens: BTreeMap<String, TokenRow>,
    pub(super) refresh_tokens: Vec<RefreshTokenRow>,
    pub(super) sessions: BTreeMap<String, Lineage>,
}

impl LedgerTables {
    /// What a user leaves who is removed: their tokens, as nobody's (Django's `SET_NULL`). Long-running refresh tokens go too
    /// (`CASCADE`).
    pub(super) fn remove_user(&mut self, key: &UserKey) {
        self.refresh_tokens.retain(|row| row.user != *key);
        for token in self.tokens.values_mut().filter(|token| token.user.as_ref() == Some(key)) {
            token.user = None;
        }
    }

    pub(super) fn is_blacklisted(&self, jti: &str) -> bool {
        self.tokens.get(jti).is_some_and(|token| token.blacklisted_at.is_some())
    }

    pub(super) fn record(&mut self, token: &OutstandingToken<'_>) -> &mut TokenRow {
        self.tokens.entry(token.jti.to_owned()).or_insert_with(|| TokenRow {
            jti: token.jti.to_owned(),
            token: token.token.clone(),
            user: token.user.cloned(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            blacklisted_at: None,
        })
    }

    pub(super) fn claim(&mut self, token: &OutstandingToken<'_>, at: Timestamp) -> Claim {
        let row = self.record(token);
        if row.blacklisted_at.is_some() {
            return Claim::Lost;
        }
        row.blacklisted_at = Some(at);
        Claim::Won
    }

    pub(super) fn rotate(
        &mut self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        if self.is_blacklisted(presented.jti) {
            return Ok(Claim::Lost);
        }
        self.may_follow(presented, successor)?;
        let claim = self.claim(presented, at);
        self.record(successor);
        Ok(claim)
    }

    /// A successor's id is new.
    pub(super) fn may_follow(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
    ) -> Result<(), StoreError> {
        if self.tokens.contains_key(successor.jti) || presented.jti == successor.jti {
            return Err(StoreError::inconsistent("the successor's jti is there already"));
        }
        Ok(())
    }

    /// Blacklists every good token of a user but the one to keep, and tells how many they were.
    pub(super) fn blacklist_all_of(&mut self, user: &UserKey, keep: Option<&str>, at: Timestamp) -> u64 {
        let is_good = |token: &TokenRow| token.blacklisted_at.is_none() && token.expires_at > at;
        let tokens = self.tokens.values_mut().filter(|token| token.user.as_ref() == Some(user));
        let tokens = tokens.filter(|token| is_good(token) && Some(&*token.jti) != keep);
        tokens.map(|token| token.blacklisted_at = Some(at)).count() as u64
    }

    /// Nothing is looked at twice anyway, so there is no cursor: there are no rows that are dead and still there.
    pub(super) fn flush_expired(&mut self, now: Timestamp, limit: NonZeroU32) -> Flushed {
        let mut left = limit.get();
        self.tokens.retain(|_, token| {
            let goes = left > 0 && token.expires_at <= now;
            left -= u32::from(goes);
            !goes
        });
        if left > 0 {
            self.sessions.retain(|_, lineage| lineage.kept_until() > now);
        }
        Flushed { tokens: u64::from(limit.get() - left), next: (left == 0).then(FlushCursor::default) }
    }
}
