//! A database of its own on the server that the tests are given, and a look at it from outside.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use countersign_sql::{Database, UserTable};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Column as _, ConnectOptions, Connection as _, Executor, Row, TypeInfo as _};
use tempfile::TempDir;

use crate::suite::{NOW, tables};

/// A database, which goes with the place.
pub(crate) struct Place {
    name: String,
    folder: TempDir,
}

impl Place {
    pub(crate) const BYTES: &str = "longblob";
    /// Empties the blacklist, and its ids begin anew.
    pub(crate) const BLACKLIST_ANEW: &str = "TRUNCATE TABLE token_blacklist_blacklistedtoken";
    pub(crate) const BYTES_00FF: &str = "x'00ff'";
    pub(crate) const DATETIME: &str = "datetime(6)";
    /// What is said of a column of SQL's type `real`.
    pub(crate) const DECLARED_REAL: &str = "declared \"double\"";
    /// Nobody else reads the ledger until this is over.
    pub(crate) const LOCK: &str =
        "LOCK TABLES token_blacklist_blacklistedtoken WRITE, token_blacklist_outstandingtoken WRITE";
    /// Takes what only one can have, and gives it back.
    pub(crate) const LOCK_AND_LEAVE: &str =
        "LOCK TABLES token_blacklist_outstandingtoken WRITE; UNLOCK TABLES";
    /// Begins a transaction that nobody can write users beside.
    pub(crate) const LOCK_USERS: &str = "BEGIN; SELECT id FROM auth_user FOR UPDATE";
    /// There is nothing like it; but texts have a character set, and other types have another.
    pub(crate) const TYPE_OF: &str = "CHARSET";
    /// Nobody else writes the blacklist until this is over.
    pub(crate) const LOCK_WRITERS: &str = "LOCK TABLES token_blacklist_blacklistedtoken READ";
    /// What the server says of a statement that took too long.
    pub(crate) const TOO_LONG: &str = "max_statement_time";
    /// Ends either.
    pub(crate) const UNLOCK: &str = "UNLOCK TABLES";
    pub(crate) const UNSIGNED: &str = "integer UNSIGNED";
    pub(crate) const UUID: &str = "uuid";
    /// How often a rotation may wait for the database, or a little more: whoever went away has taken the connection along.
    pub(crate) const WAITS_IN_A_ROTATION: usize = 40;

    /// Without tables, and with the collation that the server has for those who do not choose one.
    pub(crate) async fn empty() -> Self {
        Self::collated("utf8mb4_general_ci").await
    }

    /// Where texts are compared letter by letter.
    pub(crate) async fn exact() -> Self {
        Self::collated("utf8mb4_bin").await
    }

    /// Without tables, and with this collation.
    pub(crate) async fn collated(collation: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("test_{}_{number}", std::process::id());
        let charset = collation.split('_').next().unwrap();
        let create = format!("CREATE DATABASE {name} CHARACTER SET {charset} COLLATE {collation}");
        execute(&server(), &create).await;
        Self { name, folder: tempfile::tempdir().unwrap() }
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

    /// Whether the database takes one name for the other.
    pub(crate) fn is_same_name(name: &str, other: &str) -> bool {
        name.trim_end_matches(' ').eq_ignore_ascii_case(other.trim_end_matches(' '))
    }

    /// A folder that goes with the place.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn url(&self) -> String {
        let url = server_url();
        format!("{}/{}", url.rsplit_once('/').unwrap().0, self.name)
    }

    pub(crate) async fn connect(&self) -> Database {
        Database::connect(&self.url(), tables(&UserTable::default())).await.unwrap()
    }

    /// Another process's connection.
    pub(crate) async fn raw(&self) -> MySqlConnection {
        connect(&server().database(&self.name)).await
    }

    /// Runs statements as another process would.
    pub(crate) async fn run(&self, sql: &str) {
        execute(&server().database(&self.name), sql).await;
    }

    /// Rows as the server writes them, but for times, which are written as Django writes them to SQLite.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let mut connection = self.raw().await;
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect()
    }

    /// The strictest isolation for whoever does not choose one, in which those who are in each other's way fail.
    pub(crate) async fn be_at_its_strictest(&self) {
        self.run("SET GLOBAL TRANSACTION ISOLATION LEVEL SERIALIZABLE").await;
    }

    /// By which rules texts are compared.
    pub(crate) async fn mode(&self) -> Vec<Vec<String>> {
        self.rows("SELECT @@character_set_database, @@collation_database").await
    }

    /// Every table that Django knows, in MariaDB's own words, without the number that the next row gets.
    pub(crate) async fn schema(&self) -> Vec<(String, Vec<Vec<String>>)> {
        let mut tables = Vec::new();
        let names = "SELECT table_name FROM information_schema.tables
                     WHERE table_schema = DATABASE() AND table_name NOT LIKE 'countersign%' ORDER BY 1";
        for table in self.rows(names).await.into_iter().flatten() {
            let told = self.rows(&format!("SHOW CREATE TABLE `{table}`")).await.remove(0).remove(1);
            let words: Vec<_> = told.split(' ').filter(|word| !word.starts_with("AUTO_INCREMENT=")).collect();
            let lines = words.join(" ").lines().map(|line| vec![line.to_owned()]).collect();
            tables.push((table, lines));
        }
        tables
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {}", self.name);
        // The test's own runtime may be at its end.
        let drops = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server(), &drop));
        });
        // What cannot be dropped goes with the server; the test says what it has to say without it.
        let _ = drops.join();
    }
}

/// The server that the tests are given.
pub(crate) fn server() -> MySqlConnectOptions {
    server_url().parse::<MySqlConnectOptions>().unwrap().disable_statement_logging()
}

fn server_url() -> String {
    std::env::var("COUNTERSIGN_TEST_MARIADB").expect(
        "this test works on a MariaDB server: run ./scripts/test, or ./scripts/with-mariadb cargo test, which start one \
         and set COUNTERSIGN_TEST_MARIADB to its URL",
    )
}

/// With names between double quotes, and texts that mean what they say, as other engines have them.
async fn connect(server: &MySqlConnectOptions) -> MySqlConnection {
    let mut connection = server.connect().await.unwrap();
    let session = "SET max_recursive_iterations = 100000,
                       sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,STRICT_TRANS_TABLES';
                   SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";
    connection.execute(session).await.unwrap();
    connection
}

async fn execute(server: &MySqlConnectOptions, sql: &str) {
    let mut connection = connect(server).await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn cell(row: &MySqlRow, at: usize) -> String {
    let Some(text) = row.get_unchecked::<Option<String>, _>(at) else { return "NULL".to_owned() };
    match row.column(at).type_info().name() {
        "DATETIME" => text.trim_end_matches(".000000").to_owned(),
        _ => text,
    }
}
