//! SQLite, as Django's backend for it reads and writes.
//!
//! - One connection writes, several read: writers wait in a fair queue here instead of racing for the file's
//!   lock, so that a burst of refreshes starves nobody. Django's own writers are waited for, as the [`Limits`] say.
//! - A transaction begins `IMMEDIATE`: it has the lock before it reads, so it never has to give up half-way. One
//!   whose future is dropped is rolled back by the thread that holds the connection.
//! - The journal mode of a database that is there is left as it is; one that is made here is in WAL mode.
//!   `synchronous` stays at its default: what was committed survives a kill and a power cut.
//! - A file that was replaced (a restored backup) is noticed before the next statement, and opened anew.

mod file;
mod schema;
mod value;

use std::collections::BTreeSet;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, SqlitePool};

use self::file::Identity;
pub(crate) use self::schema::SqliteDialect;
use crate::backend::{Backend, Dialect, Query, Row, Statement, Transaction, Writers};
use crate::error::{ConnectError, ConnectErrorKind};
use crate::limits::Limits;

/// The connections to one SQLite file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    readers: SqlitePool,
    writer: SqlitePool,
}

impl Sqlite {
    #[expect(clippy::unused_async, reason = "an engine with a network waits here")]
    pub(crate) async fn connect(url: &str, limits: &Limits) -> Result<Self, ConnectError> {
        let path = file::path(url)?;
        file::require(path)?;
        let options = options(path, limits);
        let pool = |connections| {
            let identity = Identity::of(path);
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(limits.acquire_timeout)
                .before_acquire(move |_, connection| {
                    let same = identity.is_unchanged_since(connection.age);
                    Box::pin(async move { Ok(same) })
                })
                .connect_lazy_with(options.clone())
        };
        let readers = limits.max_connections.get().saturating_sub(1).max(1);
        Ok(Self { readers: pool(readers), writer: pool(1) })
    }
}

/// Makes the file, in WAL mode, unless it is there. Tells whether it was made.
pub(crate) async fn create(url: &str, limits: &Limits) -> Result<bool, ConnectError> {
    let path = file::path(url)?;
    if path.exists() {
        file::require(path)?;
        return Ok(false);
    }
    let failed = |error: sqlx::Error| {
        ConnectError::new(
            ConnectErrorKind::Unavailable,
            format!(
                "the database {} cannot be created ({error}); is its directory there, and writable?",
                path.display()
            ),
        )
    };
    let options = options(path, limits).create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    options.connect().await.map_err(failed)?.close().await.map_err(failed)?;
    Ok(true)
}

/// Looks whether a URL can be understood.
pub(crate) fn check(url: &str) -> Result<(), ConnectError> {
    file::path(url).map(drop)
}

impl Backend for Sqlite {
    fn dialect(&self) -> &'static dyn Dialect {
        &SqliteDialect
    }

    fn read<'a>(
        &'a self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(async move {
            let rows = prepare(&query.statement, values).fetch_all(&self.readers).await?;
            Ok(rows.iter().map(|row| value::read(row, &query.kinds)).collect())
        })
    }

    fn write<'a>(
        &'a self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(async move { Ok(prepare(statement, values).execute(&self.writer).await?.rows_affected()) })
    }

    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Transaction>, sqlx::Error>> {
        Box::pin(async move {
            let transaction = self.writer.begin_with("BEGIN IMMEDIATE").await?;
            Ok(Box::new(Writing(transaction)) as Box<dyn Transaction>)
        })
    }

    /// One transaction writes at a time, and takes its ids then: whoever took a lower one has ended.
    fn writers<'a>(&'a self, _table: &'a str) -> BoxFuture<'a, Result<Writers, sqlx::Error>> {
        Box::pin(async { Ok(Writers::Open { names: BTreeSet::new(), nameless: false }) })
    }

    /// The writer goes last: SQLite's last connection moves the WAL into the file and removes it.
    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.readers.close().await;
            self.writer.close().await;
        })
    }

    /// An error in the statement or a constraint stays what it is; everything else (busy, full, I/O, cannot
    /// open, malformed while it is copied back) may pass. <https://sqlite.org/rescode.html>
    fn is_outage(&self, error: &dyn DatabaseError) -> bool {
        let code = error.code().and_then(|code| code.parse::<i32>().ok()).unwrap_or(ERROR);
        !matches!(code & 0xff, ERROR | CONSTRAINT | MISMATCH | RANGE)
    }
}

struct Writing(sqlx::Transaction<'static, sqlx::Sqlite>);

impl Transaction for Writing {
    fn read<'a>(
        &'a mut self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(async move {
            let rows = prepare(&query.statement, values).fetch_all(&mut *self.0).await?;
            Ok(rows.iter().map(|row| value::read(row, &query.kinds)).collect())
        })
    }

    fn write<'a>(
        &'a mut self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(async move { Ok(prepare(statement, values).execute(&mut *self.0).await?.rows_affected()) })
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        Box::pin(self.0.commit())
    }
}

fn prepare(
    statement: &Statement,
    values: &[FieldValue],
) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
    values.iter().fold(sqlx::query(statement.text()), value::bind)
}

fn options(path: &std::path::Path, limits: &Limits) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(limits.statement_timeout)
        .disable_statement_logging()
}

const ERROR: i32 = 1;
const CONSTRAINT: i32 = 19;
const MISMATCH: i32 = 20;
const RANGE: i32 = 25;
