//! What is done on one connection of the pool, for which nobody waits longer than it may take.

use std::time::Duration;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::mysql::{MySqlArguments, MySqlQueryResult};
use sqlx::pool::PoolConnection;
use sqlx::query::Query as SqlxQuery;
use sqlx::{Connection, Executor, MySql};

use super::failure;
use super::schema::INSERT_UNLESS;
use super::value::{self, Parameter};
use crate::backend::{Query, Row, Statement, Transaction};
use crate::patience::in_time;

/// A connection on loan from the pool, which has it back when this is dropped.
pub(super) struct Lease {
    connection: PoolConnection<MySql>,
    patience: Duration,
}

impl Lease {
    pub(super) fn new(connection: PoolConnection<MySql>, patience: Duration) -> Self {
        Self { connection, patience }
    }

    /// Closes the connection when it is given back.
    pub(super) fn is_the_last(&mut self) {
        self.connection.close_on_drop();
    }

    pub(super) async fn read(
        &mut self,
        query: &Query,
        values: &[FieldValue],
    ) -> Result<Vec<Row>, sqlx::Error> {
        let exchange = Exchange::begin(self);
        let asked = prepare(&query.statement, values).fetch_all(&mut *exchange.lease.connection);
        let rows = in_time(exchange.lease.patience, asked).await;
        match exchange.end(rows) {
            Ok(rows) => Ok(rows.iter().map(|row| value::read(row, &query.kinds)).collect()),
            Err(error) if failure::is_impossible_text(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn write(
        &mut self,
        statement: &Statement,
        values: &[FieldValue],
    ) -> Result<u64, sqlx::Error> {
        let exchange = Exchange::begin(self);
        let asked = prepare(statement, values).execute(&mut *exchange.lease.connection);
        let written = in_time(exchange.lease.patience, asked).await;
        match exchange.end(written) {
            Ok(written) => Ok(written.rows_affected()),
            Err(error) if failure::is_impossible_text(&error) => Ok(0),
            Err(error) if failure::is_taken(&error) && is_insert_unless(statement) => Ok(0),
            Err(error) => Err(error),
        }
    }

    /// Runs a statement that neither has values nor is prepared.
    pub(super) async fn command(&mut self, text: &'static str) -> Result<MySqlQueryResult, sqlx::Error> {
        let exchange = Exchange::begin(self);
        let done = in_time(exchange.lease.patience, exchange.lease.connection.execute(text)).await;
        exchange.end(done)
    }

    /// Forgets the statements that were prepared.
    pub(super) async fn forget_statements(&mut self) -> Result<(), sqlx::Error> {
        let exchange = Exchange::begin(self);
        let forgotten = exchange.lease.connection.clear_cached_statements();
        let forgotten = in_time(exchange.lease.patience, forgotten).await;
        exchange.end(forgotten)
    }
}

/// A question on its way. Whoever does not wait for the whole answer leaves some of it on the connection, where the next
/// one would take it for its own: such a connection is closed, and the server undoes what was begun on it.
struct Exchange<'a> {
    lease: &'a mut Lease,
    is_answered: bool,
}

impl<'a> Exchange<'a> {
    fn begin(lease: &'a mut Lease) -> Self {
        Self { lease, is_answered: false }
    }

    /// A refusal of the server is an answer, too.
    fn end<T>(mut self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        self.is_answered = matches!(answer, Ok(_) | Err(sqlx::Error::Database(_)));
        answer
    }
}

impl Drop for Exchange<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.lease.connection.close_on_drop();
        }
    }
}

/// An open transaction.
pub(super) struct Writing(Lease);

impl Writing {
    pub(super) async fn begin(mut lease: Lease) -> Result<Self, sqlx::Error> {
        lease.command("START TRANSACTION READ WRITE").await?;
        Ok(Self(lease))
    }
}

impl Transaction for Writing {
    fn read<'a>(
        &'a mut self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(self.0.read(query, values))
    }

    fn write<'a>(
        &'a mut self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(self.0.write(statement, values))
    }

    fn commit(mut self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        Box::pin(async move { self.0.command("COMMIT").await.map(drop) })
    }
}

/// Whether the row of this statement need not be made where another has its unique value.
///
/// `INSERT IGNORE` would ignore every other error too, and cut texts that are too long; what `ON DUPLICATE KEY UPDATE` did
/// is not told to a client that counts the rows it found. The refusal itself leaves no doubt, and no row.
fn is_insert_unless(statement: &Statement) -> bool {
    statement.text().as_str().starts_with(INSERT_UNLESS)
}

fn prepare<'a>(statement: &Statement, values: &'a [FieldValue]) -> SqlxQuery<'a, MySql, MySqlArguments> {
    let query = sqlx::query(statement.text());
    statement.in_places(values).fold(query, |query, value| query.bind(Parameter(value)))
}
