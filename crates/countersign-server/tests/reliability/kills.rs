//! Servers that are killed in the middle of rotations, and started again.

use crate::cluster::{ALL, Cluster, SERVERS};
use crate::figures::{Recoveries, rounds, tell};
use crate::harness::new_database;
use crate::load::under_load;
use crate::rotation::ROTATIONS;

#[test]
fn a_server_that_is_killed_leaves_nothing_half_done() {
    for rotation in &ROTATIONS {
        let kills = (rounds() / 10).max(SERVERS);
        let mut cluster = Cluster::start(&new_database(), rotation, |_, _| {});
        let mut recoveries = Recoveries::default();
        let told = under_load(&mut cluster, kills, |cluster, load| {
            for kill in 0..kills {
                load.wait_until_served(5, &ALL);
                let killed = cluster.kill(kill % SERVERS);
                load.wait_until_served(1, &[kill % SERVERS]);
                recoveries.add(killed.elapsed());
            }
        });
        told.check(&cluster);
        recoveries.tell("kill -9 of a server, and its start");
        tell(&format!("  {} rotations, {} answers were lost", told.rotated.len(), told.lost_answers()));
    }
}
