//! Which tables there are, by name.

use crate::model::UserTable;
use crate::refresh_tokens::RefreshTokenTable;

/// The tables that a [`Database`](crate::Database) is asked to use, beside those of `token_blacklist`.
///
/// A [`UserTable`] alone will do where there are no long-running refresh tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The user model's.
    pub users: UserTable,
    /// That of long-running refresh tokens (`JWT_REFRESH_TOKEN_MODEL`): `None` where there are none.
    pub refresh_tokens: Option<String>,
}

impl Tables {
    /// What strawberry-django-extras calls its own table of long-running refresh tokens.
    pub const REFRESH_TOKENS: &'static str = RefreshTokenTable::PACKAGES;
}

impl From<UserTable> for Tables {
    fn from(users: UserTable) -> Self {
        Self { users, refresh_tokens: None }
    }
}

impl From<&UserTable> for Tables {
    fn from(users: &UserTable) -> Self {
        users.clone().into()
    }
}

impl From<&Tables> for Tables {
    fn from(tables: &Tables) -> Self {
        tables.clone()
    }
}
