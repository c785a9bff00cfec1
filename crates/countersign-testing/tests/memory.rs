//! The memory store keeps every rule that the stores on a database keep.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

use std::sync::atomic::{AtomicI64, Ordering};

use countersign::clock::Timestamp;
use countersign::memory::MemoryStore;
use countersign::secret::StoredPassword;
use countersign::store::{UserIdClaim, UserLookup, Users};
use countersign::user::{FieldValue, User, UserKey};
use countersign_testing::conformance::{self, LedgerRow, PASSWORD, RefreshTokenRow, StoreFixture};

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
        let UserKey::Int(id) = user else { unreachable!("every key here is a number") };
        let by = UserLookup::Field { column: "pk", value: UserIdClaim::Int(*id) };
        self.store.find(by).await.unwrap().unwrap()
    }
}

impl StoreFixture for Memory {
    type Store = MemoryStore;

    fn store(&self) -> &MemoryStore {
        &self.store
    }

    async fn add_user(&self, username: &str) -> UserKey {
        let id = self.users.fetch_add(1, Ordering::SeqCst) + 1;
        self.store.add_user(User {
            key: UserKey::Int(id),
            username: username.to_owned(),
            password: StoredPassword::new(PASSWORD),
            is_active: true,
            email: None,
            last_login: None,
            fields: [("id", FieldValue::Int(id)), ("username", FieldValue::Text(username.to_owned()))]
                .into_iter()
                .collect(),
        });
        UserKey::Int(id)
    }

    async fn set_email(&self, user: &UserKey, email: &str) {
        let found = self.user(user).await;
        self.store.add_user(User { email: Some(email.to_owned()), ..found });
    }

    async fn deactivate(&self, user: &UserKey) {
        let found = self.user(user).await;
        self.store.add_user(User { is_active: false, ..found });
    }

    async fn remove_user(&self, user: &UserKey) {
        self.store.remove_user(user);
    }

    async fn last_login(&self, user: &UserKey) -> Option<Timestamp> {
        self.store.last_login(user)
    }

    async fn outstanding(&self) -> Vec<LedgerRow> {
        let rows = self.store.outstanding().into_iter();
        rows.map(|row| LedgerRow {
            jti: row.jti,
            token: row.token.expose().to_owned(),
            user: row.user.map(|key| key.to_string()),
            created_at: row.created_at,
            expires_at: row.expires_at,
            blacklisted_at: row.blacklisted_at,
        })
        .collect()
    }

    async fn refresh_tokens(&self) -> Vec<RefreshTokenRow> {
        let rows = self.store.refresh_tokens().into_iter();
        rows.map(|row| RefreshTokenRow {
            token: row.token.expose().to_owned(),
            user: row.user.to_string(),
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        })
        .collect()
    }
}
