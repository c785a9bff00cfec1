//! The memory store keeps every rule that the stores on a database keep.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

use std::sync::atomic::{AtomicI64, Ordering};

use countersign::clock::Timestamp;
use countersign::memory::MemoryStore;
use countersign::secret::StoredPassword;
use countersign::store::conformance::{
    self, EmailsFixture, LastLoginFixture, LedgerFixture, LedgerRow, PASSWORD, RefreshTokenRow,
    RefreshTokensFixture, UsersFixture,
};
use countersign::store::{UserLookup, Users};
use countersign::user::{User, UserKey};

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_rules_of_a_store() {
    conformance::suite(async || Memory { store: MemoryStore::new(), users: AtomicI64::new(0) }).await;
}

struct Memory {
    store: MemoryStore,
    users: AtomicI64,
}

impl Memory {
    async fn user(&self, user: &UserKey) -> User {
        self.store.find(UserLookup::key(user)).await.unwrap().unwrap()
    }
}

impl UsersFixture for Memory {
    type Store = MemoryStore;

    fn store(&self) -> &MemoryStore {
        &self.store
    }

    async fn add_user(&self, username: &str) -> UserKey {
        let id = self.users.fetch_add(1, Ordering::SeqCst) + 1;
        self.store.add_user(User::new(id, username, StoredPassword::new(PASSWORD)));
        UserKey::Int(id)
    }

    async fn deactivate(&self, user: &UserKey) {
        let found = self.user(user).await;
        self.store.add_user(User { is_active: false, ..found });
    }

    async fn remove_user(&self, user: &UserKey) {
        self.store.remove_user(user);
    }
}

impl EmailsFixture for Memory {
    async fn set_email(&self, user: &UserKey, email: &str) {
        let found = self.user(user).await;
        self.store.add_user(User { email: Some(email.to_owned()), ..found });
    }
}

impl LastLoginFixture for Memory {
    async fn last_login(&self, user: &UserKey) -> Option<Timestamp> {
        self.store.last_login(user)
    }
}

impl LedgerFixture for Memory {
    async fn outstanding(&self) -> Vec<LedgerRow> {
        self.store.outstanding().into_iter().map(LedgerRow::from).collect()
    }
}

impl RefreshTokensFixture for Memory {
    async fn refresh_tokens(&self) -> Vec<RefreshTokenRow> {
        self.store.refresh_tokens().into_iter().map(RefreshTokenRow::from).collect()
    }
}
