//! Rows that are looked up by a key, here and now, on the thread that asks.
//!
//! Such a row is found in a few microseconds, as its pages are in memory. sqlx has a thread for each connection, and to wake it
//! and be woken by it takes several times as long. So there are a few more connections, rusqlite's, which can only read, and
//! are with whoever asks for as long as one statement takes:
//!
//! - Nothing is waited for: neither a lock on the file nor a connection that somebody else has.
//! - A statement takes [`STEPS`] of SQLite's machine, or twice as many, and no more: where a key has no index, it is not a
//!   lookup.
//! - When it is not answered, for whatever reason, the pool is asked. So what goes wrong is said in one place, in the same words.
//!
//! Both drivers share one copy of SQLite. Two copies in a process would not know of each other's locks on a file.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use countersign::user::FieldValue;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::Semaphore;

use super::file::Identity;
use super::value;
use crate::backend::{Query, Row};

/// The connections for it.
#[derive(Debug)]
pub(super) struct Lookups {
    path: PathBuf,
    identity: Arc<Identity>,
    idle: Mutex<Vec<Held>>,
    turns: Semaphore,
    most: u32,
}

impl Lookups {
    /// No connection is opened before there is something to look up. As the one that was used last is the next one's, there are
    /// no more than threads that ask at the same time.
    pub(super) fn new(path: &Path, identity: Arc<Identity>, most: u32) -> Self {
        let turns = Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS));
        Self { path: path.to_owned(), identity, idle: Mutex::default(), turns, most }
    }

    /// The rows; nothing where another way of reading is to say what they are.
    pub(super) fn read(&self, query: &Query, values: &[FieldValue]) -> Option<Vec<Row>> {
        if !query.is_lookup {
            return None;
        }
        let _turn = self.turns.try_acquire().ok()?;
        let mut held = self.lend()?;
        let read = held.read(query, values);
        if read.as_ref().map_or_else(is_passing, |_| true) {
            self.idle().push(held);
        }
        read.ok().flatten()
    }

    /// Lends no more, and closes the connections once they are given back.
    pub(super) async fn close(&self) {
        // Closed already, if there is an error.
        if let Ok(_all) = self.turns.acquire_many(self.most).await {
            self.turns.close();
        }
        self.forget();
    }

    fn lend(&self) -> Option<Held> {
        let last_used = self.idle().pop();
        let Some(held) = last_used else { return Held::open(&self.path).ok() };
        if self.identity.is_unchanged_since(held.opened.elapsed()) {
            return Some(held);
        }
        self.forget();
        None
    }

    /// Closes those that nobody has.
    fn forget(&self) {
        let idle = std::mem::take(&mut *self.idle());
        drop(idle);
    }

    /// No method panics while it holds the lock.
    fn idle(&self) -> MutexGuard<'_, Vec<Held>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Held {
    connection: Connection,
    /// How often [`STEPS`] may pass before the statement is broken off.
    left: Arc<AtomicU32>,
    opened: Instant,
}

impl Held {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let opened = Instant::now();
        // What only reads repairs nothing either: what a crash left in a journal is undone by the pool.
        // A path is understood as sqlx understands it, and the connection is one thread's at a time.
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE
            | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::ZERO)?;
        // Nor does it move the WAL into the file, should it be the last to go.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let left = Arc::new(AtomicU32::new(0));
        let passing = Arc::clone(&left);
        let is_too_long = move || {
            passing.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
        };
        connection.progress_handler(STEPS, Some(is_too_long))?;
        Ok(Self { connection, left, opened })
    }

    /// A statement is reset, and its transaction ended with it, however this ends.
    fn read(&mut self, query: &Query, values: &[FieldValue]) -> rusqlite::Result<Option<Vec<Row>>> {
        // The schema may have to be read first, which is not the statement's fault.
        self.left.store(u32::MAX, Ordering::Relaxed);
        let mut statement = self.connection.prepare_cached(query.statement.text().as_str())?;
        for (number, value) in (1_usize..).zip(values) {
            statement.raw_bind_parameter(number, value::parameter(value))?;
        }
        // SQLite counts on from one use of a statement to the next, and so may be about to call.
        self.left.store(1, Ordering::Relaxed);
        let mut rows = statement.raw_query();
        let mut read = Vec::new();
        loop {
            match rows.next() {
                Ok(Some(row)) => match value::read_here(row, &query.kinds) {
                    Some(row) => read.push(row),
                    None => return Ok(None),
                },
                Ok(None) => return Ok(Some(read)),
                Err(error) => {
                    drop(rows);
                    // Perhaps it was reading a schema that has changed; prepared anew, it has the time for that.
                    statement.discard();
                    return Err(error);
                }
            }
        }
    }
}

/// Whether a connection is as good as before.
fn is_passing(error: &rusqlite::Error) -> bool {
    use ErrorCode::{DatabaseBusy, DatabaseLocked, OperationInterrupted};

    matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked | OperationInterrupted))
}

/// A row by its key takes about fifty, and one more for each of its columns. So many take some tens of microseconds.
const STEPS: i32 = 1000;
/// More than there are lookups.
const STATEMENTS: usize = 64;

#[cfg(test)]
mod tests;
