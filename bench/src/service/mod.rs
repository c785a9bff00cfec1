//! Servers beside servers: what goes over HTTP, and what runs as a process.
//!
//! Both sides answer the same requests, from rows of the same tables, on the same machine; wrk asks. What both have in common is in
//! the upper half of this list, what is compared in the lower.

mod client;
mod database;
mod load;
mod process;
mod servers;
mod stage;
mod tokens;
mod versus;

mod authenticate;
mod blacklist;
mod flush;
mod growth;
mod login;
mod pgbench;
mod refresh;
mod start;
mod storm;
mod verify;

pub(crate) use stage::{Stage, versions};

use crate::comparison::Comparison;
use crate::curve::Curve;

/// In the order of the table.
pub(crate) fn comparisons() -> Vec<Comparison> {
    let parts: [Vec<Comparison>; 8] = [
        verify::comparisons(),
        authenticate::comparisons(),
        refresh::comparisons(),
        login::comparisons(),
        storm::comparisons(),
        blacklist::comparisons(),
        flush::comparisons(),
        start::comparisons(),
    ];
    parts.into_iter().flatten().collect()
}

/// In the order of the report.
pub(crate) fn curves() -> Vec<Curve> {
    growth::curves()
}
