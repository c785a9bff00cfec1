//! What is done on one connection of the pool, for which nobody waits longer than it may take.

use countersign::user::FieldValue;
use sqlx::mysql::{MySqlArguments, MySqlConnection};
use sqlx::query::Query as SqlxQuery;
use sqlx::{Connection, Executor, MySql};

use super::failure;
use super::schema::INSERT_UNLESS;
use super::value::{self, Parameter};
use crate::backend::{Query, Row, Statement};
use crate::patience::in_time;
use crate::pool::{self, Lendable};
use crate::transaction::Asked;

pub(super) type Lease = pool::Lease<MySqlConnection>;

impl Lendable for MySqlConnection {
    /// A transaction that nobody ended is undone before the next one has the connection.
    async fn put_right(&mut self) -> Result<(), sqlx::Error> {
        self.execute("ROLLBACK").await.map(drop)
    }

    /// The next question would take the rest of an answer for its own. The server undoes what was begun on a connection
    /// that is closed.
    const CAN_RESUME: bool = false;
}

impl Asked for MySqlConnection {
    const BEGIN: &'static str = "START TRANSACTION READ WRITE";

    async fn read(lease: &mut Lease, query: &Query, values: &[FieldValue]) -> Result<Vec<Row>, sqlx::Error> {
        let rows = in_time(lease.patience(), prepare(&query.statement, values).fetch_all(lease.ask())).await;
        match lease.answered(rows) {
            Ok(rows) => Ok(rows.iter().map(|row| value::read(row, &query.kinds)).collect()),
            Err(error) if failure::is_impossible_text(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    async fn write(
        lease: &mut Lease,
        statement: &Statement,
        values: &[FieldValue],
    ) -> Result<u64, sqlx::Error> {
        let written = in_time(lease.patience(), prepare(statement, values).execute(lease.ask())).await;
        match lease.answered(written) {
            Ok(written) => Ok(written.rows_affected()),
            Err(error) if failure::is_impossible_text(&error) => Ok(0),
            Err(error) if failure::is_taken(&error) && is_insert_unless(statement) => Ok(0),
            Err(error) => Err(error),
        }
    }

    async fn command(lease: &mut Lease, text: &'static str) -> Result<(), sqlx::Error> {
        let done = in_time(lease.patience(), lease.ask().execute(text)).await;
        lease.answered(done).map(drop)
    }
}

/// Forgets the statements that were prepared.
pub(super) async fn forget_statements(lease: &mut Lease) -> Result<(), sqlx::Error> {
    let forgotten = in_time(lease.patience(), lease.ask().clear_cached_statements()).await;
    lease.answered(forgotten)
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
