//! `migrate` on a server that ends a transaction at every table that is made.

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;

use super::connection::{self, Lease};
use crate::backend::{Query, Row, Statement, Transaction};
use crate::column::ColumnKind;

/// The one migration that is under way in a database: others wait at a lock of the server, which goes with the connection.
///
/// What is written between two tables is one transaction. How far a migration came that was cut off is told by
/// [`Dialect::half_made`](crate::backend::Dialect::half_made).
pub(super) struct Migrating(Lease);

impl Migrating {
    pub(super) async fn begin(mut lease: Lease) -> Result<Self, sqlx::Error> {
        lease.is_the_last();
        // The server's limit for a statement is that of the wait, too.
        let lock = Query::fixed(
            "SELECT GET_LOCK(LEFT(CONCAT('countersign migrate ', DATABASE()), 64), @@lock_wait_timeout)",
            &[ColumnKind::Int],
        );
        let locked = connection::read(&mut lease, &lock, &[]).await?;
        if !matches!(locked.first().map(|row| &**row), Some([Ok(FieldValue::Int(1))])) {
            let message = "another `countersign migrate` is at work in this database";
            return Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, message)));
        }
        connection::command(&mut lease, "SET autocommit = 0").await?;
        Ok(Self(lease))
    }
}

impl Transaction for Migrating {
    fn read<'a>(
        &'a mut self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>> {
        Box::pin(connection::read(&mut self.0, query, values))
    }

    fn write<'a>(
        &'a mut self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>> {
        Box::pin(connection::write(&mut self.0, statement, values))
    }

    fn commit(mut self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>> {
        Box::pin(async move { connection::command(&mut self.0, "COMMIT").await })
    }
}
