//! Users, as they are found and as a login leaves them.

use std::borrow::Cow;
use std::future::{Future, ready};
use std::num::NonZeroU32;
use std::sync::Arc;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::secret::StoredPassword;
use crate::store::StoreError;
use crate::user::{Relations, User, UserKey};

/// The user model's table, to read, and to write what a login writes.
///
/// Two methods are asked of a store: whom a name or a key is, and that a password is replaced.
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
    ///
    /// By default nobody has an address.
    fn find_active_by_email(
        &self,
        email: &str,
        limit: NonZeroU32,
    ) -> impl Future<Output = Result<Vec<User>, StoreError>> + Send {
        let _ = (email, limit);
        ready(Ok(Vec::new()))
    }

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
        ready(Ok(Relations::default()))
    }

    /// Sets `last_login`, where the user model has that column: by default nothing. A user who is gone by now is no error.
    fn record_login(
        &self,
        user: &UserKey,
        at: Timestamp,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        let _ = (user, at);
        ready(Ok(()))
    }
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

impl UserLookup<'static> {
    /// By the primary key.
    pub fn key(key: &UserKey) -> Self {
        Self::Field { column: "pk", value: key.into() }
    }
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
