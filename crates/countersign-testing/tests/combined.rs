//! Users of one's own keep every rule together with the ledger in memory.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Mutex;

use countersign::clock::Timestamp;
use countersign::memory::MemoryLedger;
use countersign::secret::StoredPassword;
use countersign::store::conformance::{
    self, EmailsFixture, LastLoginFixture, LedgerFixture, LedgerRow, PASSWORD, RefreshTokenRow,
    RefreshTokensFixture, UsersFixture,
};
use countersign::store::{Combined, StoreError, UserLookup, Users};
use countersign::user::{User, UserKey};

#[tokio::test(flavor = "multi_thread")]
async fn users_and_a_ledger_keep_together_the_rules_of_a_store() {
    conformance::suite(async || Apart(Combined::new(People::default(), MemoryLedger::new()))).await;
}

/// Users by their keys, which are texts.
#[derive(Default)]
struct People(Mutex<HashMap<String, User>>);

impl People {
    fn change(&self, user: &UserKey, change: impl FnOnce(&mut User)) -> bool {
        self.0.lock().unwrap().get_mut(&user.to_string()).map(change).is_some()
    }
}

impl Users for People {
    /// Others come in between, as with a store at the other end of a network.
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        tokio::task::yield_now().await;
        let people = self.0.lock().unwrap();
        let named = |name: &str| people.values().find(|user| user.username == name);
        let found = match by {
            UserLookup::Username(name) => named(name),
            UserLookup::Field { column: "username", value } => value.as_text().and_then(|name| named(&name)),
            UserLookup::Field { column: "pk" | "id", value } => {
                value.as_text().and_then(|key| people.get(&*key))
            }
            UserLookup::Field { column, .. } => return Err(StoreError::no_column(column)),
        };
        Ok(found.cloned())
    }

    async fn find_active_by_email(&self, email: &str, limit: NonZeroU32) -> Result<Vec<User>, StoreError> {
        let people = self.0.lock().unwrap();
        let is_theirs = |own: &String| own.eq_ignore_ascii_case(email);
        let found =
            people.values().filter(|user| user.is_active && user.email.as_ref().is_some_and(is_theirs));
        Ok(found.take(limit.get().try_into().unwrap()).cloned().collect())
    }

    async fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        tokio::task::yield_now().await;
        let mut people = self.0.lock().unwrap();
        let found = people.get_mut(&user.to_string()).filter(|user| user.password == *old);
        Ok(found.map(|user| user.password = new.clone()).is_some())
    }

    async fn record_login(&self, user: &UserKey, at: Timestamp) -> Result<(), StoreError> {
        self.change(user, |user| user.last_login = Some(at));
        Ok(())
    }
}

struct Apart(Combined<People, MemoryLedger>);

impl UsersFixture for Apart {
    type Store = Combined<People, MemoryLedger>;

    fn store(&self) -> &Self::Store {
        &self.0
    }

    async fn add_user(&self, username: &str) -> UserKey {
        let mut people = self.0.users().0.lock().unwrap();
        let key = format!("person-{}", people.len());
        let user = User::new(key.clone(), username, StoredPassword::new(PASSWORD));
        people.insert(key.clone(), user);
        UserKey::Text(key)
    }

    async fn deactivate(&self, user: &UserKey) {
        assert!(self.0.users().change(user, |user| user.is_active = false));
    }

    async fn remove_user(&self, user: &UserKey) {
        self.0.users().0.lock().unwrap().remove(&user.to_string());
        self.0.ledger().remove_user(user);
    }
}

impl EmailsFixture for Apart {
    async fn set_email(&self, user: &UserKey, email: &str) {
        assert!(self.0.users().change(user, |user| user.email = Some(email.to_owned())));
    }
}

impl LastLoginFixture for Apart {
    async fn last_login(&self, user: &UserKey) -> Option<Timestamp> {
        self.0.users().find(UserLookup::key(user)).await.unwrap().unwrap().last_login
    }
}

impl LedgerFixture for Apart {
    async fn outstanding(&self) -> Vec<LedgerRow> {
        self.0.ledger().outstanding().into_iter().map(LedgerRow::from).collect()
    }
}

impl RefreshTokensFixture for Apart {
    async fn refresh_tokens(&self) -> Vec<RefreshTokenRow> {
        self.0.ledger().refresh_tokens().into_iter().map(RefreshTokenRow::from).collect()
    }
}
