//! A server that follows another, as replicas do.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use countersign::store::{UserIdClaim, UserLookup, Users};
use countersign_sql::{Database, Options, UserTable};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor, Row};
use tokio::time::{Instant, timeout};

use crate::place::Place;
use crate::suite::{add_user, tables};

#[tokio::test]
async fn a_standby_answers_while_it_follows_and_within_the_bound() {
    let place = Place::migrated().await;
    add_user(&place, 1, "name-0").await;
    let url = format!("{}/{}", start(), place.name());
    let mut standby = url.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
    let mut options = Options::default();
    options.replicas = vec![url];
    options.replica_staleness = STALENESS;
    let users = tables(&UserTable::default());
    let database = Database::connect_with(&place.url(), users, &options).await.unwrap();

    let is_asked = async {
        for number in 1.. {
            follow(&mut standby).await;
            if answers_from_before(&place, &database, &mut standby, &format!("name-{number}")).await {
                break;
            }
        }
    };
    timeout(LONG, is_asked).await.expect("the standby is asked while it follows");
    database.close().await;
}

/// Waits until the standby follows, and has done so for longer than it takes to be noticed.
async fn follow(standby: &mut PgConnection) {
    standby.execute("SELECT pg_wal_replay_resume()").await.unwrap();
    let mut seen = BTreeSet::new();
    while seen.len() < 8 {
        seen.insert(
            sqlx::query("SELECT number FROM countersign_beat")
                .fetch_one(&mut *standby)
                .await
                .unwrap()
                .get::<i64, _>(0),
        );
        tokio::task::yield_now().await;
    }
}

/// Holds the standby up and gives the user another name. Whether the old one was told afterwards, which only the standby
/// can have done; within the bound it may.
async fn answers_from_before(
    place: &Place,
    database: &Database,
    standby: &mut PgConnection,
    new: &str,
) -> bool {
    standby.execute("SELECT pg_wal_replay_pause()").await.unwrap();
    place.run(&format!("UPDATE auth_user SET username = '{new}'")).await;
    let changed = Instant::now();
    let mut is_told = false;
    loop {
        let asked = Instant::now();
        let by = UserLookup::Field { column: "pk", value: UserIdClaim::Int(1) };
        // What is paused is never fresh again: from here on the database itself is asked.
        if database.find_allowing_stale(by).await.unwrap().unwrap().username == new {
            return is_told;
        }
        is_told = true;
        assert!(asked <= changed + STALENESS, "{:?} after the change", asked - changed);
        tokio::task::yield_now().await;
    }
}

/// Starts one for the server that the tests are given.
fn start() -> String {
    let command = std::env::var("COUNTERSIGN_TEST_POSTGRES_STANDBY").expect(
        "this test starts a server that follows the one it is given: run ./scripts/test, or ./scripts/with-postgres",
    );
    let started = Command::new(command).output().unwrap();
    assert!(started.status.success(), "{}", String::from_utf8_lossy(&started.stderr));
    String::from_utf8(started.stdout).unwrap().trim().to_owned()
}

const STALENESS: Duration = Duration::from_secs(3);
const LONG: Duration = Duration::from_mins(3);
