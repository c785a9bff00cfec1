//! What is done on one connection of the pool, for which nobody waits longer than it may take.

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query as SqlxQuery;
use sqlx::{Connection, Executor, Postgres};

use super::value::{self, Parameter};
use crate::backend::{Query, Row, Statement, Transaction};
use crate::patience::in_time;
use crate::pool::{self, Lendable};

pub(super) type Lease = pool::Lease<PgConnection>;

impl Lendable for PgConnection {
    /// What a statement left behind whose future was dropped is waited for first.
    async fn put_right(&mut self) -> Result<(), sqlx::Error> {
        self.execute("ROLLBACK").await.map(drop)
    }

    /// Each question has a mark at the end of its answer.
    const CAN_RESUME: bool = true;
}

pub(super) async fn read(
    lease: &mut Lease,
    query: &Query,
    values: &[FieldValue],
) -> Result<Vec<Row>, sqlx::Error> {
    // What is compared with a value that cannot be is nowhere.
    if values.iter().any(value::is_impossible) {
        return Ok(Vec::new());
    }
    let rows = in_time(lease.patience(), prepare(&query.statement, values).fetch_all(lease.ask())).await;
    Ok(lease.answered(rows)?.iter().map(|row| value::read(row, &query.kinds)).collect())
}

pub(super) async fn write(
    lease: &mut Lease,
    statement: &Statement,
    values: &[FieldValue],
) -> Result<u64, sqlx::Error> {
    // No row is found by a value that cannot be, and none is made with it.
    if values.iter().any(value::is_impossible) {
        return Ok(0);
    }
    let written = in_time(lease.patience(), prepare(statement, values).execute(lease.ask())).await;
    Ok(lease.answered(written)?.rows_affected())
}

/// Forgets the statements that were prepared, as after a table was altered.
pub(super) async fn forget_statements(lease: &mut Lease) -> Result<(), sqlx::Error> {
    let forgotten = in_time(lease.patience(), lease.ask().clear_cached_statements()).await;
    lease.answered(forgotten)
}

/// An open transaction.
pub(super) struct Writing(Lease);

impl Writing {
    pub(super) async fn begin(mut lease: Lease) -> Result<Self, sqlx::Error> {
        lease.is_in_transaction(true);
        command(&mut lease, BEGIN).await?;
        Ok(Self(lease))
    }
}

impl Transaction for Writing {
    fn read<'a>(
        &'a mut self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(read(&mut self.0, query, values))
    }

    fn write<'a>(
        &'a mut self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(write(&mut self.0, statement, values))
    }

    fn commit(mut self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        Box::pin(async move {
            command(&mut self.0, "COMMIT").await?;
            self.0.is_in_transaction(false);
            Ok(())
        })
    }
}

/// Runs a statement that neither has values nor is prepared.
async fn command(lease: &mut Lease, text: &'static str) -> Result<(), sqlx::Error> {
    let done = in_time(lease.patience(), lease.ask().execute(text)).await;
    lease.answered(done).map(drop)
}

fn prepare<'a>(statement: &Statement, values: &'a [FieldValue]) -> SqlxQuery<'a, Postgres, PgArguments> {
    values.iter().fold(sqlx::query(statement.text()), |query, value| query.bind(Parameter(value)))
}

/// Whatever the server's default is: every statement sees what was committed before it, so that whoever waited for
/// another's row looks at it again, and need not give up.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
