//! SQLite, as Django's backend for it reads and writes.
//!
//! - One connection writes, several read: writers wait in a fair queue here instead of racing for the file's
//!   lock, so that a burst of refreshes starves nobody. Django's own writers are waited for, as the [`Limits`] say.
//! - A row that is found by its key is looked up on the thread that asks, see [`lookups`].
//! - A transaction begins `IMMEDIATE`: it has the lock before it reads, so it never has to give up half-way. One
//!   whose future is dropped is rolled back behind the answers, before the next one begins.
//! - The journal mode of a database that is there is left as it is; one that is made here is in WAL mode.
//!   `synchronous` stays at its default: what was committed survives a kill and a power cut.
//! - A file that was replaced (a restored backup) is noticed before the next statement, and opened anew.

mod connection;
mod file;
mod lookups;
mod schema;
mod value;

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

use self::file::Identity;
use self::lookups::Lookups;
pub(crate) use self::schema::SqliteDialect;
use crate::backend::{Backend, Dialect, Query, Row, Statement, Transaction, Writers};
use crate::error::{ConnectError, ConnectErrorKind};
use crate::limits::Limits;
use crate::pool::Pool;
use crate::transaction::{Asked, Writing};

/// The connections to one SQLite file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    lookups: Lookups,
    readers: Pool<SqliteConnection>,
    writer: Pool<SqliteConnection>,
}

impl Sqlite {
    #[expect(clippy::unused_async, reason = "an engine with a network waits here")]
    pub(crate) async fn connect(url: &str, limits: &Limits) -> Result<Self, ConnectError> {
        let path = file::path(url)?;
        file::require(path)?;
        let options = options(path, limits);
        let identity = Arc::new(Identity::of(path));
        let pool = |max_connections| {
            let (identity, options) = (Arc::clone(&identity), options.clone());
            let open = move || -> BoxFuture<'static, _> {
                let options = options.clone();
                Box::pin(async move { options.connect().await })
            };
            let limits = Limits { max_connections, ..limits.clone() };
            Pool::that_fit(&limits, move |age| identity.is_unchanged_since(age), open)
        };
        let readers = NonZeroU32::new(limits.max_connections.get() - 1).unwrap_or(NonZeroU32::MIN);
        Ok(Self {
            lookups: Lookups::new(path, Arc::clone(&identity), readers.get()),
            readers: pool(readers),
            writer: pool(NonZeroU32::MIN),
        })
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
            if let Some(rows) = self.lookups.read(query, values) {
                return Ok(rows);
            }
            SqliteConnection::read(&mut self.readers.lend().await?, query, values).await
        })
    }

    fn write<'a>(
        &'a self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(
            async move { SqliteConnection::write(&mut self.writer.lend().await?, statement, values).await },
        )
    }

    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Transaction>, sqlx::Error>> {
        Box::pin(async move {
            Ok(Box::new(Writing::begin(self.writer.lend().await?).await?) as Box<dyn Transaction>)
        })
    }

    /// One transaction writes at a time, and takes its ids then: whoever took a lower one has ended.
    fn writers<'a>(&'a self, _table: &'a str) -> BoxFuture<'a, Result<Writers, sqlx::Error>> {
        Box::pin(async { Ok(Writers::Open { names: BTreeSet::new(), nameless: false }) })
    }

    /// The writer goes last: SQLite's last connection moves the WAL into the file and removes it.
    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            self.lookups.close().await;
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
