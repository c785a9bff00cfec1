//! A user as a row of the user model's table says it.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::secret::StoredPassword;

/// One user, read from the store: the columns every use case needs by name, and all of them as fields.
#[derive(Clone, Debug)]
pub struct User {
    /// The primary key, by which other tables refer to the user.
    pub key: UserKey,
    /// `USERNAME_FIELD`'s value.
    pub username: String,
    /// The stored password.
    pub password: StoredPassword,
    /// `is_active`; true for a user model without that column, as in Django's `AbstractBaseUser`.
    pub is_active: bool,
    /// `EMAIL_FIELD`'s value, where the user model has that column.
    pub email: Option<String>,
    /// `last_login`: `None` before the first one, and for a user model without that column.
    pub last_login: Option<Timestamp>,
    /// Every column but the password, in the table's order.
    pub fields: Fields,
}

/// A primary key of one of the types Django gives them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserKey {
    /// `AutoField`, `BigAutoField` and their kin.
    Int(i64),
    /// `CharField` and its kin.
    Text(String),
    /// `UUIDField`.
    Uuid(Uuid),
}

impl From<i64> for UserKey {
    fn from(key: i64) -> Self {
        Self::Int(key)
    }
}

impl From<&str> for UserKey {
    fn from(key: &str) -> Self {
        Self::Text(key.to_owned())
    }
}

impl From<String> for UserKey {
    fn from(key: String) -> Self {
        Self::Text(key)
    }
}

impl From<Uuid> for UserKey {
    fn from(key: Uuid) -> Self {
        Self::Uuid(key)
    }
}

impl fmt::Display for UserKey {
    /// As Python's `str()` writes it into a token: a UUID with its dashes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => int.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Uuid(uuid) => uuid.hyphenated().fmt(f),
        }
    }
}

/// A row's columns by name, in order. Names are shared: a store has them once for all of its rows.
#[derive(Clone, Default)]
pub struct Fields(Vec<(Arc<str>, FieldValue)>);

impl Fields {
    /// The value of a column, if the table has it.
    pub fn get(&self, name: &str) -> Option<&FieldValue> {
        self.0.iter().find(|(column, _)| **column == *name).map(|(_, value)| value)
    }

    /// Every column and its value, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FieldValue)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }
}

impl<N: Into<Arc<str>>> FromIterator<(N, FieldValue)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, FieldValue)>>(columns: I) -> Self {
        Self(columns.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

/// Rows are about people: only the columns' names are shown.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fields")?;
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// What other tables say of a user: many-to-many fields by name, in order, each with the keys of the rows to which it
/// leads, such as `groups`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Relations(Vec<(Box<str>, Vec<i64>)>);

impl Relations {
    /// The fields, each with its keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[i64])> {
        self.0.iter().map(|(name, keys)| (&**name, &**keys))
    }
}

impl<N: Into<Box<str>>> FromIterator<(N, Vec<i64>)> for Relations {
    fn from_iter<I: IntoIterator<Item = (N, Vec<i64>)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, keys)| (name.into(), keys)).collect())
    }
}

/// What stands in a column, as the type Django's field gives it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldValue {
    /// `BooleanField`.
    Bool(bool),
    /// `FloatField`.
    Float(f64),
    /// `IntegerField` and its kin.
    Int(i64),
    /// SQL's `NULL`.
    Null,
    /// `CharField`, `TextField` and every other type, as the database writes it.
    Text(String),
    /// `DateTimeField`.
    Timestamp(Timestamp),
    /// `UUIDField`.
    Uuid(Uuid),
}

impl From<UserKey> for FieldValue {
    fn from(key: UserKey) -> Self {
        match key {
            UserKey::Int(int) => Self::Int(int),
            UserKey::Text(text) => Self::Text(text),
            UserKey::Uuid(uuid) => Self::Uuid(uuid),
        }
    }
}

impl fmt::Display for FieldValue {
    /// As Python's `str()` writes it, but for times, which are microseconds since the epoch.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Float(float) => float.fmt(f),
            Self::Int(int) => int.fmt(f),
            Self::Null => f.write_str("None"),
            Self::Text(text) => text.fmt(f),
            Self::Timestamp(time) => time.as_micros().fmt(f),
            Self::Uuid(uuid) => uuid.hyphenated().fmt(f),
        }
    }
}
