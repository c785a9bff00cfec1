//! SQLite keeps every rule of a store, and a few that only a file has.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod faults;
mod place;
mod rows;
#[path = "../suite/mod.rs"]
mod suite;

use crate::place::Place;
