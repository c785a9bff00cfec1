//! A store in memory: for documentation, tests and small services whose users live elsewhere.
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

mod refresh_tokens;
mod sessions;

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::clock::Timestamp;
use crate::secret::{PlainToken, StoredPassword};
use crate::store::{
    Claim, FlushCursor, Flushed, Lineage, OutstandingToken, StoreError, TokenLedger, UserIdClaim, UserLookup,
    Users,
};
use crate::user::{FieldValue, User, UserKey};
pub use refresh_tokens::RefreshTokenRow;

/// Users and tokens in memory.
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
        tables.refresh_tokens.retain(|row| row.user != *key);
        for token in tables.tokens.values_mut().filter(|token| token.user.as_ref() == Some(key)) {
            token.user = None;
        }
    }

    /// When the user last logged in, as [`record_login`](Users::record_login) wrote it.
    /// The `last_login` among [`User::fields`] stays what it was when the user was added.
    pub fn last_login(&self, key: &UserKey) -> Option<Timestamp> {
        self.tables().users.iter().find(|user| user.key == *key).and_then(|user| user.last_login)
    }

    /// Every token, in the order of the ids.
    pub fn outstanding(&self) -> Vec<TokenRow> {
        self.tables().tokens.values().cloned().collect()
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
            .field("tokens", &tables.tokens.len())
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
                    return Err(StoreError::inconsistent(format!("no user has a column {column:?}")));
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
        let mut tables = self.tables();
        if tables.is_blacklisted(presented.jti) {
            return Ok(Claim::Lost);
        }
        if tables.tokens.contains_key(successor.jti) || presented.jti == successor.jti {
            return Err(StoreError::inconsistent("the successor's jti is there already"));
        }
        let claim = tables.claim(presented, at);
        tables.record(successor);
        Ok(claim)
    }

    /// Nothing is looked at twice anyway: there are no rows that are dead and still there.
    async fn flush_expired(
        &self,
        now: Timestamp,
        _from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        let mut tables = self.tables();
        let mut left = limit.get();
        tables.tokens.retain(|_, token| {
            let goes = left > 0 && token.expires_at <= now;
            left -= u32::from(goes);
            !goes
        });
        if left > 0 {
            tables.sessions.retain(|_, lineage| lineage.kept_until() > now);
        }
        Ok(Flushed { tokens: u64::from(limit.get() - left), next: (left == 0).then(FlushCursor::default) })
    }
}

#[derive(Default)]
struct Tables {
    users: Vec<User>,
    tokens: BTreeMap<String, TokenRow>,
    refresh_tokens: Vec<RefreshTokenRow>,
    sessions: BTreeMap<String, Lineage>,
}

impl Tables {
    fn knows(&self, key: &UserKey) -> bool {
        self.users.iter().any(|user| user.key == *key)
    }

    fn replace_password(&mut self, user: &UserKey, old: &StoredPassword, new: &StoredPassword) -> bool {
        let found = self.users.iter_mut().find(|known| known.key == *user && known.password == *old);
        found.map(|user| user.password = new.clone()).is_some()
    }

    fn is_blacklisted(&self, jti: &str) -> bool {
        self.tokens.get(jti).is_some_and(|token| token.blacklisted_at.is_some())
    }

    fn record(&mut self, token: &OutstandingToken<'_>) -> &mut TokenRow {
        let user = token.user.filter(|key| self.knows(key)).cloned();
        self.tokens.entry(token.jti.to_owned()).or_insert_with(|| TokenRow {
            jti: token.jti.to_owned(),
            token: token.token.clone(),
            user,
            created_at: token.created_at,
            expires_at: token.expires_at,
            blacklisted_at: None,
        })
    }

    /// Blacklists every good token of a user but the one to keep, and tells how many they were.
    fn blacklist_all_of(&mut self, user: &UserKey, keep: Option<&str>, at: Timestamp) -> u64 {
        let is_good = |token: &TokenRow| token.blacklisted_at.is_none() && token.expires_at > at;
        let tokens = self.tokens.values_mut().filter(|token| token.user.as_ref() == Some(user));
        let tokens = tokens.filter(|token| is_good(token) && Some(&*token.jti) != keep);
        tokens.map(|token| token.blacklisted_at = Some(at)).count() as u64
    }

    fn claim(&mut self, token: &OutstandingToken<'_>, at: Timestamp) -> Claim {
        let row = self.record(token);
        if row.blacklisted_at.is_some() {
            return Claim::Lost;
        }
        row.blacklisted_at = Some(at);
        Claim::Won
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
