//! Fifty refreshes of one token at three servers, again and again: each time one wins.

use std::collections::HashSet;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use serde_json::json;

use crate::checker::{Rotated, Told};
use crate::cluster::{Cluster, SERVERS};
use crate::figures::{rounds, tell};
use crate::harness::{Answer, new_database};
use crate::rotation::{Losers, ROTATIONS};

#[test]
fn of_fifty_refreshes_at_three_servers_one_wins_every_time() {
    for rotation in &ROTATIONS {
        let cluster = Cluster::start(&new_database(), rotation, |_, _| {});
        let started = Instant::now();
        race(&cluster, rounds() as u64).check(&cluster);
        let (rounds, losers) = (rounds(), &rotation.losers);
        tell(&format!("{rounds} rounds of fifty refreshes ({losers:?}) in {:.0?}", started.elapsed()));
    }
}

/// Fifty present one token; then its successor, and so on.
pub(crate) fn race(cluster: &Cluster, rounds: u64) -> Told {
    let mut current = cluster.server(0).tokens().refresh;
    let mut told = Told { logins: vec![current.clone()], ..Told::default() };
    for round in 1..=rounds {
        let answers = present_fifty_times(cluster, &current);
        let successor = judge(&cluster.rotation.losers, &answers);
        assert_eq!(rows(cluster), [round + 1, round], "one successor in round {round}");
        let presented = std::mem::replace(&mut current, successor.clone());
        told.rotated.push(Rotated { presented, successor: Some(successor) });
    }
    told
}

fn present_fifty_times(cluster: &Cluster, token: &str) -> Vec<Answer> {
    let start = Barrier::new(REFRESHES);
    thread::scope(|scope| {
        let refreshes: Vec<_> = (0..REFRESHES)
            .map(|number| {
                let (start, mut client) = (&start, cluster.server(number % SERVERS).connect());
                scope.spawn(move || {
                    start.wait();
                    client.post("/api/token/refresh/", &json!({"refresh": token}))
                })
            })
            .collect();
        refreshes.into_iter().map(|refresh| refresh.join().unwrap()).collect()
    })
}

/// How many tokens are outstanding, and how many of them blacklisted.
fn rows(cluster: &Cluster) -> [u64; 2] {
    let counts = cluster.place.rows(
        "SELECT CAST((SELECT count(*) FROM token_blacklist_outstandingtoken) AS TEXT), \
                CAST((SELECT count(*) FROM token_blacklist_blacklistedtoken) AS TEXT)",
    );
    [0, 1].map(|column| counts[0][column].parse().unwrap())
}

/// The one successor that there is, when the losers heard what they should.
fn judge(losers: &Losers, answers: &[Answer]) -> String {
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    match losers {
        Losers::AreRefused => {
            assert_eq!(won.len(), 1, "{answers:#?}");
            for answer in lost {
                answer.is_refused(401);
            }
        }
        Losers::GetTheSame => {
            assert_eq!(won.len(), REFRESHES, "{answers:#?}");
            let successors: HashSet<_> = won.iter().map(|answer| answer.text("refresh")).collect();
            assert_eq!(successors.len(), 1, "{answers:#?}");
        }
    }
    won[0].text("refresh")
}

const REFRESHES: usize = 50;
