//! MariaDB keeps every rule of a store, and a few that only such a server has.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod blacklist;
mod collation;
mod cut_off;
mod faults;
#[path = "../suite/held_up.rs"]
mod held_up;
mod migration;
mod place;
#[path = "../suite/mod.rs"]
mod suite;
mod types;

use crate::place::Place;
