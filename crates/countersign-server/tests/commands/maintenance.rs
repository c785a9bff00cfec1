//! What servers do by themselves: one of them, when it is due.

use std::time::{Duration, Instant};

use crate::harness::{Place, Server, new_database};

#[test]
fn expired_tokens_go_by_themselves_again_and_again() {
    let place = Place::with_user("");
    every_second(&place);
    let servers = [place.serve(), place.serve()];
    for round in 1..=2 {
        expire(&place, 2500, "datetime('now', '-2 days')");
        // Whoever deleted them says so; each was deleted once.
        until(|| deleted(&servers) == 2500 * round);
        assert_eq!(place.count("token_blacklist_outstandingtoken"), 0);
    }
    assert_eq!(place.count("countersign_job WHERE name = 'flushexpiredtokens'"), 1);
}

#[test]
fn servers_on_postgres_share_the_work() {
    let place = Place::with_user_at(&new_database(), "");
    every_second(&place);
    let servers = [place.serve(), place.serve(), place.serve()];
    expire(&place, 2500, "now() - interval '2 days'");
    until(|| deleted(&servers) == 2500);
    assert_eq!(place.count("token_blacklist_outstandingtoken"), 0);
}

#[test]
fn what_cannot_be_done_is_said_at_the_start() {
    let place = Place::with_user("");
    every_second(&place);
    place.sql("DROP TABLE countersign_job");
    for command in ["serve", "check"] {
        place.run(&[command]).failed(2, &["maintenance.flushexpiredtokens_every", "`countersign migrate`"]);
    }
    assert!(place.run(&["migrate"]).succeeded().contains("Created countersign_job."));
    place.run(&["check"]).succeeded();
    place.edit("flushexpiredtokens_every", "cleartokens_every");
    place.run(&["check"]).failed(2, &["maintenance.cleartokens_every", "no table"]);
}

fn every_second(place: &Place) {
    place.edit("[simple_jwt]", "[maintenance]\nflushexpiredtokens_every = '1s'\n[simple_jwt]");
}

/// Adds tokens that expired at `then`, in SQL.
fn expire(place: &Place, tokens: usize, then: &str) {
    place.sql(&format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {tokens})
         INSERT INTO token_blacklist_outstandingtoken (token, created_at, expires_at, jti)
         SELECT 't', {then}, {then}, 'expired-' || n FROM numbers"
    ));
}

fn until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(Instant::now() < deadline, "it is not so after a minute");
        // Whoever asks without a pause keeps those who collect the lines from their lock.
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// How many rows the servers say they deleted.
fn deleted(servers: &[Server]) -> usize {
    let said: String = servers.iter().map(|server| server.stderr.so_far()).collect();
    let told = said.lines().filter(|line| line.contains("job=\"flushexpiredtokens\""));
    told.filter_map(|line| line.split("deleted=").nth(1)?.split_whitespace().next()?.parse::<usize>().ok())
        .sum()
}
