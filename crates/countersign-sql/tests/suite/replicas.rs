//! Replicas: asked while they are shown to be fresh, and not a moment longer.

use std::time::Duration;

use countersign::store::{UserIdClaim, UserLookup, Users};
use countersign_sql::{ConnectErrorKind, Database, Options, UserTable};
use tokio::time::timeout;

use super::{add_user, tables};
use crate::Place;

#[tokio::test]
async fn a_replica_is_asked_for_as_long_as_it_follows() {
    let (primary, replica) = pair().await;
    let database = connect(&primary, &replica).await;
    // A copy of long ago, however well it answers, is none.
    for _ in 0..20 {
        assert_eq!(stale(&database).await, "primary");
    }
    // What replication does.
    let is_asked = async {
        while stale(&database).await != "replica" {
            follow(&primary, &replica).await;
        }
    };
    timeout(LONG, is_asked).await.expect("a fresh replica is asked");
    assert_eq!(fresh(&database).await, "primary");
    // It stands still from now on.
    let is_left = async { while stale(&database).await != "primary" {} };
    timeout(LONG, is_left).await.expect("a replica that stands still is left");
}

#[tokio::test]
async fn the_database_answers_for_a_replica_that_fails() {
    let (primary, replica) = pair().await;
    let database = connect(&primary, &replica).await;
    let is_asked = async {
        while stale(&database).await != "replica" {
            follow(&primary, &replica).await;
        }
    };
    timeout(LONG, is_asked).await.expect("a fresh replica is asked");
    replica.run("ALTER TABLE auth_user RENAME TO gone").await;
    for _ in 0..20 {
        follow(&primary, &replica).await;
        assert_eq!(stale(&database).await, "primary");
    }
    database.close().await;
}

#[tokio::test]
async fn replicas_need_the_table_that_shows_how_far_they_are() {
    let (primary, replica) = pair().await;
    primary.run("DROP TABLE countersign_beat").await;
    let error = try_connect(&primary, &replica).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Schema);
    assert!(error.to_string().contains("`countersign migrate`"), "{error}");
}

#[tokio::test]
async fn a_replica_may_come_later_but_an_address_that_is_none_is_refused() {
    let (primary, replica) = pair().await;
    replica.run("DROP TABLE countersign_beat").await;
    let database = connect(&primary, &replica).await;
    assert_eq!(stale(&database).await, "primary");
    replica
        .run("CREATE TABLE countersign_beat (number bigint); INSERT INTO countersign_beat VALUES (0)")
        .await;
    let is_asked = async {
        while stale(&database).await != "replica" {
            follow(&primary, &replica).await;
        }
    };
    timeout(LONG, is_asked).await.expect("a replica that came later is asked");

    let mut options = Options::default();
    options.replicas = vec!["oracle://somewhere".to_owned()];
    let users = tables(&UserTable::default());
    let error = Database::connect_with(&primary.url(), users, &options).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Url);
}

/// Two databases in which the first user has different names, so that it can be told which of them was asked.
async fn pair() -> (Place, Place) {
    let (primary, replica) = (Place::migrated().await, Place::migrated().await);
    add_user(&primary, 1, "primary").await;
    add_user(&replica, 1, "replica").await;
    (primary, replica)
}

async fn connect(primary: &Place, replica: &Place) -> Database {
    try_connect(primary, replica).await.unwrap()
}

async fn try_connect(primary: &Place, replica: &Place) -> Result<Database, countersign_sql::ConnectError> {
    let mut options = Options::default();
    options.replicas = vec![replica.url()];
    options.replica_staleness = Duration::from_millis(500);
    Database::connect_with(&primary.url(), tables(&UserTable::default()), &options).await
}

async fn follow(primary: &Place, replica: &Place) {
    let number = &primary.rows("SELECT number FROM countersign_beat").await[0][0];
    replica.run(&format!("UPDATE countersign_beat SET number = {number}")).await;
}

async fn stale(database: &Database) -> String {
    database.find_allowing_stale(the_first()).await.unwrap().unwrap().username
}

async fn fresh(database: &Database) -> String {
    database.find(the_first()).await.unwrap().unwrap().username
}

fn the_first() -> UserLookup<'static> {
    UserLookup::Field { column: "pk", value: UserIdClaim::Int(1) }
}

const LONG: Duration = Duration::from_secs(30);
