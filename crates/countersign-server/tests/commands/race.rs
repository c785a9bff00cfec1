//! Fifty refreshes of one token at once: one wins.

use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::harness::{MARIADB, Place, Server, new_database};

#[test]
fn of_fifty_refreshes_one_wins() {
    let place = rotating();
    let server = place.serve();
    one_wins(&place, &[&server]);
}

#[test]
fn of_fifty_refreshes_at_two_servers_one_wins() {
    let place = rotating();
    let servers = [place.serve(), place.serve()];
    one_wins(&place, &servers.each_ref());
    // As Django leaves the file: readers and writers lock each other out.
    let place = rotating();
    place.sql("PRAGMA journal_mode = DELETE");
    let servers = [place.serve(), place.serve()];
    one_wins(&place, &servers.each_ref());
}

#[test]
fn of_fifty_refreshes_at_two_servers_on_postgres_one_wins() {
    let place = Place::with_user_at(&new_database(), ROTATING);
    let servers = [place.serve(), place.serve()];
    one_wins(&place, &servers.each_ref());
}

#[test]
fn of_fifty_refreshes_at_two_servers_on_mariadb_one_wins() {
    let place = Place::with_user_at(&MARIADB.new_database(), ROTATING);
    let servers = [place.serve(), place.serve()];
    one_wins(&place, &servers.each_ref());
}

fn rotating() -> Place {
    Place::with_user(ROTATING)
}

fn one_wins(place: &Place, servers: &[&Server]) {
    let presented = servers[0].tokens().refresh;
    let start = Barrier::new(REFRESHES);
    let answers: Vec<_> = thread::scope(|scope| {
        let refreshes: Vec<_> = (0..REFRESHES)
            .map(|number| {
                let (presented, start) = (&presented, &start);
                let mut client = servers[number % servers.len()].connect();
                scope.spawn(move || {
                    start.wait();
                    client.post("/api/token/refresh/", &json!({"refresh": presented}))
                })
            })
            .collect();
        refreshes.into_iter().map(|refresh| refresh.join().unwrap()).collect()
    });
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1, "{answers:#?}");
    for answer in lost {
        answer.is_refused(401);
        assert_eq!(answer.text("detail"), "Token is blacklisted");
    }
    let successor = won[0].text("refresh");
    assert_eq!(place.count("token_blacklist_outstandingtoken"), 2);
    assert_eq!(place.count("token_blacklist_blacklistedtoken"), 1);
    assert_eq!(place.count(&format!("token_blacklist_outstandingtoken WHERE token = '{successor}'")), 1);
    for server in servers {
        server.refresh(&presented).is_refused(401);
    }
    assert_eq!(servers[servers.len() - 1].refresh(&successor).status, 200);
}

const ROTATING: &str = "rotate_refresh_tokens = true\nblacklist_after_rotation = true";
const REFRESHES: usize = 50;
