//! A store under test, and what the rules must do to it from outside: a trait for each part, as the store has one.

use std::future::Future;

use crate::clock::Timestamp;
use crate::memory;
use crate::store::{RefreshTokens, TokenLedger, Users};
use crate::user::UserKey;

/// A store of users under test.
///
/// What follows each method's name is done as others would do it who know nothing of the store: an administrator, a statement
/// on the table.
pub trait UsersFixture: Send + Sync + 'static {
    /// The store.
    type Store: Users;

    /// What the store calls the column of the primary key, beside `pk`: as `USER_ID_FIELD` would name it.
    const ID: &'static str = "id";

    /// What the store calls the column of `USERNAME_FIELD`.
    const USERNAME: &'static str = "username";

    /// The store under test.
    fn store(&self) -> &Self::Store;

    /// Adds an active user with the stored password [`PASSWORD`](super::PASSWORD), and a key that is not their name.
    fn add_user(&self, username: &str) -> impl Future<Output = UserKey>;

    /// Whether the store takes one name for the other: letter by letter, unless its database compares texts by rules of
    /// its own, which are Django's there too.
    fn is_same_name(&self, name: &str, other: &str) -> bool {
        name == other
    }

    /// Makes a user inactive: sets `is_active` to false.
    fn deactivate(&self, user: &UserKey) -> impl Future<Output = ()>;

    /// Deletes a user, as Django's `delete()` does: what is in the ledger stays, as nobody's, and long-running
    /// refresh tokens go too.
    fn remove_user(&self, user: &UserKey) -> impl Future<Output = ()>;
}

/// A store whose users have addresses.
pub trait EmailsFixture: UsersFixture {
    /// Sets the email address.
    fn set_email(&self, user: &UserKey, email: &str) -> impl Future<Output = ()>;
}

/// A store that keeps when its users last logged in.
pub trait LastLoginFixture: UsersFixture {
    /// `last_login` as it is stored.
    fn last_login(&self, user: &UserKey) -> impl Future<Output = Option<Timestamp>>;
}

/// A store with a ledger of tokens.
pub trait LedgerFixture: UsersFixture<Store: TokenLedger> {
    /// Every outstanding token, in any order.
    fn outstanding(&self) -> impl Future<Output = Vec<LedgerRow>>;
}

/// A store with long-running refresh tokens.
pub trait RefreshTokensFixture: UsersFixture<Store: RefreshTokens> {
    /// Every long-running refresh token, in any order.
    fn refresh_tokens(&self) -> impl Future<Output = Vec<RefreshTokenRow>>;
}

/// An outstanding token as the fixture found it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LedgerRow {
    /// The token's id.
    pub jti: String,
    /// The token itself.
    pub token: String,
    /// The user's primary key as Python writes it.
    pub user: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its `exp`.
    pub expires_at: Timestamp,
    /// Since when it is on the blacklist.
    pub blacklisted_at: Option<Timestamp>,
}

/// A long-running refresh token as the fixture found it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefreshTokenRow {
    /// The token.
    pub token: String,
    /// The user's primary key as Python writes it.
    pub user: String,
    /// When it was made, or took the place of another.
    pub created_at: Timestamp,
    /// Since when it is good no more.
    pub revoked_at: Option<Timestamp>,
}

impl From<memory::TokenRow> for LedgerRow {
    fn from(row: memory::TokenRow) -> Self {
        Self {
            jti: row.jti,
            token: row.token.expose().to_owned(),
            user: row.user.map(|key| key.to_string()),
            created_at: row.created_at,
            expires_at: row.expires_at,
            blacklisted_at: row.blacklisted_at,
        }
    }
}

impl From<memory::RefreshTokenRow> for RefreshTokenRow {
    fn from(row: memory::RefreshTokenRow) -> Self {
        Self {
            token: row.token.expose().to_owned(),
            user: row.user.to_string(),
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        }
    }
}
