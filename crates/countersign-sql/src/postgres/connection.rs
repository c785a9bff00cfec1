//! What is done on one connection of the pool, for which nobody waits longer than it may take.

use std::time::Duration;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::query::Query as SqlxQuery;
use sqlx::{Connection, Postgres};

use super::value::{self, Parameter};
use crate::backend::{Query, Row, Statement, Transaction};
use crate::patience::in_time;

pub(super) async fn read(
    connection: &mut PgConnection,
    patience: Duration,
    query: &Query,
    values: &[FieldValue],
) -> Result<Vec<Row>, sqlx::Error> {
    // What is compared with a value that cannot be is nowhere.
    if values.iter().any(value::is_impossible) {
        return Ok(Vec::new());
    }
    let rows = in_time(patience, prepare(&query.statement, values).fetch_all(connection)).await?;
    Ok(rows.iter().map(|row| value::read(row, &query.kinds)).collect())
}

pub(super) async fn write(
    connection: &mut PgConnection,
    patience: Duration,
    statement: &Statement,
    values: &[FieldValue],
) -> Result<u64, sqlx::Error> {
    // No row is found by a value that cannot be, and none is made with it.
    if values.iter().any(value::is_impossible) {
        return Ok(0);
    }
    Ok(in_time(patience, prepare(statement, values).execute(connection)).await?.rows_affected())
}

/// Forgets the statements that were prepared, as after a table was altered.
pub(super) async fn forget_statements(
    connection: &mut PgConnection,
    patience: Duration,
) -> Result<(), sqlx::Error> {
    in_time(patience, connection.clear_cached_statements()).await
}

/// An open transaction.
pub(super) struct Writing {
    pub(super) transaction: sqlx::Transaction<'static, Postgres>,
    pub(super) patience: Duration,
}

impl Transaction for Writing {
    fn read<'a>(
        &'a mut self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(read(&mut self.transaction, self.patience, query, values))
    }

    fn write<'a>(
        &'a mut self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(write(&mut self.transaction, self.patience, statement, values))
    }

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        Box::pin(in_time(self.patience, self.transaction.commit()))
    }
}

fn prepare<'a>(statement: &Statement, values: &'a [FieldValue]) -> SqlxQuery<'a, Postgres, PgArguments> {
    values.iter().fold(sqlx::query(statement.text()), |query, value| query.bind(Parameter(value)))
}
