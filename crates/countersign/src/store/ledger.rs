//! The ledger of tokens: what was issued, and what is good no more.

use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::clock::Timestamp;
use crate::secret::PlainToken;
use crate::store::{FlushCursor, Flushed, StoreError, UserLookup, Users};
use crate::user::{User, UserKey};

/// The tables of the `token_blacklist` app: what was issued, and what is good no more.
///
/// Users are somebody else's to keep, [`Users`](crate::store::Users): the same store's, whose one transaction may then hold both, or
/// another's ([`Combined`](crate::store::Combined)).
pub trait TokenLedger: Send + Sync {
    /// Adds an outstanding token, unless its `jti` is there already.
    fn record(&self, token: &OutstandingToken<'_>) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Whether the id is on the blacklist.
    fn is_blacklisted(&self, jti: &str) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// [`is_blacklisted`](Self::is_blacklisted), where an answer may be as old as the store's own stated bound: what it
    /// has in memory will do.
    fn is_blacklisted_allowing_stale(
        &self,
        jti: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        self.is_blacklisted(jti)
    }

    /// Whose a token is that must not be on the blacklist: [`is_blacklisted`](Self::is_blacklisted), and where it is not,
    /// [`find`](Users::find). A store that can answer both at once does it here.
    fn find_unless_blacklisted(
        &self,
        by: UserLookup<'_>,
        jti: &str,
    ) -> impl Future<Output = Result<Holder, StoreError>> + Send
    where
        Self: Users,
    {
        async move {
            if self.is_blacklisted(jti).await? {
                return Ok(Holder::Blacklisted);
            }
            self.find(by).await.map(Holder::from)
        }
    }

    /// Puts a token on the blacklist, and among the outstanding ones where it is not there yet.
    /// Of any number of callers at once, exactly one gets [`Claim::Won`].
    fn blacklist(
        &self,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Puts every outstanding token of a user on the blacklist that has not expired by `at`, and what is put in the place
    /// of one meanwhile. Tells how many they were.
    fn blacklist_all_of(
        &self,
        user: &UserKey,
        at: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Puts `presented` on the blacklist and records `successor`, both or neither.
    /// Of any number of callers at once, exactly one gets [`Claim::Won`]; the others changed nothing.
    fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Deletes up to `limit` tokens that had expired by `now`, with their blacklist rows, beginning where the batch before
    /// [ended](Flushed::next); after the last of them, the sessions that need not be [kept](crate::store::Lineage::kept_until) any longer,
    /// too. Of several who flush at once, nobody waits for another: what one has in hand, the others pass by.
    fn flush_expired(
        &self,
        now: Timestamp,
        from: FlushCursor,
        limit: NonZeroU32,
    ) -> impl Future<Output = Result<Flushed, StoreError>> + Send;
}

/// A row of `token_blacklist_outstandingtoken`, to be written.
#[derive(Clone, Debug)]
pub struct OutstandingToken<'a> {
    /// The token's id, unique; 255 characters at most, none of them NUL.
    pub jti: &'a str,
    /// The token itself.
    pub token: &'a PlainToken,
    /// Whose it is; `None` for a user who is gone.
    pub user: Option<&'a UserKey>,
    /// When it was made, or first seen.
    pub created_at: Timestamp,
    /// Its `exp`.
    pub expires_at: Timestamp,
}

/// Whose a token is that must not be on the blacklist.
#[derive(Clone, Debug)]
pub enum Holder {
    /// The token is on the blacklist, whoever's it was.
    Blacklisted,
    /// This user's.
    Known(Box<User>),
    /// Nobody's who is there.
    Unknown,
}

impl From<Option<User>> for Holder {
    fn from(user: Option<User>) -> Self {
        user.map_or(Self::Unknown, |user| Self::Known(Box::new(user)))
    }
}

/// Who may go on with a token that several present at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claim {
    /// Somebody else was first: the token is used up.
    Lost,
    /// This caller, and nobody else.
    Won,
}

impl<S: Users + TokenLedger + ?Sized> TokenLedger for Arc<S> {
    fn record(&self, token: &OutstandingToken<'_>) -> impl Future<Output = Result<(), StoreError>> + Send {
        (**self).record(token)
    }

    fn is_blacklisted(&self, jti: &str) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).is_blacklisted(jti)
    }

    fn is_blacklisted_allowing_stale(
        &self,
        jti: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).is_blacklisted_allowing_stale(jti)
    }

    fn find_unless_blacklisted(
        &self,
        by: UserLookup<'_>,
        jti: &str,
    ) -> impl Future<Output = Result<Holder, StoreError>> + Send {
        (**self).find_unless_blacklisted(by, jti)
    }

    fn blacklist(
        &self,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        (**self).blacklist(token, at)
    }

    fn blacklist_all_of(
        &self,
        user: &UserKey,
        at: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        (**self).blacklist_all_of(user, at)
    }

    fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        (**self).rotate(presented, successor, at)
    }

    fn flush_expired(
        &self,
        now: Timestamp,
        from: FlushCursor,
        limit: NonZeroU32,
    ) -> impl Future<Output = Result<Flushed, StoreError>> + Send {
        (**self).flush_expired(now, from, limit)
    }
}
