//! A database of its own on the server that the tests are given, and a look at it from outside.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use countersign_sql::{Database, UserTable};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions, Connection as _, Row, TypeInfo as _};
use tempfile::TempDir;

use crate::suite::{NOW, tables};

/// A database, which goes with the place.
pub(crate) struct Place {
    server: PgConnectOptions,
    name: String,
    folder: TempDir,
}

impl Place {
    pub(crate) const BYTES: &str = "bytea";
    /// Empties the blacklist, and its ids begin anew.
    pub(crate) const BLACKLIST_ANEW: &str = "TRUNCATE token_blacklist_blacklistedtoken RESTART IDENTITY";
    pub(crate) const BYTES_00FF: &str = "'\\x00ff'";
    pub(crate) const DATETIME: &str = "timestamp with time zone";
    /// What is said of a column of SQL's type `real`.
    pub(crate) const DECLARED_REAL: &str = "declared \"real\"";
    /// Nobody else reads the ledger until this transaction ends.
    pub(crate) const LOCK: &str = "BEGIN; LOCK TABLE token_blacklist_blacklistedtoken, token_blacklist_outstandingtoken IN ACCESS EXCLUSIVE MODE";
    /// Takes what only one can have, and gives it back.
    pub(crate) const LOCK_AND_LEAVE: &str =
        "BEGIN; LOCK TABLE token_blacklist_outstandingtoken IN ACCESS EXCLUSIVE MODE; COMMIT";
    /// Begins a transaction that nobody can write users beside.
    pub(crate) const LOCK_USERS: &str = "BEGIN; SELECT FROM auth_user FOR UPDATE";
    pub(crate) const TYPE_OF: &str = "pg_typeof";
    /// Nobody else writes the blacklist until this is over.
    pub(crate) const LOCK_WRITERS: &str = "BEGIN; LOCK TABLE token_blacklist_blacklistedtoken IN SHARE MODE";
    /// What the server says of a statement that took too long.
    pub(crate) const TOO_LONG: &str = "statement timeout";
    /// Ends either.
    pub(crate) const UNLOCK: &str = "ROLLBACK";
    pub(crate) const UNSIGNED: &str = "integer CHECK (\"order\" >= 0)";
    pub(crate) const UUID: &str = "uuid";
    /// How often a rotation may wait for the database, or a little more.
    pub(crate) const WAITS_IN_A_ROTATION: usize = 24;

    /// Without tables.
    pub(crate) async fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let place = Self {
            server: server(),
            name: format!("test_{}_{number}", std::process::id()),
            folder: tempfile::tempdir().unwrap(),
        };
        // From the template that nobody is connected to: tests run side by side.
        execute(&place.server, &format!("CREATE DATABASE {} TEMPLATE template0", place.name)).await;
        place
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

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn url(&self) -> String {
        let server = &self.server;
        let (user, host, port) = (server.get_username(), server.get_host(), server.get_port());
        format!("postgres://{user}@{host}:{port}/{}", self.name)
    }

    pub(crate) async fn connect(&self) -> Database {
        Database::connect(&self.url(), tables(&UserTable::default())).await.unwrap()
    }

    /// Another process's connection.
    pub(crate) async fn raw(&self) -> PgConnection {
        self.server.clone().database(&self.name).connect().await.unwrap()
    }

    /// Runs statements as another process would.
    pub(crate) async fn run(&self, sql: &str) {
        execute(&self.server.clone().database(&self.name), sql).await;
    }

    /// Rows as `psql` shows them, but for truth values and times, which are written as Django writes them to SQLite.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let mut connection = self.raw().await;
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect()
    }

    /// The strictest isolation for whoever does not choose one, in which those who are in each other's way fail.
    pub(crate) async fn be_at_its_strictest(&self) {
        let default = "SET default_transaction_isolation = 'serializable'";
        self.run(&format!("ALTER DATABASE {} {default}", self.name)).await;
    }

    /// The encoding, and by which rules texts are compared.
    pub(crate) async fn mode(&self) -> Vec<Vec<String>> {
        let sql = "SELECT encoding, datcollate, datctype FROM pg_database WHERE datname = current_database()";
        self.rows(sql).await
    }

    /// Every table that Django knows, with its columns, constraints, indexes and sequences, in PostgreSQL's own words.
    pub(crate) async fn schema(&self) -> Vec<(String, Vec<Vec<String>>)> {
        let mut tables = Vec::new();
        let names = "SELECT table_name FROM information_schema.tables
                     WHERE table_schema = 'public' AND table_name NOT LIKE 'countersign%' ORDER BY 1";
        for table in self.rows(names).await.into_iter().flatten() {
            let mut facts = Vec::new();
            for sql in [
                // The numbers of columns have gaps where Django's migrations dropped one.
                "SELECT to_jsonb(c) - 'table_catalog' - 'udt_catalog' - 'ordinal_position' - 'dtd_identifier'
                 FROM information_schema.columns c WHERE table_name = '{}' ORDER BY ordinal_position",
                "SELECT conname, contype, condeferrable, condeferred, pg_get_constraintdef(oid) FROM pg_constraint
                 WHERE conrelid = '\"{}\"'::regclass ORDER BY conname",
                "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{}' ORDER BY indexname",
                "SELECT pg_get_serial_sequence('\"{}\"', 'id')",
            ] {
                facts.extend(self.rows(&sql.replace("{}", &table)).await);
            }
            tables.push((table, facts));
        }
        tables
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), std::mem::take(&mut self.name));
        // The test's own runtime may be at its end.
        let drops = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        // What cannot be dropped goes with the server; the test says what it has to say without it.
        let _ = drops.join();
    }
}

/// The server that the tests are given.
pub(crate) fn server() -> PgConnectOptions {
    let url = std::env::var("COUNTERSIGN_TEST_POSTGRES").expect(
        "this test works on a PostgreSQL server: run ./scripts/test, or ./scripts/with-postgres cargo test, which \
         start one and set COUNTERSIGN_TEST_POSTGRES to its URL",
    );
    url.parse::<PgConnectOptions>().unwrap().disable_statement_logging()
}

async fn execute(server: &PgConnectOptions, sql: &str) {
    let mut connection = server.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn cell(row: &PgRow, at: usize) -> String {
    let Some(text) = row.get_unchecked::<Option<String>, _>(at) else { return "NULL".to_owned() };
    match (row.column(at).type_info().name(), &*text) {
        ("BOOL", "t") => "1".to_owned(),
        ("BOOL", "f") => "0".to_owned(),
        ("TIMESTAMPTZ", _) => text.trim_end_matches("+00").to_owned(),
        _ => text,
    }
}
