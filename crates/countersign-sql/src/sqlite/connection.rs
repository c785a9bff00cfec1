//! What is done on one connection of the pool.

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::query::Query as SqlxQuery;
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Executor, Sqlite};

use super::value;
use crate::backend::{Query, Row, Statement, Transaction};
use crate::pool::{self, Lendable};

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

pub(super) async fn read(
    lease: &mut Lease,
    query: &Query,
    values: &[FieldValue],
) -> Result<Vec<Row>, sqlx::Error> {
    let rows = prepare(&query.statement, values).fetch_all(lease.ask()).await;
    Ok(lease.answered(rows)?.iter().map(|row| value::read(row, &query.kinds)).collect())
}

pub(super) async fn write(
    lease: &mut Lease,
    statement: &Statement,
    values: &[FieldValue],
) -> Result<u64, sqlx::Error> {
    let written = prepare(statement, values).execute(lease.ask()).await;
    Ok(lease.answered(written)?.rows_affected())
}

/// An open transaction.
pub(super) struct Writing(Lease);

impl Writing {
    pub(super) async fn begin(mut lease: Lease) -> Result<Self, sqlx::Error> {
        lease.is_in_transaction(true);
        command(&mut lease, "BEGIN IMMEDIATE").await?;
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

async fn command(lease: &mut Lease, text: &'static str) -> Result<(), sqlx::Error> {
    let done = prepare(&Statement::fixed(text), &[]).execute(lease.ask()).await;
    lease.answered(done).map(drop)
}

fn prepare(statement: &Statement, values: &[FieldValue]) -> SqlxQuery<'static, Sqlite, SqliteArguments> {
    values.iter().fold(sqlx::query(statement.text()), value::bind)
}
