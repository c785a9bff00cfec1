//! A server that follows another, as replicas do.

use std::process::Command;
use std::time::Duration;

use countersign::store::{UserIdClaim, UserLookup, Users};
use countersign_sql::{Database, Options, UserTable};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Executor};
use tokio::time::{Instant, timeout};

use crate::place::Place;
use crate::suite::{add_user, tables};

#[tokio::test]
async fn a_standby_answers_while_it_follows_and_within_the_bound() {
    let place = Place::migrated().await;
    add_user(&place, 1, "name-0").await;
    let standby = start();
    let mut replay = standby.parse::<PgConnectOptions>().unwrap().connect().await.unwrap();
    let mut options = Options::default();
    options.replicas = vec![format!("{standby}/{}", place.name())];
    options.replica_staleness = STALENESS;
    let users = tables(&UserTable::default());
    let database = Database::connect_with(&place.url(), users, &options).await.unwrap();

    let mut names = 1..;
    let is_asked =
        async { while !answers_from_before(&place, &database, &mut replay, names.next().unwrap()).await {} };
    timeout(Duration::from_mins(1), is_asked).await.expect("the standby is asked while it follows");

    // A server that is gone is one that does not follow.
    drop(replay);
    database.close().await;
}

/// Holds the standby up and gives the user another name. Whether the old one was told afterwards, which only the standby
/// can have done; within the bound it may.
async fn answers_from_before(
    place: &Place,
    database: &Database,
    replay: &mut PgConnection,
    number: u32,
) -> bool {
    replay.execute("SELECT pg_wal_replay_pause()").await.unwrap();
    let new = format!("name-{number}");
    place.run(&format!("UPDATE auth_user SET username = '{new}'")).await;
    let changed = Instant::now();
    let mut is_told = false;
    loop {
        let asked = Instant::now();
        let by = UserLookup::Field { column: "pk", value: UserIdClaim::Int(1) };
        if database.find_allowing_stale(by).await.unwrap().unwrap().username == new {
            if asked > changed + STALENESS {
                break;
            }
        } else {
            is_told = true;
            assert!(asked <= changed + STALENESS, "{:?} after the change", asked - changed);
        }
        tokio::task::yield_now().await;
    }
    replay.execute("SELECT pg_wal_replay_resume()").await.unwrap();
    is_told
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

const STALENESS: Duration = Duration::from_millis(500);
