//! Three servers on one PostgreSQL, and what can happen to them: a race for every token, a kill, a database that restarts
//! or crashes, a network that is cut, clocks that differ. docs/reliability.md says what is promised.
//!
//! Each story goes on for as long as [`rounds`](figures::rounds) says, under the load of clients who remember everything
//! that they were told; then the [`checker`] holds it against the database and the servers.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod checker;
mod clocks;
mod cluster;
mod crashes;
mod cuts;
mod fifty;
mod figures;
#[expect(dead_code, unused_imports, reason = "the stories of tests/commands need more of it")]
#[path = "../commands/harness/mod.rs"]
mod harness;
mod kills;
mod load;
mod proxy;
mod rotation;
