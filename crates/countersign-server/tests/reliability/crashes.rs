//! A database that is restarted, or crashes, under load.

use std::time::Instant;

use crate::cluster::{ALL, Cluster};
use crate::figures::{Recoveries, rounds, tell};
use crate::harness::POSTGRES;
use crate::load::{Heard, under_load};
use crate::rotation::ROTATIONS;

#[test]
fn a_database_that_is_restarted_or_crashes_is_found_again() {
    for rotation in &ROTATIONS {
        let crashes = (rounds() / 20).max(2);
        let postgres = POSTGRES.start();
        let mut cluster = Cluster::start(&postgres.new_database(), rotation, |_, _| {});
        // The tests' server forgets its last commits in a crash otherwise; PostgreSQL's own default is this.
        cluster.place.sql("ALTER SYSTEM SET synchronous_commit = on");
        cluster.place.sql("SELECT 'reloaded' FROM pg_reload_conf()");
        let mut recoveries = Recoveries::default();
        let told = under_load(&mut cluster, crashes, |_, load| {
            for crash in 0..crashes {
                load.wait_until_served(5, &ALL);
                postgres.control(&[["--mode=fast", "--mode=immediate"][crash % 2], "stop"]);
                load.wait_for_all(ALL.map(|server| Heard { server, is_served: false }).into());
                postgres.control(&["start"]);
                let started = Instant::now();
                load.wait_until_served(1, &ALL);
                recoveries.add(started.elapsed());
            }
        });
        told.check(&cluster);
        recoveries.tell("restart or crash of the database");
        tell(&format!("  {} rotations, {} answers were lost", told.rotated.len(), told.lost_answers()));
    }
}
