//! A store in memory: for documentation, tests and small services. [`MemoryLedger`] is for those whose users live elsewhere.
//!
//! - It keeps every rule that [`store`](crate::store) states, and forgets everything with the process: after
//!   a restart a token that was on the blacklist is good again. Do not revoke with it what must stay revoked.
//! - It needs no async runtime: each method is done when it is first polled.
//!
//! ```
//! use std::future::Future;
//! use std::pin::pin;
//! use std::task::{Context, Poll, Waker};
//!
//! use countersign::clock::{Span, Timestamp};
//! use countersign::memory::MemoryStore;
//! use countersign::secret::PlainToken;
//! use countersign::store::{Claim, OutstandingToken, TokenLedger};
//!
//! # fn now<F: Future>(future: F) -> F::Output {
//! #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
//! #         Poll::Ready(output) => output,
//! #         Poll::Pending => unreachable!("the memory store never waits"),
//! #     }
//! # }
//! let store = MemoryStore::new();
//! let at = Timestamp::from_secs(1_700_000_000);
//! let text = PlainToken::new("eyJ…");
//! let token = OutstandingToken {
//!     jti: "6e8a1c3b",
//!     token: &text,
//!     user: None,
//!     created_at: at,
//!     expires_at: at + Span::from_days(1),
//! };
//! assert_eq!(now(store.blacklist(&token, at))?, Claim::Won);
//! assert_eq!(now(store.blacklist(&token, at))?, Claim::Lost);
//! assert!(now(store.is_blacklisted("6e8a1c3b"))?);
//! # Ok::<(), countersign::store::StoreError>(())
//! ```

mod ledger;
mod refresh_tokens;
mod sessions;
mod tables;

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::secret::{PlainToken, StoredPassword};
use crate::store::{
    Claim, FlushCursor, Flushed, OutstandingToken, StoreError, TokenLedger, UserIdClaim, UserLookup, Users,
};
use crate::user::{FieldValue, User, UserKey};
pub use ledger::MemoryLedger;
pub use refresh_tokens::RefreshTokenRow;
use tables::LedgerTables;

/// Users, the ledger of their tokens, their sessions and their long-running refresh tokens in memory.
///
/// A store whose users live elsewhere has a [`MemoryLedger`] alone.
#[derive(Default)]
pub struct MemoryStore(Mutex<Tables>);

/// A token as a [`MemoryStore`] keeps it: one row of both tables of `token_blacklist`.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// The token's id.
    pub jti: String,
    /// The token itself.
    pub token: PlainToken,
    /// Whose it is; `None` for a user who is gone.
    pub user: Option<UserKey>,
    /// When it was made, or first seen.
    pub created_at: Timestamp,
    /// Its `exp`.
    pub expires_at: Timestamp,
    /// Since when it is on the blacklist.
    pub blacklisted_at: Option<Timestamp>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a user, in place of one with the same key.
    pub fn add_user(&self, user: User) {
        let mut tables = self.tables();
        tables.users.retain(|known| known.key != user.key);
        tables.users.push(user);
    }

    /// Removes a user. What is in the ledger stays, as nobody's (Django's `SET_NULL`); long-running refresh tokens
    /// go too (`CASCADE`).
    pub fn remove_user(&self, key: &UserKey) {
        let mut tables = self.tables();
        tables.users.retain(|user| user.key != *key);
        tables.ledger.remove_user(key);
    }

    /// When the user last logged in, as [`record_login`](Users::record_login) wrote it.
    /// The `last_login` among [`User::fields`] stays what it was when the user was added.
    pub fn last_login(&self, key: &UserKey) -> Option<Timestamp> {
        self.tables().users.iter().find(|user| user.key == *key).and_then(|user| user.last_login)
    }

    /// Every token, in the order of the ids.
    pub fn outstanding(&self) -> Vec<TokenRow> {
        self.tables().ledger.tokens.values().cloned().collect()
    }

    /// No method panics half-way through a change, so what a poisoned lock guards is whole.
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = self.tables();
        f.debug_struct("MemoryStore")
            .field("users", &tables.users.len())
            .field("tokens", &tables.ledger.tokens.len())
            .finish()
    }
}

impl Users for MemoryStore {
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        let tables = self.tables();
        match by {
            UserLookup::Username(name) => only(tables.users.iter().filter(|user| user.username == name)),
            UserLookup::Field { column: "pk", value } => {
                only(tables.users.iter().filter(|user| holds(&user.key.clone().into(), &value)))
            }
            UserLookup::Field { column, value } => {
                if !tables.users.is_empty()
                    && tables.users.iter().all(|user| user.fields.get(column).is_none())
                {
                    return Err(StoreError::no_column(column));
                }
                only(
                    tables
                        .users
                        .iter()
                        .filter(|user| user.fields.get(column).is_some_and(|field| holds(field, &value))),
                )
            }
        }
    }

    async fn find_active_by_email(&self, email: &str, limit: NonZeroU32) -> Result<Vec<User>, StoreError> {
        let wanted = email.to_uppercase();
        let has_it = |user: &&User| {
            user.is_active && user.email.as_ref().is_some_and(|own| own.to_uppercase() == wanted)
        };
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        Ok(self.tables().users.iter().filter(has_it).take(limit).cloned().collect())
    }

    async fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        Ok(self.tables().replace_password(user, old, new))
    }

    async fn record_login(&self, user: &UserKey, at: Timestamp) -> Result<(), StoreError> {
        if let Some(known) = self.tables().users.iter_mut().find(|known| known.key == *user) {
            known.last_login = Some(at);
        }
        Ok(())
    }
}

impl TokenLedger for MemoryStore {
    async fn record(&self, token: &OutstandingToken<'_>) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let known = tables.known(token);
        tables.ledger.record(&known);
        Ok(())
    }

    async fn is_blacklisted(&self, jti: &str) -> Result<bool, StoreError> {
        Ok(self.tables().ledger.is_blacklisted(jti))
    }

    async fn blacklist(&self, token: &OutstandingToken<'_>, at: Timestamp) -> Result<Claim, StoreError> {
        let mut tables = self.tables();
        let known = tables.known(token);
        Ok(tables.ledger.claim(&known, at))
    }

    async fn blacklist_all_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        Ok(self.tables().ledger.blacklist_all_of(user, None, at))
    }

    async fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let mut tables = self.tables();
        let (presented, successor) = (tables.known(presented), tables.known(successor));
        tables.ledger.rotate(&presented, &successor, at)
    }

    async fn flush_expired(
        &self,
        now: Timestamp,
        _from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        Ok(self.tables().ledger.flush_expired(now, limit))
    }
}

#[derive(Default)]
struct Tables {
    users: Vec<User>,
    ledger: LedgerTables,
}

impl Tables {
    fn knows(&self, key: &UserKey) -> bool {
        self.users.iter().any(|user| user.key == *key)
    }

    /// The token, as nobody's where its user is gone.
    fn known<'a>(&self, token: &OutstandingToken<'a>) -> OutstandingToken<'a> {
        OutstandingToken { user: token.user.filter(|key| self.knows(key)), ..*token }
    }

    fn replace_password(&mut self, user: &UserKey, old: &StoredPassword, new: &StoredPassword) -> bool {
        let found = self.users.iter_mut().find(|known| known.key == *user && known.password == *old);
        found.map(|user| user.password = new.clone()).is_some()
    }
}

fn only<'a>(mut users: impl Iterator<Item = &'a User>) -> Result<Option<User>, StoreError> {
    let first = users.next();
    if users.next().is_some() {
        return Err(StoreError::inconsistent("more than one user has this value"));
    }
    Ok(first.cloned())
}

fn holds(field: &FieldValue, claim: &UserIdClaim<'_>) -> bool {
    match field {
        FieldValue::Int(int) => claim.as_int() == Some(*int),
        FieldValue::Text(text) => claim.as_text().is_some_and(|claimed| claimed == *text),
        FieldValue::Uuid(uuid) => claim.as_uuid() == Some(*uuid),
        _ => false,
    }
}
