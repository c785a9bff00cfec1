//! What the authority needs kept: users, the ledger of tokens, refresh tokens. Small traits, for a store of your own too.
//!
//! - Every method is one step that another server, or Django, may race with: what must happen together is one
//!   method, and a store does it in one transaction.
//! - A lookup that finds nothing is `Ok(None)`, a write tells how it went; an error means the store itself
//!   failed, and the caller can say neither yes nor no.

mod column;
mod flush;
mod lineage;
mod refresh_tokens;
mod sessions;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::num::NonZeroU32;
use std::sync::Arc;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::secret::{PlainToken, StoredPassword};
use crate::user::{Relations, User, UserKey};
pub(crate) use column::may_be_kept;
pub use flush::{FlushCursor, Flushed};
pub use lineage::{Consumed, CurrentToken, Judgement, Lineage, Standing};
pub use refresh_tokens::{NewRefreshToken, RefreshTokens, StoredRefreshToken};
pub use sessions::{Advance, NewSession, Revoked, Session, SessionRules, Sessions, Step};

/// All that an authority needs kept: a type that has these three traits is one.
pub trait Store: Users + TokenLedger + Sessions {}

impl<S: Users + TokenLedger + Sessions> Store for S {}

/// The user model's table, to read, and to write what a login writes.
///
/// A project's own way from a token to its user is a store of its own: `JWT_GET_USER_BY_NATURAL_KEY_HANDLER` is
/// [`find`](Self::find) by [`UserLookup::Field`].
pub trait Users: Send + Sync {
    /// Finds the one user that `by` names.
    fn find(&self, by: UserLookup<'_>) -> impl Future<Output = Result<Option<User>, StoreError>> + Send;

    /// [`find`](Self::find), where an answer may be as old as the store's own stated bound: a replica's will do.
    fn find_allowing_stale(
        &self,
        by: UserLookup<'_>,
    ) -> impl Future<Output = Result<Option<User>, StoreError>> + Send {
        self.find(by)
    }

    /// Finds active users by `EMAIL_FIELD` whatever the case of its letters, `limit` of them at most: nobody where
    /// the user model has no such column. How letters are compared is the store's own: it may find an address that
    /// is none of these letters to somebody else, so the caller compares again.
    fn find_active_by_email(
        &self,
        email: &str,
        limit: NonZeroU32,
    ) -> impl Future<Output = Result<Vec<User>, StoreError>> + Send;

    /// Replaces a stored password, by a stronger form of the same one or by another, unless it is no longer `old`.
    /// Of any number of callers at once with the same `old`, exactly one does. Tells whether it was replaced.
    fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// What other tables say of a user, for answers that show it: by default nothing.
    fn relations(&self, user: &UserKey) -> impl Future<Output = Result<Relations, StoreError>> + Send {
        let _ = user;
        async { Ok(Relations::default()) }
    }

    /// Sets `last_login`. A user who is gone by now is no error.
    fn record_login(
        &self,
        user: &UserKey,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// How a user is looked for.
#[derive(Clone, Debug)]
pub enum UserLookup<'a> {
    /// By the whole value of a column, as a token's `USER_ID_CLAIM` gives it: `USER_ID_FIELD`.
    /// A value that the column's type cannot hold finds nobody. The column `pk` is the primary key.
    Field {
        /// The column.
        column: &'a str,
        /// What must stand in it.
        value: UserIdClaim<'a>,
    },
    /// By `USERNAME_FIELD`, letter by letter; where a database compares texts by rules of its own (MariaDB's collations), by
    /// these, as Django does there.
    Username(&'a str),
}

/// A `USER_ID_CLAIM` as a token says it, before the column's type has been asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserIdClaim<'a> {
    /// A JSON number without a fraction.
    Int(i64),
    /// `null`: there, but nobody.
    Null,
    /// A JSON string; also a number beyond 64 bits, which no column holds.
    Text(Cow<'a, str>),
}

impl From<&UserKey> for UserIdClaim<'static> {
    fn from(key: &UserKey) -> Self {
        match key {
            UserKey::Int(int) => Self::Int(*int),
            UserKey::Text(text) => Self::Text(text.clone().into()),
            UserKey::Uuid(uuid) => Self::Text(uuid.to_string().into()),
        }
    }
}

impl UserIdClaim<'_> {
    /// The claim without its token.
    pub fn into_owned(self) -> UserIdClaim<'static> {
        match self {
            Self::Int(int) => UserIdClaim::Int(int),
            Self::Null => UserIdClaim::Null,
            Self::Text(text) => UserIdClaim::Text(Cow::Owned(text.into_owned())),
        }
    }

    /// What an integer column would hold: plain decimal digits, perhaps with a sign.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            Self::Null => None,
            Self::Text(text) => text.parse().ok(),
        }
    }

    /// What a text column would hold.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Int(int) => Some(int.to_string().into()),
            Self::Null => None,
            Self::Text(text) => Some(Cow::Borrowed(text)),
        }
    }

    /// What a UUID column would hold: thirty-two hex digits, with or without the four dashes.
    pub fn as_uuid(&self) -> Option<Uuid> {
        let Self::Text(text) = self else { return None };
        matches!(text.len(), 32 | 36).then(|| Uuid::try_parse(text).ok()).flatten()
    }

    /// Whether the claim names nobody: what Python takes for false.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Int(int) => *int == 0,
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
        }
    }
}

/// The tables of the `token_blacklist` app: what was issued, and what is good no more.
pub trait TokenLedger: Users {
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
    ) -> impl Future<Output = Result<Holder, StoreError>> + Send {
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
    /// [ended](Flushed::next); after the last of them, the sessions that need not be [kept](Lineage::kept_until) any longer,
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

/// A store's failure: opaque, with a [kind](StoreErrorKind) and the store's own error as its source.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Box<dyn StdError + Send + Sync>,
}

/// What sort of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// A row is there that cannot be: the source names table, column and id.
    Inconsistent,
    /// The store cannot be reached, or did not answer in time; later it may.
    Unavailable,
}

impl StoreError {
    /// A row that cannot be.
    pub fn inconsistent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: StoreErrorKind::Inconsistent, source: source.into() }
    }

    /// A store that does not answer.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: StoreErrorKind::Unavailable, source: source.into() }
    }

    /// What sort of failure it was.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Inconsistent => "the store holds a row that cannot be",
            StoreErrorKind::Unavailable => "the store does not answer",
        })
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

impl<S: Users + ?Sized> Users for Arc<S> {
    fn find(&self, by: UserLookup<'_>) -> impl Future<Output = Result<Option<User>, StoreError>> + Send {
        (**self).find(by)
    }

    fn find_allowing_stale(
        &self,
        by: UserLookup<'_>,
    ) -> impl Future<Output = Result<Option<User>, StoreError>> + Send {
        (**self).find_allowing_stale(by)
    }

    fn find_active_by_email(
        &self,
        email: &str,
        limit: NonZeroU32,
    ) -> impl Future<Output = Result<Vec<User>, StoreError>> + Send {
        (**self).find_active_by_email(email, limit)
    }

    fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).replace_password(user, old, new)
    }

    fn relations(&self, user: &UserKey) -> impl Future<Output = Result<Relations, StoreError>> + Send {
        (**self).relations(user)
    }

    fn record_login(
        &self,
        user: &UserKey,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        (**self).record_login(user, at)
    }
}

impl<S: TokenLedger + ?Sized> TokenLedger for Arc<S> {
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
