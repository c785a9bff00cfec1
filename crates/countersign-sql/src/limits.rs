//! How many connections there may be, and how long anything waits.

use std::num::NonZeroU32;
use std::time::Duration;

/// How many connections to the database there may be, and how long anything waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most connections that are open at once; they are opened as they are needed. On SQLite one of them writes and
    /// the others read, of which there is one at least; single rows are looked up over as many again at most, which only
    /// read. Ten by default.
    pub max_connections: NonZeroU32,
    /// How long work waits for a connection, the making of one included. Ten seconds by default.
    pub acquire_timeout: Duration,
    /// How long the database may take for one statement. On SQLite it is the time that another process may keep its file
    /// locked; a statement itself is not bounded there. Ten seconds by default.
    pub statement_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: NonZeroU32::MIN.saturating_add(9),
            acquire_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(10),
        }
    }
}
