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

impl User {
    /// An active user with a key, a name and a password, for a [`MemoryStore`](crate::memory::MemoryStore) or a store of
    /// your own. Its fields are `id` and `username`, as Django's own user model calls them.
    ///
    /// ```
    /// use countersign::secret::StoredPassword;
    /// use countersign::user::{FieldValue, User};
    ///
    /// let password = StoredPassword::new("pbkdf2_sha256$1000000$salt$hash");
    /// let ada = User::new(1, "ada", password).with_field("is_staff", true);
    /// assert!(ada.is_active);
    /// assert_eq!(ada.fields.get("id"), Some(&FieldValue::Int(1)));
    /// assert_eq!(ada.fields.get("is_staff"), Some(&FieldValue::Bool(true)));
    /// ```
    pub fn new(key: impl Into<UserKey>, username: impl Into<String>, password: StoredPassword) -> Self {
        let (key, username) = (key.into(), username.into());
        let fields = [("id", key.clone().into()), ("username", username.clone().into())];
        Self {
            key,
            username,
            password,
            is_active: true,
            email: None,
            last_login: None,
            fields: fields.into_iter().collect(),
        }
    }

    /// With one more field, or another value in one. What has a name of its own here (`is_active`, `email`) is set by
    /// that name.
    #[must_use]
    pub fn with_field(mut self, name: &str, value: impl Into<FieldValue>) -> Self {
        self.fields.set(name, value);
        self
    }
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

    /// Sets the value of a column: in its place where it is there already, else at the end.
    pub fn set(&mut self, name: &str, value: impl Into<FieldValue>) {
        let value = value.into();
        match self.0.iter_mut().find(|(column, _)| **column == *name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name.into(), value)),
        }
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

macro_rules! field_values {
    ($($from:ty => $variant:ident),*) => {$(
        impl From<$from> for FieldValue {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

field_values!(bool => Bool, f64 => Float, i64 => Int, &str => Text, String => Text, Timestamp => Timestamp, Uuid => Uuid);

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_user_can_be_found_by_id_and_name() {
        let user = User::new(7, "ada", StoredPassword::new("!"));
        let fields: Vec<_> = user.fields.iter().map(|(name, value)| (name, value.to_string())).collect();
        assert_eq!(fields, [("id", "7".to_owned()), ("username", "ada".to_owned())]);
        assert_eq!((user.key, user.is_active), (UserKey::Int(7), true));
    }

    #[test]
    fn a_field_is_set_where_it_is_or_at_the_end() {
        let user =
            User::new("a", "ada", StoredPassword::new("!")).with_field("id", 8).with_field("is_staff", true);
        let fields: Vec<_> = user.fields.iter().map(|(name, value)| (name, value.to_string())).collect();
        let wanted = [("id", "8"), ("username", "ada"), ("is_staff", "True")];
        assert_eq!(fields, wanted.map(|(name, value)| (name, value.to_owned())));
    }
}
