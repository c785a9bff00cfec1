//! What every store must keep: the rules of [`store`](crate::store), to hold a store of your own against.
//!
//! A store's tests give a part of the suite a way to make a fresh, empty store; each rule gets one of its own. What the rules
//! must do to a store from outside, to add a user or to look at what was written, is a fixture's; what a store does not have,
//! its fixture need not have either.
//!
//! | part | rules of | fixture |
//! |---|---|---|
//! | [`users`] | [`Users`](crate::store::Users): who is found, and how a password is replaced | [`UsersFixture`] |
//! | [`emails`] | [`find_active_by_email`](crate::store::Users::find_active_by_email) | [`EmailsFixture`] |
//! | [`last_login`] | [`record_login`](crate::store::Users::record_login) | [`LastLoginFixture`] |
//! | [`ledger`] | [`TokenLedger`](crate::store::TokenLedger) | [`LedgerFixture`] |
//! | [`sessions`] | [`Sessions`] | [`LedgerFixture`] |
//! | [`refresh_tokens`] | [`RefreshTokens`](crate::store::RefreshTokens) | [`RefreshTokensFixture`] |
//! | [`suite`] | all of them | all of them |
//!
//! - Each rule has a sentence for a name. A part holds the store against all of its rules, and then panics with the names of those
//!   that are broken.
//! - Where one of many callers must win, fifty ask at once, each in a task of Tokio's: give them a runtime with several threads,
//!   `#[tokio::test(flavor = "multi_thread")]`, and a store that many servers share a database to share.
//! - The features of a crate that only its tests need are named where its tests are:
//!   `cargo add --dev countersign --features conformance`.
//!
//! ```
//! use std::sync::atomic::{AtomicI64, Ordering};
//!
//! use countersign::memory::MemoryStore;
//! use countersign::secret::StoredPassword;
//! use countersign::store::conformance::{self, PASSWORD, UsersFixture};
//! use countersign::store::{UserLookup, Users};
//! use countersign::user::{User, UserKey};
//!
//! #[derive(Default)]
//! struct Memory {
//!     store: MemoryStore,
//!     users: AtomicI64,
//! }
//!
//! impl UsersFixture for Memory {
//!     type Store = MemoryStore;
//!
//!     fn store(&self) -> &MemoryStore {
//!         &self.store
//!     }
//!
//!     async fn add_user(&self, username: &str) -> UserKey {
//!         let key = self.users.fetch_add(1, Ordering::SeqCst) + 1;
//!         self.store.add_user(User::new(key, username, StoredPassword::new(PASSWORD)));
//!         key.into()
//!     }
//!
//!     async fn deactivate(&self, user: &UserKey) {
//!         let found = self.store.find(UserLookup::key(user)).await.expect("the store answers");
//!         let found = found.expect("the user is there");
//!         self.store.add_user(User { is_active: false, ..found });
//!     }
//!
//!     async fn remove_user(&self, user: &UserKey) {
//!         self.store.remove_user(user);
//!     }
//! }
//!
//! // In a test of yours, #[tokio::test(flavor = "multi_thread")].
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(
//! conformance::users(async || Memory::default())
//! # );
//! # Ok::<(), std::io::Error>(())
//! ```

mod common;
mod emails;
mod fixture;
mod flush;
mod ledger;
mod refresh_tokens;
mod revocation;
mod rotation;
mod sessions;
mod users;
mod verdict;

pub use self::fixture::{
    EmailsFixture, LastLoginFixture, LedgerFixture, LedgerRow, RefreshTokenRow, RefreshTokensFixture,
    UsersFixture,
};
use self::verdict::Verdict;
use crate::store::Sessions;

/// The stored password of the users that a fixture adds.
pub const PASSWORD: &str = "pbkdf2_sha256$1$salt$hash";

/// Holds a store against every rule there is.
///
/// # Panics
///
/// With the name of each rule that the store breaks.
pub async fn suite<F>(fresh: impl AsyncFn() -> F)
where
    F: EmailsFixture + LastLoginFixture + LedgerFixture<Store: Sessions> + RefreshTokensFixture,
{
    let mut verdict = Verdict::default();
    users::rules(&mut verdict, &fresh).await;
    emails::rules(&mut verdict, &fresh).await;
    users::last_login_rules(&mut verdict, &fresh).await;
    ledger_rules(&mut verdict, &fresh).await;
    sessions::rules(&mut verdict, &fresh).await;
    refresh_tokens::rules(&mut verdict, &fresh).await;
    verdict.tell();
}

/// Holds a store against the rules of [`Users`](crate::store::Users), but for what only some stores have.
///
/// # Panics
///
/// As [`suite`].
pub async fn users<F: UsersFixture>(fresh: impl AsyncFn() -> F) {
    let mut verdict = Verdict::default();
    users::rules(&mut verdict, &fresh).await;
    verdict.tell();
}

/// Holds a store whose users have addresses against the rules of finding them by these.
///
/// # Panics
///
/// As [`suite`].
pub async fn emails<F: EmailsFixture>(fresh: impl AsyncFn() -> F) {
    let mut verdict = Verdict::default();
    emails::rules(&mut verdict, &fresh).await;
    verdict.tell();
}

/// Holds a store that keeps `last_login` against its rule.
///
/// # Panics
///
/// As [`suite`].
pub async fn last_login<F: LastLoginFixture>(fresh: impl AsyncFn() -> F) {
    let mut verdict = Verdict::default();
    users::last_login_rules(&mut verdict, &fresh).await;
    verdict.tell();
}

/// Holds a store against the rules of [`TokenLedger`](crate::store::TokenLedger).
///
/// # Panics
///
/// As [`suite`].
pub async fn ledger<F: LedgerFixture>(fresh: impl AsyncFn() -> F) {
    let mut verdict = Verdict::default();
    ledger_rules(&mut verdict, &fresh).await;
    verdict.tell();
}

/// Holds a store against the rules of [`Sessions`].
///
/// # Panics
///
/// As [`suite`].
pub async fn sessions<F: LedgerFixture<Store: Sessions>>(fresh: impl AsyncFn() -> F) {
    let mut verdict = Verdict::default();
    sessions::rules(&mut verdict, &fresh).await;
    verdict.tell();
}

/// Holds a store against the rules of [`RefreshTokens`](crate::store::RefreshTokens).
///
/// # Panics
///
/// As [`suite`].
pub async fn refresh_tokens<F: RefreshTokensFixture>(fresh: impl AsyncFn() -> F) {
    let mut verdict = Verdict::default();
    refresh_tokens::rules(&mut verdict, &fresh).await;
    verdict.tell();
}

async fn ledger_rules<F: LedgerFixture>(verdict: &mut Verdict, fresh: &impl AsyncFn() -> F) {
    ledger::rules(verdict, fresh).await;
    rotation::rules(verdict, fresh).await;
    revocation::rules(verdict, fresh).await;
    flush::rules(verdict, fresh).await;
}
