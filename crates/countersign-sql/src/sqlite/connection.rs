//! What is done on one connection of the pool.

use countersign::user::FieldValue;
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Executor, Sqlite};

use super::value;
use crate::backend::{Query, Row, Statement};
use crate::pool::{self, Lendable};
use crate::transaction::Asked;

pub(super) type Lease = pool::Lease<SqliteConnection>;

impl Lendable for SqliteConnection {
    async fn put_right(&mut self) -> Result<(), sqlx::Error> {
        match self.execute("ROLLBACK").await {
            // There was nothing to undo.
            Ok(_) | Err(sqlx::Error::Database(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The thread that holds the connection does one thing after another.
    const CAN_RESUME: bool = true;
}

impl Asked for SqliteConnection {
    const BEGIN: &'static str = "BEGIN IMMEDIATE";

    async fn read(lease: &mut Lease, query: &Query, values: &[FieldValue]) -> Result<Vec<Row>, sqlx::Error> {
        let rows = prepare(&query.statement, values).fetch_all(lease.ask()).await;
        Ok(lease.answered(rows)?.iter().map(|row| value::read(row, &query.kinds)).collect())
    }

    async fn write(
        lease: &mut Lease,
        statement: &Statement,
        values: &[FieldValue],
    ) -> Result<u64, sqlx::Error> {
        let written = prepare(statement, values).execute(lease.ask()).await;
        Ok(lease.answered(written)?.rows_affected())
    }

    async fn command(lease: &mut Lease, text: &'static str) -> Result<(), sqlx::Error> {
        let done = prepare(&Statement::fixed(text), &[]).execute(lease.ask()).await;
        lease.answered(done).map(drop)
    }
}

fn prepare(statement: &Statement, values: &[FieldValue]) -> SqlxQuery<'static, Sqlite, SqliteArguments> {
    values.iter().fold(sqlx::query(statement.text()), value::bind)
}
