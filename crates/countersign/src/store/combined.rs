//! A store put together of two: users of one's own, and somebody else's ledger.

mod sessions;

use std::num::NonZeroU32;

use crate::clock::Timestamp;
use crate::secret::{PlainToken, StoredPassword};
use crate::store::{
    Claim, FlushCursor, Flushed, NewRefreshToken, OutstandingToken, RefreshTokens, Sessions, StoreError,
    StoredRefreshToken, TokenLedger, UserLookup, Users,
};
use crate::user::{Relations, User, UserKey};

/// Users of one store, and of another the ledger of their tokens, their sessions and their long-running refresh tokens.
///
/// ```
/// use countersign::memory::MemoryLedger;
/// use countersign::secret::StoredPassword;
/// use countersign::store::{Combined, Store, StoreError, UserLookup, Users};
/// use countersign::user::{User, UserKey};
///
/// /// The one who may come in.
/// struct Keeper;
///
/// impl Users for Keeper {
///     async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
///         let keeper = User::new(1, "keeper", StoredPassword::new("pbkdf2_sha256$1000000$…"));
///         Ok(match by {
///             UserLookup::Username(name) => (name == "keeper").then_some(keeper),
///             UserLookup::Field { column: "pk" | "id", value } => (value.as_int() == Some(1)).then_some(keeper),
///             UserLookup::Field { column, .. } => return Err(StoreError::no_column(column)),
///         })
///     }
///
///     async fn replace_password(
///         &self,
///         _: &UserKey,
///         _: &StoredPassword,
///         _: &StoredPassword,
///     ) -> Result<bool, StoreError> {
///         Ok(false)
///     }
/// }
///
/// fn is_all_that_an_authority_needs(_: impl Store) {}
///
/// is_all_that_an_authority_needs(Combined::new(Keeper, MemoryLedger::new()));
/// ```
///
/// It keeps every rule of a store, though no transaction spans the two:
///
/// - Users are looked at before the ledger is written, and again afterwards, never at an answer that may be stale. Who changed
///   in between is told so, as where one transaction had decided it, and a login that they began is revoked.
/// - A new password waits for the revocation. Sessions are revoked before it is stored and once more after it, so that whatever
///   is cut off in between, no session outlives it that was there before.
/// - The ledger is told only of users who are there. Who deletes a user tells the ledger, too, as
///   [`MemoryLedger::remove_user`](crate::memory::MemoryLedger::remove_user) is told: what it leaves behind otherwise names
///   somebody whom nobody finds.
///
/// What it costs: two more lookups of the user with each login and each refresh in a session, and one with each rotation
/// without. A store that has both in one database can do it in one transaction, and is better off with the three traits.
#[derive(Clone, Debug, Default)]
pub struct Combined<U, L> {
    users: U,
    ledger: L,
}

/// A ledger that has no users of its own: it takes its caller's word for whose a token is, and that they are as they were
/// found. [`Combined`] asks for one, since a store with users of its own would know none of the others'.
pub trait DetachedLedger: TokenLedger + Sessions {}

impl<U, L> Combined<U, L> {
    /// These users, with this ledger.
    pub fn new(users: U, ledger: L) -> Self {
        Self { users, ledger }
    }

    /// The users.
    pub fn users(&self) -> &U {
        &self.users
    }

    /// The ledger.
    pub fn ledger(&self) -> &L {
        &self.ledger
    }
}

impl<U: Users, L: Sync> Combined<U, L> {
    /// Whether the user is there, active or not, with the password that they had: as they were found.
    async fn is_still(&self, found: &User) -> Result<bool, StoreError> {
        let user = self.users.find(UserLookup::key(&found.key)).await?;
        Ok(user.is_some_and(|user| user.password == found.password && user.is_active == found.is_active))
    }

    async fn is_there(&self, user: &UserKey) -> Result<bool, StoreError> {
        Ok(self.users.find(UserLookup::key(user)).await?.is_some())
    }

    /// The token, as nobody's where its user is gone.
    async fn known<'a>(&self, token: &OutstandingToken<'a>) -> Result<OutstandingToken<'a>, StoreError> {
        let user = match token.user {
            Some(user) if self.is_there(user).await? => Some(user),
            _ => None,
        };
        Ok(OutstandingToken { user, ..*token })
    }
}

impl<U: Users, L: Send + Sync> Users for Combined<U, L> {
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        self.users.find(by).await
    }

    async fn find_allowing_stale(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        self.users.find_allowing_stale(by).await
    }

    async fn find_active_by_email(&self, email: &str, limit: NonZeroU32) -> Result<Vec<User>, StoreError> {
        self.users.find_active_by_email(email, limit).await
    }

    async fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        self.users.replace_password(user, old, new).await
    }

    async fn relations(&self, user: &UserKey) -> Result<Relations, StoreError> {
        self.users.relations(user).await
    }

    async fn record_login(&self, user: &UserKey, at: Timestamp) -> Result<(), StoreError> {
        self.users.record_login(user, at).await
    }
}

impl<U: Users, L: DetachedLedger> TokenLedger for Combined<U, L> {
    async fn record(&self, token: &OutstandingToken<'_>) -> Result<(), StoreError> {
        self.ledger.record(&self.known(token).await?).await
    }

    async fn is_blacklisted(&self, jti: &str) -> Result<bool, StoreError> {
        self.ledger.is_blacklisted(jti).await
    }

    async fn is_blacklisted_allowing_stale(&self, jti: &str) -> Result<bool, StoreError> {
        self.ledger.is_blacklisted_allowing_stale(jti).await
    }

    async fn blacklist(&self, token: &OutstandingToken<'_>, at: Timestamp) -> Result<Claim, StoreError> {
        self.ledger.blacklist(&self.known(token).await?, at).await
    }

    async fn blacklist_all_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        self.ledger.blacklist_all_of(user, at).await
    }

    async fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let (presented, successor) = if presented.user == successor.user {
            let presented = self.known(presented).await?;
            (presented.clone(), OutstandingToken { user: presented.user, ..*successor })
        } else {
            (self.known(presented).await?, self.known(successor).await?)
        };
        self.ledger.rotate(&presented, &successor, at).await
    }

    async fn flush_expired(
        &self,
        now: Timestamp,
        from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        self.ledger.flush_expired(now, from, limit).await
    }
}

impl<U: Users, L: RefreshTokens> RefreshTokens for Combined<U, L> {
    async fn keep_refresh_token(&self, token: &NewRefreshToken<'_>) -> Result<bool, StoreError> {
        Ok(self.is_there(token.user).await? && self.ledger.keep_refresh_token(token).await?)
    }

    async fn find_refresh_token(&self, token: &PlainToken) -> Result<Option<StoredRefreshToken>, StoreError> {
        self.ledger.find_refresh_token(token).await
    }

    async fn replace_refresh_token(
        &self,
        old: &PlainToken,
        new: &PlainToken,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        self.ledger.replace_refresh_token(old, new, at).await
    }

    async fn revoke_refresh_token(&self, token: &PlainToken, at: Timestamp) -> Result<Claim, StoreError> {
        self.ledger.revoke_refresh_token(token, at).await
    }

    async fn revoke_refresh_tokens_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        self.ledger.revoke_refresh_tokens_of(user, at).await
    }

    async fn clear_refresh_tokens(
        &self,
        created_before: Option<Timestamp>,
        limit: NonZeroU32,
    ) -> Result<u64, StoreError> {
        self.ledger.clear_refresh_tokens(created_before, limit).await
    }
}

#[cfg(test)]
mod tests;
