//! Users of a program's own, in a `HashMap`, with login, refresh, a protected route and logout.
//!
//! ```console
//! $ cargo run --bin own_store_hashmap
//! ```
//!
//! Log in, and ask as somebody and as nobody:
//!
//! ```sh
//! curl -s -d username=ada -d 'password=correct horse' http://127.0.0.1:8000/api/token/ >tokens.json
//! token() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/" tokens.json; }
//! curl -s -H "Authorization: Bearer $(token access)" http://127.0.0.1:8000/hello
//! curl -s http://127.0.0.1:8000/hello
//! ```
//! ```text
//! Hello ada!
//! {"detail":"Authentication credentials were not provided."}
//! ```
//!
//! Log out: the session is over, and its refresh token is good no more.
//!
//! ```sh
//! curl -s -X POST -H "Authorization: Bearer $(token access)" http://127.0.0.1:8000/api/token/logout/
//! curl -s -d "refresh=$(token refresh)" http://127.0.0.1:8000/api/token/refresh/
//! ```
//! ```text
//! {"detail":"Token is blacklisted","code":"token_not_valid"}
//! ```
//!
//! What is asked of users are the two methods of [`Users`]. The ledger of their tokens and their sessions are somebody else's: in memory
//! here, so that all is forgotten when the program ends.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::{Router, routing::get};
use countersign::authority::{Authority, Rules};
use countersign::dialect::SimpleJwt;
use countersign::entropy::{SystemEntropy, random_hex};
use countersign::key::{Algorithm, SigningKey};
use countersign::memory::MemoryLedger;
use countersign::password::HashingPool;
use countersign::secret::{Password, SigningSecret, StoredPassword};
use countersign::store::{Combined, StoreError, UserLookup, Users};
use countersign::user::{User, UserKey};
use countersign_axum::{Auth, Authenticated, routes};

/// Users by their numbers.
#[derive(Default)]
struct People(Mutex<HashMap<i64, User>>);

impl People {
    fn add(&self, username: &str, password: StoredPassword) -> i64 {
        let mut people = self.people();
        let id = people.keys().max().copied().unwrap_or(0) + 1;
        people.insert(id, User::new(id, username, password));
        id
    }

    /// Nothing panics half-way through a change, so what a poisoned lock guards is whole.
    fn people(&self) -> MutexGuard<'_, HashMap<i64, User>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Users for People {
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        let people = self.people();
        let named = |name: &str| people.values().find(|user| user.username == name);
        let found = match by {
            UserLookup::Username(name) => named(name),
            // As a token says whose it is: a number or a text, which need not be one of ours.
            UserLookup::Field { column: "pk" | "id", value } => value.as_int().and_then(|id| people.get(&id)),
            UserLookup::Field { column: "username", value } => value.as_text().and_then(|name| named(&name)),
            UserLookup::Field { column, .. } => return Err(StoreError::no_column(column)),
        };
        Ok(found.cloned())
    }

    async fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        let mut people = self.people();
        let found = people.values_mut().find(|known| known.key == *user && known.password == *old);
        Ok(found.map(|user| user.password = new.clone()).is_some())
    }
}

async fn hello(Authenticated(user): Authenticated<User>) -> String {
    format!("Hello {}!\n", user.username)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let passwords = HashingPool::with_defaults()?;
    let people = People::default();
    people.add("ada", passwords.make(Password::new("correct horse")).await?);

    let store = Combined::new(people, MemoryLedger::new());
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(random_hex(&SystemEntropy, 32)))?;
    let authority = Authority::builder(store, key, passwords).rules(Rules::rotating()).build()?;

    let app = Router::new()
        .route("/hello", get(hello))
        .with_state(Auth::new(SimpleJwt::default(), authority.clone()))
        .merge(routes(SimpleJwt::default(), authority));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

#[cfg(test)]
mod tests {
    use countersign::store::conformance::{self, LedgerFixture, LedgerRow, PASSWORD, UsersFixture};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_the_rules_of_a_store() {
        conformance::users(fresh).await;
        conformance::ledger(fresh).await;
        conformance::sessions(fresh).await;
    }

    async fn fresh() -> Fresh {
        Fresh(Combined::new(People::default(), MemoryLedger::new()))
    }

    struct Fresh(Combined<People, MemoryLedger>);

    impl UsersFixture for Fresh {
        type Store = Combined<People, MemoryLedger>;

        fn store(&self) -> &Self::Store {
            &self.0
        }

        async fn add_user(&self, username: &str) -> UserKey {
            self.0.users().add(username, StoredPassword::new(PASSWORD)).into()
        }

        async fn deactivate(&self, user: &UserKey) {
            for known in self.0.users().people().values_mut().filter(|known| known.key == *user) {
                known.is_active = false;
            }
        }

        async fn remove_user(&self, user: &UserKey) {
            self.0.users().people().retain(|_, known| known.key != *user);
            self.0.ledger().remove_user(user);
        }
    }

    impl LedgerFixture for Fresh {
        async fn outstanding(&self) -> Vec<LedgerRow> {
            self.0.ledger().outstanding().into_iter().map(LedgerRow::from).collect()
        }
    }
}
