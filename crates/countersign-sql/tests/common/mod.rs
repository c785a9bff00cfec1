//! What the tests of this crate share: databases in temporary folders, and a look at them from outside.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]
#![expect(dead_code, reason = "each test file uses its own part")]

use std::path::{Path, PathBuf};

use countersign::clock::{Span, Timestamp};
use countersign::secret::PlainToken;
use countersign::store::OutstandingToken;
use countersign::user::UserKey;
use countersign_sql::{Database, Tables, UserTable};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

/// A user table, and refresh tokens in the package's own.
pub(crate) fn tables(users: &UserTable) -> Tables {
    Tables { users: users.clone(), refresh_tokens: Some(Tables::REFRESH_TOKENS.to_owned()) }
}

/// A folder with a database in it.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    /// Without a database.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With Django's tables, as `migrate` makes them.
    pub(crate) async fn migrated() -> Self {
        let place = Self::empty();
        Database::migrate(&place.url(), tables(&UserTable::default()), NOW).await.unwrap();
        place
    }

    /// With the tables that `sql` makes, and no others.
    pub(crate) async fn with(sql: &str) -> Self {
        let place = Self::empty();
        std::fs::File::create(place.path()).unwrap();
        place.run(sql).await;
        place
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("db.sqlite3")
    }

    pub(crate) fn url(&self) -> String {
        url(&self.path())
    }

    pub(crate) async fn connect(&self) -> Database {
        Database::connect(&self.url(), tables(&UserTable::default())).await.unwrap()
    }

    /// Another process's connection.
    pub(crate) async fn raw(&self) -> SqliteConnection {
        SqliteConnectOptions::new().filename(self.path()).connect().await.unwrap()
    }

    /// Runs statements as another process would.
    pub(crate) async fn run(&self, sql: &str) {
        let mut connection = self.raw().await;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Rows as SQLite's own text form of every value, `NULL` for none.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let mut connection = self.raw().await;
        let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter()
            .map(|row| {
                let cell = |at| row.get_unchecked::<Option<String>, _>(at).unwrap_or("NULL".to_owned());
                (0..row.len()).map(cell).collect()
            })
            .collect()
    }
}

pub(crate) fn url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

pub(crate) fn token<'a>(
    jti: &'a str,
    text: &'a PlainToken,
    user: Option<&'a UserKey>,
) -> OutstandingToken<'a> {
    OutstandingToken { jti, token: text, user, created_at: NOW, expires_at: NOW + Span::from_days(1) }
}

/// An error and what caused it, as a log shows them.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
