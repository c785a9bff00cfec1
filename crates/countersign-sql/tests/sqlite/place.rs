//! A database in a temporary folder, and a look at it from outside.

use std::path::{Path, PathBuf};

use countersign_sql::{Database, UserTable};
use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Row, SqliteConnection};
use tempfile::TempDir;

use crate::suite::{NOW, tables};

/// A folder with a database in it.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) const BYTES: &str = "BLOB";
    /// Empties the blacklist, and its ids begin anew.
    pub(crate) const BLACKLIST_ANEW: &str = "DELETE FROM token_blacklist_blacklistedtoken; DELETE FROM sqlite_sequence WHERE name LIKE '%_blacklistedtoken'";
    pub(crate) const BYTES_00FF: &str = "x'00ff'";
    pub(crate) const DATETIME: &str = "datetime";
    /// What is said of a column of SQL's type `real`.
    pub(crate) const DECLARED_REAL: &str = "declared \"real\"";
    /// Nobody else reads the ledger until this transaction ends, where the place is at its strictest.
    pub(crate) const LOCK: &str = "BEGIN EXCLUSIVE";
    /// Takes what only one can have, and gives it back.
    pub(crate) const LOCK_AND_LEAVE: &str = "BEGIN IMMEDIATE; COMMIT";
    /// Begins a transaction that nobody can write users beside.
    pub(crate) const LOCK_USERS: &str = "BEGIN IMMEDIATE";
    pub(crate) const TYPE_OF: &str = "typeof";
    /// Ends what [`LOCK`](Self::LOCK) began.
    pub(crate) const UNLOCK: &str = "ROLLBACK";
    pub(crate) const UNSIGNED: &str = "integer unsigned";
    pub(crate) const UUID: &str = "char(32)";
    /// How often a rotation may wait for the database, or a little more.
    pub(crate) const WAITS_IN_A_ROTATION: usize = 12;

    /// Without a database.
    #[expect(clippy::unused_async, reason = "an engine with a server waits here")]
    pub(crate) async fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// With Django's tables, as `migrate` makes them.
    pub(crate) async fn migrated() -> Self {
        let place = Self::empty().await;
        Database::migrate(&place.url(), tables(&UserTable::default()), NOW).await.unwrap();
        place
    }

    /// With the tables that `sql` makes, and no others.
    pub(crate) async fn with(sql: &str) -> Self {
        let place = Self::empty().await;
        std::fs::File::create(place.path()).unwrap();
        place.run(sql).await;
        place
    }

    /// Where texts are compared letter by letter.
    pub(crate) async fn exact() -> Self {
        Self::empty().await
    }

    /// Whether the database takes one name for the other.
    pub(crate) fn is_same_name(name: &str, other: &str) -> bool {
        name == other
    }

    /// A folder that goes with the place.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("db.sqlite3")
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
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

    /// Django's journal mode, in which readers and writers lock each other out.
    pub(crate) async fn be_at_its_strictest(&self) {
        self.run("PRAGMA journal_mode = DELETE").await;
    }

    pub(crate) async fn mode(&self) -> Vec<Vec<String>> {
        self.rows("PRAGMA journal_mode").await
    }

    /// Every table with its columns, indexes and references, in SQLite's own words. The order of indexes, which is
    /// that of their making, does not count.
    pub(crate) async fn schema(&self) -> Vec<(String, Vec<Vec<String>>)> {
        let mut tables = Vec::new();
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'countersign%' ORDER BY name";
        for table in self.rows(names).await.into_iter().flatten() {
            let mut facts = self.rows(&format!("SELECT * FROM pragma_table_xinfo('{table}')")).await;
            facts.extend(
            self
                .rows(&format!(
                    "SELECT i.name, i.\"unique\", i.origin, i.partial, c.seqno, c.name, c.desc, c.coll, c.key
                     FROM pragma_index_list('{table}') i, pragma_index_xinfo(i.name) c ORDER BY i.name, c.seqno"
                ))
                .await,
        );
            facts.extend(self.rows(&format!("SELECT * FROM pragma_foreign_key_list('{table}')")).await);
            let autoincrement =
                "upper(sql) LIKE '%AUTOINCREMENT%', upper(sql) LIKE '%DEFERRABLE INITIALLY DEFERRED%'";
            let told = format!("SELECT {autoincrement} FROM sqlite_master WHERE name = '{table}'");
            facts.extend(self.rows(&told).await);
            tables.push((table, facts));
        }
        tables
    }
}
