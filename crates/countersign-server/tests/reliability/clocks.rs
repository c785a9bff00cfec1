//! Servers whose clocks differ by two seconds.

use std::path::PathBuf;
use std::time::Instant;

use crate::checker::{Rotated, Told};
use crate::cluster::{ALL, Cluster, GIVE_UP};
use crate::fifty::race;
use crate::figures::{rounds, tell};
use crate::harness::{Server, new_database};
use crate::load::under_load;
use crate::rotation::{ROTATIONS, Rotation};

#[test]
fn clocks_that_differ_by_the_leeway_change_nothing() {
    for rotation in &ROTATIONS {
        let mut cluster = with_one_clock_ahead(rotation, 2);
        let ahead = seconds(cluster.server(AHEAD)) - seconds(cluster.server(0));
        assert!((1..=3).contains(&ahead.rem_euclid(60)), "{ahead} seconds");

        let rounds = (rounds() / 10).max(4);
        let raced = race(&cluster, rounds as u64);
        let told = under_load(&mut cluster, 0, |_, load| load.wait_until_served(rounds * 10, &ALL));
        assert_eq!((told.doubts, told.lost_answers()), (0, 0));
        let rotations = told.rotated.len();
        told.and(raced).check(&cluster);
        tell(&format!("clocks two seconds apart: {rounds} rounds of fifty refreshes, {rotations} rotations"));
    }
}

#[test]
fn without_leeway_a_token_is_good_when_its_time_has_come() {
    for rotation in &ROTATIONS {
        let cluster = with_one_clock_ahead(rotation, 0);
        let presented = cluster.server(AHEAD).tokens().refresh;
        let started = Instant::now();
        // As in the genuine packages, whose servers say the same of each other's tokens.
        cluster.server(0).refresh(&presented).is_refused(401);
        let successor = loop {
            let answer = cluster.server(0).refresh(&presented);
            if answer.status == 200 {
                break answer.text("refresh");
            }
            assert!(started.elapsed() < GIVE_UP, "{answer:?}");
        };
        let rotated = vec![Rotated { presented: presented.clone(), successor: Some(successor) }];
        Told { logins: vec![presented], rotated, ..Told::default() }.check(&cluster);
    }
}

fn with_one_clock_ahead(rotation: &'static Rotation, leeway: u32) -> Cluster {
    let library = libfaketime();
    Cluster::start(&new_database(), rotation, |number, command| {
        command.env("COUNTERSIGN__SIMPLE_JWT__LEEWAY", leeway.to_string());
        if number == AHEAD {
            command.env("LD_PRELOAD", &library).env("FAKETIME", "+2s");
            // What it waits for takes as long as ever.
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
    })
}

/// The seconds that a server's clock shows, as it says with every answer (RFC 9110 §6.6.1).
fn seconds(server: &Server) -> i32 {
    let date = server.get("/healthz").header("date").unwrap().to_owned();
    date.trim_end_matches(" GMT").rsplit_once(':').unwrap().1.parse().unwrap()
}

/// The library for programs of several threads; Debian has it in a folder for each architecture, others in one for all.
fn libfaketime() -> PathBuf {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"].map(PathBuf::from);
    let below = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files = folders.into_iter().chain(below).map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    files
        .find(|file| file.exists())
        .expect("libfaketime is missing: install it; on Debian and Ubuntu: sudo apt-get install libfaketime")
}

const AHEAD: usize = 1;
