//! A network between servers and database on which nothing is heard any more, until it works again or connections break.

use std::time::Instant;

use crate::cluster::{ALL, Cluster, SERVERS};
use crate::figures::{Recoveries, rounds, tell};
use crate::harness::new_database;
use crate::load::{Heard, under_load};
use crate::proxy::Proxy;
use crate::rotation::ROTATIONS;

#[test]
fn a_network_that_is_cut_leaves_nothing_half_done() {
    for rotation in &ROTATIONS {
        let cuts = (rounds() / 20).max(4);
        let database = new_database();
        let proxies: [Proxy; SERVERS] = std::array::from_fn(|_| Proxy::to(&database));
        let mut cluster = Cluster::start(&database, rotation, |number, command| {
            command.env("COUNTERSIGN__DATABASE__URL", proxies[number].url());
        });
        let mut recoveries = Recoveries::default();
        let told = under_load(&mut cluster, cuts, |_, load| {
            for cut in 0..cuts {
                // One server is cut off, or all of them.
                let is_cut_off = |server: usize| server == 0 || cut % 2 == 1;
                load.wait_until_served(5, &ALL);
                ALL.into_iter()
                    .filter(|server| is_cut_off(*server))
                    .for_each(|server| proxies[server].freeze());
                // Who is cut off says so, and the others go on.
                let heard = |server: usize| Heard { server, is_served: !is_cut_off(server) };
                load.wait_for_all(ALL.into_iter().flat_map(|server| [heard(server); 3]).collect());
                // What was held up arrives after all, or never will.
                for proxy in &proxies {
                    if cut / 2 % 2 == 0 { proxy.thaw() } else { proxy.cut() }
                }
                let healed = Instant::now();
                load.wait_until_served(1, &ALL);
                recoveries.add(healed.elapsed());
            }
        });
        told.check(&cluster);
        recoveries.tell("network cut between servers and database");
        tell(&format!("  {} rotations, {} answers were lost", told.rotated.len(), told.lost_answers()));
    }
}
