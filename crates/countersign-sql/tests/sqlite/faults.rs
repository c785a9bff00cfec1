//! What goes wrong around a database: it is locked, gone, replaced, killed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use countersign::secret::PlainToken;
use countersign::store::{Claim, RefreshTokens, StoreErrorKind, TokenLedger, UserLookup, Users};
use countersign_sql::{Database, UserTable};
use sqlx::Executor;

use crate::Place;
use crate::suite::{NOW, token, told};

#[tokio::test]
async fn a_lock_that_stays_is_an_outage_and_passes() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    let mut other = place.raw().await;
    other.execute("BEGIN IMMEDIATE").await.unwrap();
    let error = database.blacklist(&token("a", &text, None), NOW).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{}", told(&error));
    assert!(!database.is_blacklisted("a").await.unwrap(), "readers go on");
    other.execute("ROLLBACK").await.unwrap();
    assert_eq!(database.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
}

#[tokio::test]
async fn a_file_that_went_away_is_an_outage_until_it_is_back() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    assert_eq!(database.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
    drop(database);

    let database = place.connect().await;
    database.ping().await.unwrap();
    let away = place.path().with_extension("away");
    std::fs::rename(place.path(), &away).unwrap();
    for _ in 0..2 {
        assert_eq!(database.ping().await.unwrap_err().kind(), StoreErrorKind::Unavailable);
        let lost = database.record(&token("b", &text, None)).await.unwrap_err();
        assert_eq!(lost.kind(), StoreErrorKind::Unavailable);
    }
    assert!(!place.path().exists(), "no empty database is put in its place");
    std::fs::rename(&away, place.path()).unwrap();
    database.ping().await.unwrap();
    assert!(database.is_blacklisted("a").await.unwrap());
    database.record(&token("b", &text, None)).await.unwrap();
    assert_eq!(place.rows("SELECT jti FROM token_blacklist_outstandingtoken ORDER BY jti").await.len(), 2);
}

#[tokio::test]
async fn a_database_that_was_closed_is_one_whole_file() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    database.record(&token("a", &text, None)).await.unwrap();
    assert!(!database.is_blacklisted("a").await.unwrap());
    let wal = place.path().with_extension("sqlite3-wal");
    assert!(wal.exists());
    database.clone().close().await;
    assert!(!wal.exists());
    assert_eq!(database.ping().await.unwrap_err().kind(), StoreErrorKind::Unavailable);
}

#[tokio::test]
async fn a_file_that_was_replaced_is_opened_anew() {
    // Restored from a backup: the old file stays open somewhere, and must not be read or written.
    let (place, backup) = (Place::migrated().await, Place::migrated().await);
    let database = place.connect().await;
    let text = PlainToken::new("token");
    assert_eq!(database.blacklist(&token("old", &text, None), NOW).await.unwrap(), Claim::Won);
    assert!(database.is_blacklisted("old").await.unwrap());
    for leftover in ["sqlite3-wal", "sqlite3-shm"] {
        let _ = std::fs::remove_file(place.path().with_extension(leftover));
    }
    std::fs::rename(backup.path(), place.path()).unwrap();
    assert!(!database.is_blacklisted("old").await.unwrap());
    assert_eq!(database.blacklist(&token("new", &text, None), NOW).await.unwrap(), Claim::Won);
    assert_eq!(place.rows("SELECT jti FROM token_blacklist_outstandingtoken").await, [["new"]]);
}

#[tokio::test]
async fn a_killed_server_has_kept_every_rotation_that_it_told_of() {
    // The server to be killed is this very test in a process of its own.
    if let Ok(url) = std::env::var("COUNTERSIGN_TEST_URL") {
        return rotate_until_killed(&url).await;
    }
    let place = Place::migrated().await;
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "faults::a_killed_server_has_kept_every_rotation_that_it_told_of", "--nocapture"])
        .env("COUNTERSIGN_TEST_URL", place.url())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<_> = lines.filter(|line| line.starts_with("rotated ")).take(40).collect();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(told.len(), 40);

    let database = place.connect().await;
    for line in &told {
        let number = line.trim_start_matches("rotated ");
        assert!(database.is_blacklisted(&format!("token-{number}")).await.unwrap(), "{number}");
    }
    let rows = place.rows("SELECT count(*) FROM token_blacklist_outstandingtoken").await;
    let claims = place.rows("SELECT count(*) + 1 FROM token_blacklist_blacklistedtoken").await;
    assert_eq!(rows, claims, "each rotation has one successor, the last of which is good");
}

#[expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test's other process, read by the test")]
async fn rotate_until_killed(url: &str) {
    let database = Database::connect(url, &UserTable::default()).await.unwrap();
    let text = PlainToken::new("token");
    for number in 0.. {
        let (from, to) = (format!("token-{number}"), format!("token-{}", number + 1));
        let rotated = database.rotate(&token(&from, &text, None), &token(&to, &text, None), NOW).await;
        assert_eq!(rotated.unwrap(), Claim::Won);
        println!("rotated {number}");
    }
}

#[tokio::test]
async fn without_its_tables_the_ledger_fails_and_users_do_not() {
    let place = Place::migrated().await;
    place
        .run("DROP TABLE token_blacklist_blacklistedtoken; DROP TABLE token_blacklist_outstandingtoken")
        .await;
    let database = place.connect().await;
    assert!(!database.has_token_blacklist());
    assert!(database.find(UserLookup::Username("nobody")).await.unwrap().is_none());
    let error = database.is_blacklisted("a").await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
    assert!(told(&error).contains("no such table: token_blacklist_"), "{}", told(&error));
}

#[tokio::test]
async fn without_a_table_that_fits_refresh_tokens_fail_and_users_do_not() {
    for change in [
        "DROP TABLE refresh_token_refreshtoken",
        "ALTER TABLE refresh_token_refreshtoken RENAME COLUMN created TO made",
        "DROP TABLE refresh_token_refreshtoken;
         CREATE TABLE refresh_token_refreshtoken (id integer PRIMARY KEY, user_id integer, token text,
             created datetime, revoked datetime, device text NOT NULL)",
    ] {
        let place = Place::migrated().await;
        place.run(change).await;
        let database = place.connect().await;
        assert!(!database.has_refresh_tokens(), "{change}");
        assert!(database.find(UserLookup::Username("nobody")).await.unwrap().is_none());
        let error = database.find_refresh_token(&PlainToken::new("a")).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Inconsistent);
        assert!(told(&error).contains("no table of long-running refresh tokens"), "{}", told(&error));
    }
}
