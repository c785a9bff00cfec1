//! A table of members that is there already and is not Django's, with login, refresh, a protected route and logout.
//!
//! ```console
//! $ cargo run --bin own_store_table
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
//! Log out: the refresh token is good no more, also after a restart, since the file `members.db` knows.
//!
//! ```sh
//! curl -s -d "refresh=$(token refresh)" http://127.0.0.1:8000/api/token/blacklist/; echo
//! curl -s -d "refresh=$(token refresh)" http://127.0.0.1:8000/api/token/refresh/
//! ```
//! ```text
//! {}
//! {"detail":"Token is blacklisted","code":"token_not_valid"}
//! ```
//!
//! The columns have names of their own, who may not come in has a date in `disabled_at`, and passwords are stored as other software
//! does it: in the PHC string format, without the name of Django's hasher before it. Beside the members is one table more, for the
//! ledger of their tokens. (Where only the names differ, `countersign_sql::UserTable` takes them, and there is nothing to write.)

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::{Router, routing::get};
use countersign::authority::{Authority, Rules};
use countersign::clock::Timestamp;
use countersign::dialect::SimpleJwt;
use countersign::entropy::{SystemEntropy, random_hex};
use countersign::key::{Algorithm, SigningKey};
use countersign::password::{Argon2Cost, Hasher, HashingPool, PasswordHashers, PoolSize};
use countersign::secret::{Password, SigningSecret, StoredPassword};
use countersign::store::{
    Claim, FlushCursor, Flushed, OutstandingToken, Sessions, StoreError, TokenLedger, UserLookup, Users,
};
use countersign::user::{User, UserKey};
use countersign_axum::{Auth, Authenticated, routes};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqliteRow};
use sqlx::{FromRow, Row, Sqlite, SqliteConnection, SqlitePool};

/// A file with the table of members.
#[derive(Clone)]
struct Members(SqlitePool);

impl Members {
    /// Opens a file. The table of members is the rest of the company's, that of tokens is ours.
    async fn open(path: &str) -> Result<Self, sqlx::Error> {
        let file = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let pool = SqlitePool::connect_with(file.journal_mode(SqliteJournalMode::Wal)).await?;
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS members (
                 id text PRIMARY KEY, login text NOT NULL UNIQUE, secret_hash text NOT NULL, mail text,
                 seen_at integer, disabled_at integer
             );
             CREATE TABLE IF NOT EXISTS tokens (
                 jti text PRIMARY KEY, token text NOT NULL, member text REFERENCES members ON DELETE SET NULL,
                 created_at integer NOT NULL, expires_at integer NOT NULL, revoked_at integer
             );
             CREATE INDEX IF NOT EXISTS tokens_expire ON tokens (expires_at);
             CREATE INDEX IF NOT EXISTS tokens_of_members ON tokens (member)",
        )
        .execute(&pool)
        .await?;
        Ok(Self(pool))
    }

    async fn add(&self, id: &str, login: &str, password: &StoredPassword) -> Result<(), sqlx::Error> {
        sqlx::query("INSERT INTO members (id, login, secret_hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(id)
            .bind(login)
            .bind(phc(password))
            .execute(&self.0)
            .await
            .map(drop)
    }
}

impl Users for Members {
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        let (sql, value) = match by {
            UserLookup::Username(name) => (BY_LOGIN, Some(name.to_owned())),
            // As a token says whose it is: with dashes or without, or no UUID at all, which is nobody's.
            UserLookup::Field { column: "pk" | "id", value } => {
                (BY_ID, value.as_uuid().map(|id| id.to_string()))
            }
            UserLookup::Field { column: "username", value } => {
                (BY_LOGIN, value.as_text().map(Cow::into_owned))
            }
            UserLookup::Field { column, .. } => return Err(StoreError::no_column(column)),
        };
        let Some(value) = value else { return Ok(None) };
        let found = sqlx::query_as(sql).bind(value).fetch_optional(&self.0).await.map_err(failed)?;
        Ok(found.map(|Member(user)| user))
    }

    async fn find_active_by_email(&self, email: &str, limit: NonZeroU32) -> Result<Vec<User>, StoreError> {
        let found = sqlx::query_as(BY_MAIL).bind(email).bind(limit.get()).fetch_all(&self.0).await;
        Ok(found.map_err(failed)?.into_iter().map(|Member(user)| user).collect())
    }

    /// One statement: of several with the same `old`, it changes a row for one.
    async fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        let replaced = sqlx::query("UPDATE members SET secret_hash = ? WHERE id = ? AND secret_hash = ?")
            .bind(phc(new))
            .bind(user.to_string())
            .bind(phc(old));
        Ok(replaced.execute(&self.0).await.map_err(failed)?.rows_affected() == 1)
    }

    async fn record_login(&self, user: &UserKey, at: Timestamp) -> Result<(), StoreError> {
        let seen = sqlx::query("UPDATE members SET seen_at = ? WHERE id = ?");
        seen.bind(at.as_micros()).bind(user.to_string()).execute(&self.0).await.map(drop).map_err(failed)
    }
}

impl TokenLedger for Members {
    async fn record(&self, token: &OutstandingToken<'_>) -> Result<(), StoreError> {
        with_row(RECORD, token).execute(&self.0).await.map(drop).map_err(failed)
    }

    async fn is_blacklisted(&self, jti: &str) -> Result<bool, StoreError> {
        let revoked = sqlx::query("SELECT 1 FROM tokens WHERE jti = ? AND revoked_at IS NOT NULL");
        Ok(revoked.bind(jti).fetch_optional(&self.0).await.map_err(failed)?.is_some())
    }

    async fn blacklist(&self, token: &OutstandingToken<'_>, at: Timestamp) -> Result<Claim, StoreError> {
        let mut connection = self.0.acquire().await.map_err(failed)?;
        revoke(&mut connection, token, at).await
    }

    async fn blacklist_all_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        let revoked = sqlx::query(REVOKE_ALL).bind(at.as_micros()).bind(user.to_string()).execute(&self.0);
        Ok(revoked.await.map_err(failed)?.rows_affected())
    }

    /// Both or neither: a transaction, which writes from its beginning, so that two never wait for each other.
    async fn rotate(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let mut transaction = self.0.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        if revoke(&mut transaction, presented, at).await? == Claim::Lost {
            return Ok(Claim::Lost);
        }
        let recorded = with_row(RECORD, successor).execute(&mut *transaction).await.map_err(failed)?;
        if recorded.rows_affected() == 0 {
            return Err(StoreError::inconsistent("the successor's id is there already"));
        }
        transaction.commit().await.map_err(failed)?;
        Ok(Claim::Won)
    }

    /// Deleted rows are gone, so each batch begins at the beginning.
    async fn flush_expired(
        &self,
        now: Timestamp,
        _from: FlushCursor,
        limit: NonZeroU32,
    ) -> Result<Flushed, StoreError> {
        let deleted = sqlx::query(FLUSH).bind(now.as_micros()).bind(limit.get()).execute(&self.0).await;
        let tokens = deleted.map_err(failed)?.rows_affected();
        Ok(Flushed { tokens, next: (tokens >= limit.get().into()).then(FlushCursor::default) })
    }
}

/// None are kept: the defaults find nothing and fail to write.
impl Sessions for Members {}

/// Puts a token on the blacklist, whether or not it was recorded: a row is changed for the first who does.
async fn revoke(
    connection: &mut SqliteConnection,
    token: &OutstandingToken<'_>,
    at: Timestamp,
) -> Result<Claim, StoreError> {
    let revoked = with_row(REVOKE, token).bind(at.as_micros()).execute(connection).await.map_err(failed)?;
    Ok(if revoked.rows_affected() == 1 { Claim::Won } else { Claim::Lost })
}

fn with_row<'a>(sql: &'static str, token: &OutstandingToken<'a>) -> Query<'a, Sqlite, SqliteArguments> {
    sqlx::query(sql)
        .bind(token.jti)
        .bind(token.token.expose())
        .bind(token.user.map(UserKey::to_string))
        .bind(token.created_at.as_micros())
        .bind(token.expires_at.as_micros())
}

/// A row of `members` as the authority knows a user.
struct Member(User);

impl<'r> FromRow<'r, SqliteRow> for Member {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let id: &str = row.try_get("id")?;
        let id = id.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let (login, secret_hash): (&str, &str) = (row.try_get("login")?, row.try_get("secret_hash")?);
        let (seen_at, disabled_at): (Option<i64>, Option<i64>) =
            (row.try_get("seen_at")?, row.try_get("disabled_at")?);
        Ok(Self(User {
            is_active: disabled_at.is_none(),
            email: row.try_get("mail")?,
            last_login: seen_at.map(Timestamp::from_micros),
            ..User::new(UserKey::Uuid(id), login, stored(secret_hash))
        }))
    }
}

/// A stored password as the table has it: without the name that Django puts before an Argon2 hash.
fn phc(password: &StoredPassword) -> &str {
    let stored = password.expose();
    stored.strip_prefix("argon2").filter(|phc| phc.starts_with("$argon2")).unwrap_or(stored)
}

fn stored(secret_hash: &str) -> StoredPassword {
    let name = if secret_hash.starts_with("$argon2") { "argon2" } else { "" };
    StoredPassword::new(format!("{name}{secret_hash}"))
}

fn failed(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::inconsistent(error),
        _ => StoreError::unavailable(error),
    }
}

const BY_LOGIN: &str = "SELECT * FROM members WHERE login = ?";
const BY_ID: &str = "SELECT * FROM members WHERE id = ?";
const BY_MAIL: &str =
    "SELECT * FROM members WHERE mail = ? COLLATE NOCASE AND mail <> '' AND disabled_at IS NULL LIMIT ?";
/// (jti, token, member, created at, expires at); as nobody's where the member is gone.
const RECORD: &str = "INSERT INTO tokens VALUES (?, ?, (SELECT id FROM members WHERE id = ?), ?, ?, NULL)
                      ON CONFLICT (jti) DO NOTHING";
/// (jti, token, member, created at, expires at, revoked at)
const REVOKE: &str = "INSERT INTO tokens VALUES (?, ?, (SELECT id FROM members WHERE id = ?), ?, ?, ?)
                      ON CONFLICT (jti) DO UPDATE SET revoked_at = excluded.revoked_at WHERE revoked_at IS NULL";
/// (revoked at, member)
const REVOKE_ALL: &str =
    "UPDATE tokens SET revoked_at = ?1 WHERE member = ?2 AND revoked_at IS NULL AND expires_at > ?1";
/// (now, limit)
const FLUSH: &str = "DELETE FROM tokens WHERE jti IN
                     (SELECT jti FROM tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)";

async fn hello(Authenticated(user): Authenticated<User>) -> String {
    format!("Hello {}!\n", user.username)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // As the others who write to the table hash: nobody's password is stored in another form than they can read.
    let hashers = PasswordHashers::new(vec![Hasher::Argon2(Argon2Cost::default())])?;
    let passwords = HashingPool::start(Arc::new(hashers), Arc::new(SystemEntropy), PoolSize::default())?;
    let members = Members::open("members.db").await?;
    let password = passwords.make(Password::new("correct horse")).await?;
    members.add("5f0c6f5e-98a5-4ba5-9a3c-0d6b0b1f3c11", "ada", &password).await?;

    // Each refresh token is good once. Sessions, which would find out a thief, need a table more: they are not kept here.
    let mut rules = Rules::rotating();
    rules.sessions = None;
    rules.update_last_login = true;

    let secret = std::env::var("SIGNING_KEY").unwrap_or_else(|_| random_hex(&SystemEntropy, 32));
    let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new(secret))?;
    let authority = Authority::builder(members, key, passwords).rules(rules).build()?;

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
    use std::sync::atomic::{AtomicU64, Ordering};

    use countersign::store::conformance::{
        self, EmailsFixture, LastLoginFixture, LedgerFixture, LedgerRow, PASSWORD, UsersFixture,
    };
    use tempfile::TempDir;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn it_keeps_the_rules_of_a_store() {
        conformance::users(fresh).await;
        conformance::emails(fresh).await;
        conformance::last_login(fresh).await;
        conformance::ledger(fresh).await;
    }

    #[test]
    fn passwords_are_in_the_table_as_others_write_them() {
        for (in_table, here) in [
            ("$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA", "argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"),
            ("pbkdf2_sha256$1$salt$hash", "pbkdf2_sha256$1$salt$hash"),
            ("!", "!"),
        ] {
            assert_eq!(stored(in_table).expose(), here);
            assert_eq!(phc(&StoredPassword::new(here)), in_table);
        }
    }

    async fn fresh() -> Fresh {
        let folder = tempfile::tempdir().unwrap();
        let members = Members::open(folder.path().join("members.db").to_str().unwrap()).await.unwrap();
        Fresh { members, count: AtomicU64::new(0), _folder: folder }
    }

    struct Fresh {
        members: Members,
        count: AtomicU64,
        _folder: TempDir,
    }

    impl Fresh {
        async fn run(&self, sql: &'static str, user: &UserKey) {
            sqlx::query(sql).bind(user.to_string()).execute(&self.members.0).await.unwrap();
        }
    }

    impl UsersFixture for Fresh {
        type Store = Members;

        fn store(&self) -> &Members {
            &self.members
        }

        async fn add_user(&self, username: &str) -> UserKey {
            let number = self.count.fetch_add(1, Ordering::SeqCst);
            let id = format!("00000000-0000-4000-8000-{number:012}");
            self.members.add(&id, username, &StoredPassword::new(PASSWORD)).await.unwrap();
            UserKey::Uuid(id.parse().unwrap())
        }

        async fn deactivate(&self, user: &UserKey) {
            self.run("UPDATE members SET disabled_at = 1 WHERE id = ?", user).await;
        }

        async fn remove_user(&self, user: &UserKey) {
            self.run("DELETE FROM members WHERE id = ?", user).await;
        }
    }

    impl EmailsFixture for Fresh {
        async fn set_email(&self, user: &UserKey, email: &str) {
            let mail = sqlx::query("UPDATE members SET mail = ? WHERE id = ?").bind(email.to_owned());
            mail.bind(user.to_string()).execute(&self.members.0).await.unwrap();
        }
    }

    impl LastLoginFixture for Fresh {
        async fn last_login(&self, user: &UserKey) -> Option<Timestamp> {
            self.members.find(UserLookup::key(user)).await.unwrap().unwrap().last_login
        }
    }

    impl LedgerFixture for Fresh {
        async fn outstanding(&self) -> Vec<LedgerRow> {
            let rows = sqlx::query_as("SELECT * FROM tokens").fetch_all(&self.members.0).await.unwrap();
            let row = |(jti, token, user, created_at, expires_at, revoked_at): TokenRow| LedgerRow {
                jti,
                token,
                user,
                created_at: Timestamp::from_micros(created_at),
                expires_at: Timestamp::from_micros(expires_at),
                blacklisted_at: revoked_at.map(Timestamp::from_micros),
            };
            rows.into_iter().map(row).collect()
        }
    }

    type TokenRow = (String, String, Option<String>, i64, i64, Option<i64>);
}
