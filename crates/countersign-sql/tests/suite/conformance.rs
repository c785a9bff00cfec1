//! The rules of a store, with Django's user model and with custom ones.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign::clock::Timestamp;
use countersign::entropy::SystemEntropy;
use countersign::secret::{PlainToken, StoredPassword};
use countersign::store::conformance::{
    self, EmailsFixture, LastLoginFixture, LedgerFixture, LedgerRow, PASSWORD, RefreshTokenRow,
    RefreshTokensFixture, UsersFixture,
};
use countersign::store::{Claim, NewRefreshToken, RefreshTokens, TokenLedger, UserLookup, Users};
use countersign::user::{FieldValue, UserKey};
use countersign_sql::{ColumnKind, Database, NewUser, UserTable};

use tokio::task::JoinSet;

use super::{NOW, add_user, tables, token};
use crate::Place;

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_rules_of_a_store() {
    conformance::suite(async || {
        let place = Place::migrated().await;
        let database = place.connect().await;
        Store { place, database, count: AtomicU64::new(0) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_them_with_uuids_and_texts_as_primary_keys() {
    for kind in [Place::UUID, "varchar(40)"] {
        conformance::suite(async || {
            let place = Place::with(&format!(
                "CREATE TABLE people (id {kind} NOT NULL PRIMARY KEY, password varchar(128) NOT NULL,
                 last_login {} NULL, username varchar(254) NOT NULL UNIQUE,
                 email varchar(254) NULL, is_active bool NOT NULL)",
                Place::DATETIME,
            ))
            .await;
            let users = UserTable { table: "people".to_owned(), ..UserTable::default() };
            Database::migrate(&place.url(), tables(&users), NOW).await.unwrap();
            let database = Database::connect(&place.url(), tables(&users)).await.unwrap();
            Store { place, database, count: AtomicU64::new(0) }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_and_one_token_one_wins() {
    let place = Place::migrated().await;
    place.be_at_its_strictest().await;
    let servers = [place.connect().await, place.connect().await];
    let mut refreshes = JoinSet::new();
    for number in 0..50 {
        let server = servers[number % 2].clone();
        refreshes.spawn(async move {
            let (text, successor) = (PlainToken::new("token"), format!("successor-{number}"));
            let (from, to) = (token("presented", &text, None), token(&successor, &text, None));
            let claim = server.rotate(&from, &to, NOW).await.unwrap();
            assert!(server.is_blacklisted("presented").await.unwrap());
            claim
        });
    }
    let claims = refreshes.join_all().await;
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Won).count(), 1);
    assert_eq!(place.rows("SELECT count(*) FROM token_blacklist_outstandingtoken").await, [["2"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_servers_and_one_refresh_token_one_wins() {
    let place = Place::migrated().await;
    place.be_at_its_strictest().await;
    add_user(&place, 7, "ada").await;
    let servers = [place.connect().await, place.connect().await];
    let presented = PlainToken::new("presented");
    let user = UserKey::Int(7);
    let row = NewRefreshToken { token: &presented, user: &user, created_at: NOW };
    assert!(servers[0].keep_refresh_token(&row).await.unwrap());
    let mut renewals = JoinSet::new();
    for number in 0..50 {
        let (server, presented) = (servers[number % 2].clone(), presented.clone());
        renewals.spawn(async move {
            let next = PlainToken::new(format!("next-{number}"));
            server.replace_refresh_token(&presented, &next, NOW).await.unwrap()
        });
    }
    let claims = renewals.join_all().await;
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Won).count(), 1);
    assert_eq!(place.rows("SELECT count(*) FROM refresh_token_refreshtoken").await, [["1"]]);
}

struct Store {
    place: Place,
    database: Database,
    count: AtomicU64,
}

impl Store {
    /// A key as it stands in a file, and as a server takes it.
    fn stored(user: &UserKey) -> String {
        match user {
            UserKey::Uuid(uuid) => uuid.simple().to_string(),
            other => other.to_string(),
        }
    }

    fn users(&self) -> (&str, &str) {
        (self.database.user_model().table(), self.database.user_model().primary_key().name())
    }
}

impl UsersFixture for Store {
    type Store = Database;

    fn store(&self) -> &Database {
        &self.database
    }

    async fn add_user(&self, username: &str) -> UserKey {
        let primary_key = self.database.user_model().primary_key();
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        let named = (primary_key.kind() == ColumnKind::Text)
            .then(|| (primary_key.name().to_owned(), format!("person-{number}")));
        let user = NewUser {
            username: username.to_owned(),
            email: None,
            password: StoredPassword::new(PASSWORD),
            is_staff: false,
            is_superuser: false,
            extra: named.into_iter().collect(),
        };
        self.database.create_user(&user, NOW, &SystemEntropy).await.unwrap()
    }

    fn is_same_name(&self, name: &str, other: &str) -> bool {
        Place::is_same_name(name, other)
    }

    async fn deactivate(&self, user: &UserKey) {
        let ((table, id), key) = (self.users(), Self::stored(user));
        self.place.run(&format!("UPDATE {table} SET is_active = false WHERE {id} = '{key}'")).await;
    }

    async fn remove_user(&self, user: &UserKey) {
        let ((table, id), key) = (self.users(), Self::stored(user));
        self.place
            .run(&format!(
                "BEGIN;
                 UPDATE token_blacklist_outstandingtoken SET user_id = NULL WHERE user_id = '{key}';
                 DELETE FROM refresh_token_refreshtoken WHERE user_id = '{key}';
                 DELETE FROM {table} WHERE {id} = '{key}';
                 COMMIT"
            ))
            .await;
    }
}

impl EmailsFixture for Store {
    async fn set_email(&self, user: &UserKey, email: &str) {
        let ((table, id), key) = (self.users(), Self::stored(user));
        let email = email.replace('\'', "''");
        self.place.run(&format!("UPDATE {table} SET email = '{email}' WHERE {id} = '{key}'")).await;
    }
}

impl LastLoginFixture for Store {
    async fn last_login(&self, user: &UserKey) -> Option<Timestamp> {
        let found = self.database.find(UserLookup::key(user)).await.unwrap().unwrap();
        match found.fields.get("last_login").unwrap() {
            FieldValue::Timestamp(at) => Some(*at),
            FieldValue::Null => None,
            other => panic!("last_login is {other:?}"),
        }
    }
}

impl LedgerFixture for Store {
    async fn outstanding(&self) -> Vec<LedgerRow> {
        let sql = "SELECT o.jti, o.token, o.user_id, o.created_at, o.expires_at, b.blacklisted_at
                   FROM token_blacklist_outstandingtoken o
                   LEFT JOIN token_blacklist_blacklistedtoken b ON b.token_id = o.id";
        let rows = self.place.rows(sql).await.into_iter();
        rows.map(|row| {
            let [jti, token, user, created_at, expires_at, blacklisted_at] = row.try_into().unwrap();
            let key = python_key(user);
            LedgerRow {
                jti,
                token,
                user: (key != "NULL").then_some(key),
                created_at: time(&created_at).unwrap(),
                expires_at: time(&expires_at).unwrap(),
                blacklisted_at: time(&blacklisted_at),
            }
        })
        .collect()
    }
}

impl RefreshTokensFixture for Store {
    async fn refresh_tokens(&self) -> Vec<RefreshTokenRow> {
        let sql = "SELECT token, user_id, created, revoked FROM refresh_token_refreshtoken";
        let rows = self.place.rows(sql).await.into_iter();
        rows.map(|row| {
            let [token, user, created, revoked] = row.try_into().unwrap();
            let (created_at, revoked_at) = (time(&created).unwrap(), time(&revoked));
            RefreshTokenRow { token, user: python_key(user), created_at, revoked_at }
        })
        .collect()
    }
}

/// A key from the database as Python writes it: a UUID with its dashes.
fn python_key(key: String) -> String {
    if key.len() >= 32 { key.parse::<uuid::Uuid>().unwrap().to_string() } else { key }
}

fn time(text: &str) -> Option<Timestamp> {
    let at = text.parse::<jiff::civil::DateTime>().ok()?;
    let since_epoch = at.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0));
    Some(Timestamp::from_micros(since_epoch.as_micros().try_into().unwrap()))
}
