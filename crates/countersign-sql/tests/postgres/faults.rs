//! What goes wrong around a server: it refuses, it is busy, it forgets us; others are in our way.

use std::num::NonZeroU32;

use countersign::secret::PlainToken;
use countersign::store::{
    Claim, FlushCursor, Flushed, OutstandingToken, StoreErrorKind, TokenLedger, UserLookup, Users,
};
use countersign::user::UserKey;
use countersign_sql::{ConnectErrorKind, Database, UserTable};
use sqlx::Executor;
use tokio::task::JoinSet;

use crate::Place;
use crate::place::server;
use crate::suite::{NOW, add_user, tables, token, told};

#[tokio::test]
async fn what_is_no_database_is_said_in_a_sentence() {
    let place = Place::empty().await;
    let (host, port) = (server().get_host().to_owned(), server().get_port());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, kind, said) in [
        (place.url(), ConnectErrorKind::Schema, "run `countersign migrate`".to_owned()),
        (
            format!("postgres://u:hunter2@127.0.0.1:{free}/d"),
            ConnectErrorKind::Unavailable,
            format!("the database server at 127.0.0.1:{free} does not answer: start it"),
        ),
        (
            format!("postgres://nobody:hunter2@{host}:{port}/postgres"),
            ConnectErrorKind::Unavailable,
            format!("at {host}:{port} does not let the user \"nobody\" in"),
        ),
        (
            format!("{}?sslmode=require&sslrootcert=/no/such/file.pem", place.url()),
            ConnectErrorKind::Unavailable,
            "see to its certificate, or to sslmode and sslrootcert in database.url".to_owned(),
        ),
        (
            place.url().replace(place.name(), "gone"),
            ConnectErrorKind::Missing,
            format!("there is no database \"gone\" at {host}:{port}: create it"),
        ),
    ] {
        let error = Database::connect(&url, &UserTable::default()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{}", told(&error));
        assert!(error.to_string().contains(&said), "{error}");
        assert!(!format!("{error:?}{}", told(&error)).contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn the_certificate_is_asked_for_where_the_url_says_so() {
    let place = Place::migrated().await;
    let certificate = std::env::var("COUNTERSIGN_TEST_POSTGRES_CERTIFICATE").unwrap();
    let (own, users) = (place.url(), UserTable::default());
    let elsewhere = own.replace("127.0.0.1", "127.0.0.2");
    for (url, is_taken) in [
        (format!("{own}?sslmode=verify-full&sslrootcert={certificate}"), true),
        (format!("{own}?sslmode=require&sslrootcert={certificate}"), true),
        (format!("{own}?sslmode=require"), true),
        (format!("{own}?sslmode=disable"), true),
        (format!("{own}?sslmode=verify-full"), false),
        (format!("{own}?sslmode=verify-ca"), false),
        (format!("{elsewhere}?sslmode=verify-full&sslrootcert={certificate}"), false),
        (format!("{elsewhere}?sslmode=verify-ca&sslrootcert={certificate}"), true),
    ] {
        match Database::connect(&url, &users).await {
            Ok(database) => {
                let encrypted = place
                    .rows(
                        "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                         WHERE datname = current_database() AND application_name = 'countersign'",
                    )
                    .await;
                let is_encrypted = if url.ends_with("disable") { "0" } else { "1" };
                assert_eq!(encrypted, [[is_encrypted]], "{url}");
                assert!(is_taken, "{url}");
                database.close().await;
            }
            Err(error) => {
                assert!(!is_taken, "{url}: {}", told(&error));
                assert!(
                    error.to_string().contains("there is no TLS with the database server"),
                    "{}",
                    told(&error)
                );
            }
        }
    }
}

#[tokio::test]
async fn connections_that_the_server_ended_are_replaced() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    assert_eq!(database.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()",
        place.name()
    );
    let ended = place.rows(&end).await;
    assert!(!ended.is_empty());
    let mut lost = 0;
    while let Err(error) = database.is_blacklisted("a").await {
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{}", told(&error));
        lost += 1;
        assert!(lost <= ended.len(), "each connection fails once at most");
    }
    assert!(database.is_blacklisted("a").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_in_anothers_way_tries_again() {
    let place = Place::migrated().await;
    place.be_at_its_strictest().await;
    let servers = [place.connect().await, place.connect().await];
    let mut rotations = JoinSet::new();
    for number in 0..50 {
        let server = servers[number % 2].clone();
        rotations.spawn(async move {
            let (text, successor) = (PlainToken::new("token"), format!("successor-{number}"));
            let (from, to) = (token("presented", &text, None), token(&successor, &text, None));
            server.record(&token("of-all", &text, None)).await.unwrap();
            let Flushed { .. } =
                server.flush_expired(NOW, FlushCursor::default(), NonZeroU32::MIN).await.unwrap();
            server.rotate(&from, &to, NOW).await.unwrap()
        });
    }
    let claims = rotations.join_all().await;
    assert_eq!(claims.iter().filter(|claim| **claim == Claim::Won).count(), 1);
    assert_eq!(place.rows("SELECT count(*) FROM token_blacklist_outstandingtoken").await, [["3"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_flush_at_once_are_not_in_each_others_way() {
    let place = Place::migrated().await;
    let servers = [place.connect().await, place.connect().await];
    let text = PlainToken::new("token");
    assert_eq!(servers[0].blacklist(&token("good", &text, None), NOW).await.unwrap(), Claim::Won);
    for number in 0..60 {
        let jti = format!("token-{number}");
        let expired = OutstandingToken { expires_at: NOW, ..token(&jti, &text, None) };
        assert_eq!(servers[0].blacklist(&expired, NOW).await.unwrap(), Claim::Won);
    }
    let mut flushes = JoinSet::new();
    for number in 0..8 {
        let server = servers[number % 2].clone();
        flushes.spawn(async move {
            let (mut sum, mut next) = (0, Some(FlushCursor::default()));
            while let Some(from) = next {
                let batch = server.flush_expired(NOW, from, NonZeroU32::new(7).unwrap()).await.unwrap();
                (sum, next) = (sum + batch.tokens, batch.next);
            }
            sum
        });
    }
    assert_eq!(flushes.join_all().await.iter().sum::<u64>(), 60);
    assert_eq!(place.rows(LISTED).await, [["good"]]);
}

/// Who waited for a row, with others in hand, could be waited for in a circle.
#[tokio::test]
async fn an_expired_row_that_somebody_holds_is_passed_by_and_goes_the_next_time() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    for jti in ["a", "b", "c"] {
        let expired = OutstandingToken { expires_at: NOW, ..token(jti, &text, None) };
        assert_eq!(database.blacklist(&expired, NOW).await.unwrap(), Claim::Won);
    }
    let mut other = place.raw().await;
    // As Django does for each token of a user who is deleted.
    let hold = "BEGIN; UPDATE token_blacklist_outstandingtoken SET user_id = NULL WHERE jti = 'b'";
    other.execute(hold).await.unwrap();
    let flush = async || {
        let all = NonZeroU32::new(10).unwrap();
        database.flush_expired(NOW, FlushCursor::default(), all).await.unwrap()
    };
    assert_eq!(flush().await, Flushed { tokens: 2, next: None });
    assert_eq!(place.rows(LISTED).await, [["b"]]);
    other.execute("COMMIT").await.unwrap();
    assert_eq!(flush().await, Flushed { tokens: 1, next: None });
    assert!(place.rows("SELECT jti FROM token_blacklist_outstandingtoken").await.is_empty());
}

#[tokio::test]
async fn a_user_who_is_deleted_under_way_is_nobody() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    let mut other = place.raw().await;
    other.execute("BEGIN; DELETE FROM auth_user WHERE id = 7").await.unwrap();
    let recording = {
        let (database, text) = (database.clone(), text.clone());
        tokio::spawn(async move { database.record(&token("a", &text, Some(&UserKey::Int(7)))).await })
    };
    // The reference is checked at the commit, which waits for the one who deletes.
    let waits =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while place.rows(waits).await.is_empty() {
        assert!(!recording.is_finished(), "it waits");
        tokio::task::yield_now().await;
    }
    other.execute("COMMIT").await.unwrap();
    recording.await.unwrap().unwrap();
    assert_eq!(
        place.rows("SELECT jti, user_id FROM token_blacklist_outstandingtoken").await,
        [["a", "NULL"]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_are_set_up_at_once_agree_on_the_tables() {
    let place = Place::empty().await;
    let mut migrations = JoinSet::new();
    for _ in 0..2 {
        let url = place.url();
        migrations.spawn(async move {
            Database::migrate(&url, tables(&UserTable::default()), NOW).await.unwrap().is_unchanged()
        });
    }
    let mut unchanged = migrations.join_all().await;
    unchanged.sort_unstable();
    assert_eq!(unchanged, [false, true], "one makes them, the other finds them");
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
    assert!(told(&error).contains("token_blacklist_"), "{}", told(&error));
}

/// The tokens on the blacklist.
const LISTED: &str = "SELECT o.jti FROM token_blacklist_outstandingtoken o
                      JOIN token_blacklist_blacklistedtoken b ON b.token_id = o.id ORDER BY o.jti";
