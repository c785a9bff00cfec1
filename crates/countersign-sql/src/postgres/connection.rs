//! What is done on one connection of the pool, for which nobody waits longer than it may take.

use countersign::user::FieldValue;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query as SqlxQuery;
use sqlx::{Arguments as _, Connection, Executor, Postgres};

use super::value::{self, Parameter};
use crate::backend::{Query, Row, Statement};
use crate::patience::in_time;
use crate::pool::{self, Lendable};
use crate::transaction::Asked;

pub(super) type Lease = pool::Lease<PgConnection>;

impl Lendable for PgConnection {
    /// What a statement left behind whose future was dropped is waited for first.
    async fn put_right(&mut self) -> Result<(), sqlx::Error> {
        self.execute("ROLLBACK").await.map(drop)
    }

    /// Each question has a mark at the end of its answer.
    const CAN_RESUME: bool = true;
}

impl Asked for PgConnection {
    /// Whatever the server's default is: every statement sees what was committed before it, so that whoever waited for
    /// another's row looks at it again, and need not give up.
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";

    async fn read(lease: &mut Lease, query: &Query, values: &[FieldValue]) -> Result<Vec<Row>, sqlx::Error> {
        // What is compared with a value that cannot be is nowhere.
        if values.iter().any(value::is_impossible) {
            return Ok(Vec::new());
        }
        let rows = in_time(lease.patience(), prepare(&query.statement, values).fetch_all(lease.ask())).await;
        Ok(lease.answered(rows)?.iter().map(|row| value::read(row, &query.kinds)).collect())
    }

    async fn write(
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

    async fn command(lease: &mut Lease, text: &'static str) -> Result<(), sqlx::Error> {
        let done = in_time(lease.patience(), lease.ask().execute(text)).await;
        lease.answered(done).map(drop)
    }
}

/// Forgets the statements that were prepared, as after a table was altered.
pub(super) async fn forget_statements(lease: &mut Lease) -> Result<(), sqlx::Error> {
    let forgotten = in_time(lease.patience(), lease.ask().clear_cached_statements()).await;
    lease.answered(forgotten)
}

fn prepare<'a>(statement: &Statement, values: &'a [FieldValue]) -> SqlxQuery<'a, Postgres, PgArguments> {
    let mut room = PgArguments::default();
    room.reserve(values.len(), values.len() * MOST_VALUES);
    values.iter().fold(sqlx::query_with(statement.text(), room), |query, value| query.bind(Parameter(value)))
}

/// Bytes for an id or a time and its length; a token is longer.
const MOST_VALUES: usize = 64;
