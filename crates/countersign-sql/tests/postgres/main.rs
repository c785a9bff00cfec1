//! PostgreSQL keeps every rule of a store, and a few that only a server has.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod blacklist;
mod faults;
#[path = "../suite/held_up.rs"]
mod held_up;
mod place;
mod plans;
mod races;
mod round_trips;
mod standby;
#[path = "../suite/mod.rs"]
mod suite;
mod types;

use crate::place::Place;
