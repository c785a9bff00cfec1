//! What the error numbers of MariaDB and MySQL mean. <https://mariadb.com/docs/server/reference/error-codes>
//! <https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html>

use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;

/// Whether waiting may help: the server is going, gone, full or slow, or another one should be asked.
pub(super) fn is_outage(error: &dyn DatabaseError) -> bool {
    let class = error.code().unwrap_or_default();
    // Whole classes: no connection, no authorization, a transaction undone, an operator's word.
    ["08", "28", "40", "70"].iter().any(|outage| class.starts_with(outage))
        || number(error).is_some_and(|number| OUTAGES.contains(&number))
}

/// Whether the server undid a transaction for another's sake, so that it may succeed when it is done again at once.
///
/// A reference that is broken is to a row that went away meanwhile. Of two that make one table or one row at once, the
/// second sees it when it looks again. A lock that was waited for in vain is none of these: the wait took all the time
/// that there was.
pub(super) fn is_conflict(error: &dyn DatabaseError) -> bool {
    number(error).is_some_and(|number| CONFLICTS.contains(&number))
}

/// Whether a prepared statement is one that the server knows no longer, or of a table that was altered too often.
pub(super) fn is_stale_statement(error: &sqlx::Error) -> bool {
    is_one_of(error, &[UNKNOWN_STATEMENT, STALE_STATEMENT])
}

/// Whether there is a row with this unique value.
pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    is_one_of(error, &[DUPLICATE_ENTRY])
}

/// Whether a text was compared with a column whose character set has not all of its letters, so that it is nowhere in it.
///
/// DIFFERENCE: in Django the refusal ends in a 500.
pub(super) fn is_impossible_text(error: &sqlx::Error) -> bool {
    is_one_of(error, &[MIXED_COLLATIONS])
}

/// The database that the URL names is not there.
pub(super) fn is_no_database(error: &sqlx::Error) -> bool {
    is_one_of(error, &[NO_DATABASE])
}

/// The server does not let this user in.
pub(super) fn is_refused(error: &sqlx::Error) -> bool {
    let class = error.as_database_error().and_then(DatabaseError::code);
    class.is_some_and(|class| class.starts_with("28")) || is_one_of(error, &[DATABASE_DENIED, HOST_DENIED])
}

fn is_one_of(error: &sqlx::Error, numbers: &[u16]) -> bool {
    error.as_database_error().and_then(number).is_some_and(|number| numbers.contains(&number))
}

fn number(error: &dyn DatabaseError) -> Option<u16> {
    error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

/// The lock on a table's next id was one of those that were waited for in a circle.
const AUTO_INCREMENT_UNREAD: u16 = 1467;
const CHANGED_SINCE: u16 = 1020;
const DATABASE_DENIED: u16 = 1044;
const DEADLOCK: u16 = 1213;
const DUPLICATE_ENTRY: u16 = 1062;
const HOST_DENIED: u16 = 1130;
const MIXED_COLLATIONS: u16 = 1267;
const NO_DATABASE: u16 = 1049;
const STALE_STATEMENT: u16 = 1615;
const TABLE_EXISTS: u16 = 1050;
const UNKNOWN_STATEMENT: u16 = 1243;

const CONFLICTS: [u16; 9] = [
    AUTO_INCREMENT_UNREAD,
    CHANGED_SINCE,
    DEADLOCK,
    DUPLICATE_ENTRY,
    TABLE_EXISTS,
    // References: to a row that is not there, from a row that is.
    1216,
    1217,
    1451,
    1452,
];

const OUTAGES: [u16; 27] = [
    CHANGED_SINCE,
    DATABASE_DENIED,
    HOST_DENIED,
    NO_DATABASE,
    STALE_STATEMENT,
    UNKNOWN_STATEMENT,
    // The disk is full or fails.
    1021,
    1026,
    1030,
    1114,
    // No memory.
    1037,
    1038,
    1041,
    // Too many connections, of all or of this user; and this machine failed too often.
    1040,
    1129,
    1203,
    1226,
    // The server goes down.
    1053,
    1077,
    1079,
    // Locks: waited for too long, too many.
    1205,
    1206,
    // It only reads, as a replica does.
    1290,
    1792,
    1836,
    // It took too long, in MySQL's words; and nobody was heard of.
    3024,
    4031,
];
