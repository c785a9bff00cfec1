//! PostgreSQL, as Django's backend for it reads and writes.
//!
//! - A connection is taken from the pool for a statement or a transaction and no longer. Nobody waits for one, or for
//!   the server, beyond the [`Limits`]; nor does the server wait for us: it ends what takes too long, and a transaction
//!   whose client is not heard of, so that no lock outlives a server of ours that was cut off.
//! - A transaction reads what was committed before each of its statements (`READ COMMITTED`). Every decision is a unique
//!   row's insertion or one `UPDATE`'s condition, which PostgreSQL asks again of a row that it waited for.
//! - Statements are prepared once a connection. After a table was altered they are prepared anew.
//! - A connection that was idle is tried before it is used, so that those which a restart of the server cut are not. One
//!   that was not is used as it is: a statement is one round trip, and nothing is sent before or after it.

mod connection;
mod failure;
mod others;
mod schema;
mod tables;
mod url;
mod value;

use std::time::Duration;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::error::DatabaseError;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};

use self::schema::PostgresDialect;
use self::url::Address;
use crate::backend::{Announcements, Backend, Dialect, Query, Row, Statement, Transaction, Writers};
use crate::error::ConnectError;
use crate::limits::Limits;
use crate::patience::{GRACE, in_time};
use crate::pool::Pool;
use crate::transaction::{Asked, Writing};

/// The connections to one PostgreSQL database.
#[derive(Debug)]
pub(crate) struct Postgres {
    pool: Pool<PgConnection>,
    options: PgConnectOptions,
    /// How long a connection and its first answer are waited for.
    patience_at_first: Duration,
    writers: Query,
    announce: Statement,
}

impl Postgres {
    pub(crate) async fn connect(url: &str, limits: &Limits) -> Result<Self, ConnectError> {
        let address = Address::parse(url)?;
        let session = session(limits);
        // Tried by itself first: a pool would go on trying, and say in the end that time is up instead of why.
        let first = in_time(limits.acquire_timeout, open(&address.options, &session)).await;
        let first = first.map_err(|error| address.unreachable(error))?;

        let options = address.options.clone();
        let pool = Pool::new(limits, move || {
            let (options, session) = (options.clone(), session.clone());
            Box::pin(async move { open(&options, &session).await })
        });
        pool.adopt(first);
        let patience = limits.statement_timeout.saturating_add(GRACE);
        Ok(Self {
            pool,
            options: address.options,
            patience_at_first: limits.acquire_timeout.saturating_add(patience),
            writers: others::who_writes(),
            announce: others::announcement(),
        })
    }
}

/// A connection, and the server is told what it is told on every one.
async fn open(options: &PgConnectOptions, session: &str) -> Result<PgConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    connection.execute(AssertSqlSafe(session.to_owned())).await?;
    Ok(connection)
}

impl Backend for Postgres {
    fn dialect(&self) -> &'static dyn Dialect {
        &PostgresDialect
    }

    fn read<'a>(
        &'a self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(async move {
            let mut lease = self.pool.lend().await?;
            match PgConnection::read(&mut lease, query, values).await {
                Err(error) if failure::is_stale_statement(&error) => {
                    connection::forget_statements(&mut lease).await?;
                    PgConnection::read(&mut lease, query, values).await
                }
                read => read,
            }
        })
    }

    fn write<'a>(
        &'a self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(async move { PgConnection::write(&mut self.pool.lend().await?, statement, values).await })
    }

    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Transaction>, sqlx::Error>> {
        Box::pin(async move {
            Ok(Box::new(Writing::begin(self.pool.lend().await?).await?) as Box<dyn Transaction>)
        })
    }

    fn writers<'a>(&'a self, table: &'a str) -> BoxFuture<'a, Result<Writers, sqlx::Error>> {
        Box::pin(async move {
            let values = [FieldValue::Text(PostgresDialect.quote(table))];
            Ok(others::writers(&self.read(&self.writers, &values).await?))
        })
    }

    fn announce(&self) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        Box::pin(async move { self.write(&self.announce, &[]).await.map(drop) })
    }

    fn listen(&self) -> BoxFuture<'_, Result<Option<Box<dyn Announcements>>, sqlx::Error>> {
        Box::pin(others::listen(&self.options, self.patience_at_first))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.pool.close())
    }

    fn is_outage(&self, error: &dyn DatabaseError) -> bool {
        failure::is_outage(error)
    }

    fn is_conflict(&self, error: &dyn DatabaseError) -> bool {
        failure::is_conflict(error)
    }
}

/// Looks whether the database is there: it is made by whoever runs the server, with the owner and the encoding that they
/// want.
pub(crate) async fn create(url: &str, limits: &Limits) -> Result<bool, ConnectError> {
    Postgres::connect(url, limits).await?.pool.close().await;
    Ok(false)
}

/// Looks whether a URL can be understood.
pub(crate) fn check(url: &str) -> Result<(), ConnectError> {
    Address::parse(url).map(drop)
}

/// What every connection is told once.
///
/// A statement is planned a few times and then no more until the table is next analyzed. While a table is small it is read to its
/// end, and that would remain so, in a plan that is kept, however large it grows meanwhile; so that is the last resort, for what
/// has no index. PostgreSQL takes the last resort for very dear, and what is dear it would compile first, which takes longer than
/// any of our statements. A setting that a server does not have is left out.
fn session(limits: &Limits) -> String {
    let millis = limits.statement_timeout.as_millis().clamp(1, i32::MAX.unsigned_abs().into());
    format!(
        "SET statement_timeout = {millis}; SET idle_in_transaction_session_timeout = {millis}; \
         SELECT set_config(name, 'off', false) FROM (VALUES ('enable_seqscan'), ('jit')) settings (name) \
         WHERE current_setting(name, true) IS NOT NULL"
    )
}
