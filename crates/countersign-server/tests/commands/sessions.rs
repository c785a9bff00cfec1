//! Sessions of refresh tokens: a lost answer is repeated, a thief is found out, at whichever server.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use serde_json::json;

use crate::harness::{Place, Server, new_database};

#[test]
fn of_fifty_refreshes_at_two_servers_all_get_one_successor() {
    for place in [Place::with_user(DETECTING), Place::with_user_at(&new_database(), DETECTING)] {
        let servers = [place.serve(), place.serve()];
        all_get_one(&place, &servers);
    }
}

fn all_get_one(place: &Place, servers: &[Server; 2]) {
    let presented = servers[0].tokens().refresh;
    let start = Barrier::new(REFRESHES);
    let successors: BTreeSet<_> = thread::scope(|scope| {
        let refreshes: Vec<_> = (0..REFRESHES)
            .map(|number| {
                let (presented, start) = (&presented, &start);
                let mut client = servers[number % 2].connect();
                scope.spawn(move || {
                    start.wait();
                    client.post("/api/token/refresh/", &json!({"refresh": presented})).tokens()
                })
            })
            .collect();
        let tokens: Vec<_> = refreshes.into_iter().map(|refresh| refresh.join().unwrap()).collect();
        for token in &tokens {
            assert_eq!(servers[0].get_as(&token.access, "/api/token/authenticate/").status, 200);
        }
        tokens.into_iter().map(|tokens| tokens.refresh).collect()
    });
    assert_eq!(successors.len(), 1, "{successors:?}");
    assert_eq!(place.count("token_blacklist_outstandingtoken"), 2);
    assert_eq!(place.count("token_blacklist_blacklistedtoken"), 1);
    assert_eq!(place.count("countersign_session WHERE generation = 1 AND revoked_at IS NULL"), 1);
    assert_eq!(servers[1].refresh(successors.first().unwrap()).status, 200);
}

#[test]
fn a_thief_is_told_of_once_and_stays_out_after_a_restart() {
    let place = Place::with_user(&format!("{DETECTING}\nreuse_grace = 0"));
    let (server, another) = (place.serve(), place.serve());
    let (stolen, untouched) = (server.tokens().refresh, server.tokens().refresh);
    let current = server.refresh(&stolen).text("refresh");
    let refused = another.refresh(&stolen);
    refused.is_refused(401);
    assert_eq!(refused.text("detail"), "Token is blacklisted");
    for server in [&server, &another] {
        server.refresh(&current).is_refused(401);
        server.refresh(&stolen).is_refused(401);
    }
    let session = &place.rows("SELECT id FROM countersign_session WHERE revoked_at IS NOT NULL")[0][0];
    let said = another.stop();
    let told: Vec<_> = said.lines().filter(|line| line.contains("came again")).collect();
    assert_eq!(told.len(), 1, "{said}");
    assert!(told[0].contains("WARN") && told[0].contains(&**session) && told[0].contains("user=1"), "{said}");
    for token in [&stolen, &current] {
        assert!(!said.contains(&**token), "{said}");
    }
    server.stop();
    let restarted = place.serve();
    restarted.refresh(&current).is_refused(401);
    assert_eq!(restarted.refresh(&untouched).status, 200, "another session is none of it");
}

#[test]
fn without_its_table_reuse_detection_is_a_promise_that_cannot_be_kept() {
    let place = Place::with_user(DETECTING);
    for settings in [DETECTING, "# strict"] {
        place.configure(settings);
        if settings == "# strict" {
            place.edit("secret_key", "profile = 'strict'\nsecret_key");
        }
        place.run(&["check"]).succeeded();
        place.sql("DROP TABLE countersign_session");
        for command in ["check", "serve"] {
            let words =
                ["simple_jwt.reuse_detection is on", "\"countersign_session\"", "`countersign migrate`"];
            place.run(&[command]).failed(2, &words);
        }
        assert_eq!(place.run(&["migrate"]).succeeded(), "Created countersign_session.\n");
    }
    place.configure("blacklist_after_rotation = true\nreuse_detection = true");
    place.run(&["check"]).failed(2, &["line 9: simple_jwt.reuse_detection is true", "rotate_refresh_tokens"]);
}

#[test]
fn sessions_are_flushed_when_nobody_can_need_them() {
    let place = Place::with_user(DETECTING);
    let server = place.serve();
    server.refresh(&server.tokens().refresh);
    server.tokens();
    place.sql("UPDATE countersign_session SET kept_until = '2020-01-01 00:00:00' WHERE generation = 0");
    assert_eq!(place.run(&["flushexpiredtokens"]).succeeded(), "Deleted 0 expired tokens.\n");
    assert_eq!(place.count("countersign_session"), 1);
}

const DETECTING: &str =
    "rotate_refresh_tokens = true\nblacklist_after_rotation = true\nreuse_detection = true";
const REFRESHES: usize = 50;
