//! How a database is used, beyond its address and its tables.

use std::fmt;
use std::time::Duration;

use crate::limits::Limits;

/// How a [`Database`](crate::Database) is used. The default asks the database for everything, and waits for it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// How many connections there may be, and how long anything waits.
    pub limits: Limits,
    /// When `last_login` is written.
    pub last_login: LastLogin,
    /// The URLs of replicas, asked in turn where an answer may be a little old: who somebody is that presents an access
    /// token. They may hold passwords, and are never shown.
    pub replicas: Vec<String>,
    /// How old a replica's answer may be. A second by default; one that cannot be shown to be so fresh is not asked.
    pub replica_staleness: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            last_login: LastLogin::default(),
            replicas: Vec::new(),
            replica_staleness: Duration::from_secs(1),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .field("last_login", &self.last_login)
            .field("replicas", &self.replicas.len())
            .field("replica_staleness", &self.replica_staleness)
            .finish()
    }
}

impl From<Limits> for Options {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

/// When `last_login` is written (`UPDATE_LAST_LOGIN`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastLogin {
    /// Before the login is answered, which fails where it cannot be written: as Django does.
    #[default]
    AtOnce,
    /// Behind the answer, once a user in this time at most, with the time of the last of their logins. A login that has
    /// nothing to wait for, where the time is zero, waits for its own write, but never for long: a locked row, or a
    /// database that is slow, delays no login and fails none.
    ///
    /// What is not written yet is written by [`Database::close`](crate::Database::close); a process that is killed
    /// loses it.
    Behind(Duration),
}
