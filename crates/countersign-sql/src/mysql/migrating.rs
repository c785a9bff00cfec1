//! `migrate` on a server that ends a transaction at every table that is made.

use countersign::user::FieldValue;
use sqlx::mysql::MySqlConnection;

use super::connection::Lease;
use crate::backend::Query;
use crate::column::ColumnKind;
use crate::transaction::{Asked, Writing};

/// Begins the one migration that is under way in a database: others wait at a lock of the server, which goes with the
/// connection.
///
/// What is written between two tables is one transaction. How far a migration came that was cut off is told by
/// [`Dialect::half_made`](crate::backend::Dialect::half_made).
pub(super) async fn begin(mut lease: Lease) -> Result<Writing<MySqlConnection>, sqlx::Error> {
    lease.is_the_last();
    // The server's limit for a statement is that of the wait, too.
    let lock = Query::fixed(
        "SELECT GET_LOCK(LEFT(CONCAT('countersign migrate ', DATABASE()), 64), @@lock_wait_timeout)",
        &[ColumnKind::Int],
    );
    let locked = MySqlConnection::read(&mut lease, &lock, &[]).await?;
    if !matches!(locked.first().map(|row| &**row), Some([Ok(FieldValue::Int(1))])) {
        let message = "another `countersign migrate` is at work in this database";
        return Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, message)));
    }
    MySqlConnection::command(&mut lease, "SET autocommit = 0").await?;
    Ok(Writing::begun(lease))
}
