//! What PostgreSQL's error codes mean. <https://www.postgresql.org/docs/current/errcodes-appendix.html>

use sqlx::error::DatabaseError;

/// Whether waiting may help: the server is going, gone, full or slow, or another one should be asked.
pub(super) fn is_outage(error: &dyn DatabaseError) -> bool {
    let code = code(error);
    // Whole classes: no connection, no authorization, no such database, a transaction undone, no resources, too long
    // a wait, an operator's word, a failing disk, a bug in the server.
    ["08", "28", "3D", "40", "53", "55", "57", "58", "XX"].iter().any(|class| code.starts_with(class))
        || [FAILED_TRANSACTION, IDLE_IN_TRANSACTION, READ_ONLY, CACHED_PLAN].contains(&&*code)
}

/// Whether the server undid a transaction for another's sake, so that it may succeed when it is done again at once.
///
/// Django's references are checked at the commit: one that is broken then is to a row that went away meanwhile. Of two
/// that make one table or one row at once, the second sees it when it looks again.
pub(super) fn is_conflict(error: &dyn DatabaseError) -> bool {
    [SERIALIZATION, DEADLOCK, FOREIGN_KEY, UNIQUE, DUPLICATE_TABLE].contains(&&*code(error))
}

/// Whether a prepared statement is one of a table that was altered since.
pub(super) fn is_stale_statement(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| code(error) == CACHED_PLAN)
}

/// The database that the URL names is not there.
pub(super) fn is_no_database(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| code(error) == NO_DATABASE)
}

/// The server does not let this user in.
pub(super) fn is_refused(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| code(error).starts_with("28"))
}

fn code(error: &dyn DatabaseError) -> std::borrow::Cow<'_, str> {
    error.code().unwrap_or_default()
}

/// "cached plan must not change result type": PostgreSQL has no other use of this code for a statement that ran before.
const CACHED_PLAN: &str = "0A000";
const DEADLOCK: &str = "40P01";
const DUPLICATE_TABLE: &str = "42P07";
const FAILED_TRANSACTION: &str = "25P02";
const FOREIGN_KEY: &str = "23503";
const IDLE_IN_TRANSACTION: &str = "25P03";
const NO_DATABASE: &str = "3D000";
const READ_ONLY: &str = "25006";
const SERIALIZATION: &str = "40001";
const UNIQUE: &str = "23505";
