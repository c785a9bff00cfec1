//! PostgreSQL behind the server: it is shared, it restarts under load, it is not there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{PASSWORD, Place, PostgresServer, Server, new_database};

#[test]
fn a_database_of_a_server_is_all_that_servers_share() {
    let place =
        Place::with_user_at(&new_database(), "rotate_refresh_tokens = true\nblacklist_after_rotation = true");
    let servers = [place.serve(), place.serve()];
    let first = servers[0].tokens();
    assert_eq!(servers[1].get_as(&first.access, "/api/token/authenticate/").status, 200);
    let second = servers[1].refresh(&first.refresh).text("refresh");
    servers[0].refresh(&first.refresh).is_refused(401);
    assert_eq!(servers[0].post("/api/token/blacklist/", &json!({"refresh": second})).status, 200);
    servers[1].refresh(&second).is_refused(401);
    let [one, other] = servers;
    one.stop();
    other.stop();
    assert!(place.run(&["migrate"]).succeeded().contains("Nothing to do"));
    assert!(place.run(&["check"]).succeeded().contains("auth_user"));
    place.run(&["flushexpiredtokens"]).succeeded();
}

#[test]
fn a_restart_under_load_is_over_when_it_is_over() {
    let postgres = PostgresServer::start();
    let settings = "rotate_refresh_tokens = true\nblacklist_after_rotation = true";
    let place = Place::with_user_at(&postgres.new_database(), settings);
    place.edit("[simple_jwt]", "acquire_timeout = '500ms'\n[simple_jwt]");
    let server = place.serve();
    let (tell, told) = mpsc::channel();
    let is_enough = AtomicBool::new(false);
    let (logins, unanswered) = thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let (tell, server, is_enough) = (tell.clone(), &server, &is_enough);
                scope.spawn(move || rotates(server, is_enough, || tell.send(()).unwrap()))
            })
            .collect();
        assert_eq!(told.iter().take(40).count(), 40);
        postgres.control(&["stop"]);
        let ready = server.get("/readyz");
        assert_eq!((ready.status, &*ready.body), (503, "the database does not answer"));
        server.log_in("ada", PASSWORD).is_refused(503);
        assert_eq!(server.get("/healthz").status, 200);
        while told.try_recv().is_ok() {}

        postgres.control(&["start"]);
        // The same process goes on, for every client.
        assert_eq!(told.iter().take(40).count(), 40);
        assert_eq!(server.get("/readyz").status, 200);
        is_enough.store(true, Ordering::SeqCst);
        let counts = clients.into_iter().map(|client| client.join().unwrap());
        counts.fold((0, 0), |(logins, unanswered), more| (logins + more.0, unanswered + more.1))
    });
    // Each login has left one chain, of which the last token alone is good: no rotation is half done.
    let outstanding = place.count("token_blacklist_outstandingtoken");
    let chains = outstanding - place.count("token_blacklist_blacklistedtoken");
    assert!((logins..=logins + unanswered).contains(&chains), "{chains} of {logins} + {unanswered}");
    server.stop();
}

/// Refreshes again and again, each token once. Tells each success; in the end how often it logged in, and how often it
/// does not know whether it did.
fn rotates(server: &Server, is_enough: &AtomicBool, tell: impl Fn()) -> (u64, u64) {
    let started = Instant::now();
    let (mut logins, mut unanswered, mut current) = (0, 0, None::<String>);
    while !is_enough.load(Ordering::SeqCst) {
        assert!(started.elapsed() < GIVE_UP, "it does not recover");
        let answer = match &current {
            None => server.log_in("ada", PASSWORD),
            Some(token) => server.refresh(token),
        };
        match answer.status {
            200 => {
                logins += u64::from(current.is_none());
                current = Some(answer.text("refresh"));
                tell();
            }
            // The commit was done and its answer lost.
            401 if current.is_some() => current = None,
            503 => unanswered += u64::from(current.is_none()),
            _ => panic!("{answer:?}"),
        }
    }
    (logins, unanswered)
}

#[test]
fn a_server_that_is_not_there_is_named_at_the_start() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let place = Place::configured_at(&format!("postgres://app:hunter2@{free}/app"), "");
    for command in ["serve", "migrate", "check"] {
        let finished = place.run(&[command]);
        finished.failed(2, &[&format!("the database server at {free} does not answer"), "database.url"]);
        assert!(!finished.stderr.contains("hunter2"), "{}", finished.stderr);
    }
}

/// Only a test that fails waits so long.
const GIVE_UP: Duration = Duration::from_mins(1);
