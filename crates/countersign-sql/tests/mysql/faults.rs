//! What goes wrong around a server: it refuses, it is busy, it forgets us; others are in our way.

use std::num::NonZeroU32;
use std::time::Duration;

use countersign::secret::PlainToken;
use countersign::store::{
    Claim, FlushCursor, Flushed, OutstandingToken, StoreErrorKind, TokenLedger, UserLookup, Users,
};
use countersign::user::UserKey;
use countersign_sql::{ConnectErrorKind, Database, UserTable};
use sqlx::{AssertSqlSafe, Executor};
use tokio::task::JoinSet;

use crate::Place;
use crate::place::server;
use crate::suite::{NOW, add_user, token, told};

#[tokio::test]
async fn what_is_no_database_is_said_in_a_sentence() {
    let place = Place::empty().await;
    let (host, port) = (server().get_host().to_owned(), server().get_port());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, kind, said) in [
        (place.url(), ConnectErrorKind::Schema, "run `countersign migrate`".to_owned()),
        (place.url().replace("mysql:", "mariadb:"), ConnectErrorKind::Schema, "no tables yet".to_owned()),
        (
            format!("mysql://u:hunter2@127.0.0.1:{free}/d"),
            ConnectErrorKind::Unavailable,
            format!("the database server at 127.0.0.1:{free} does not answer: start it"),
        ),
        (
            format!("mysql://nobody:hunter2@{host}:{port}/mysql"),
            ConnectErrorKind::Unavailable,
            format!("at {host}:{port} does not let the user \"nobody\" in"),
        ),
        (
            format!("{}?ssl-mode=required&ssl-ca=/no/such/file.pem", place.url()),
            ConnectErrorKind::Unavailable,
            "see to its certificate, or to ssl-mode and ssl-ca in database.url".to_owned(),
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
    let certificate = std::env::var("COUNTERSIGN_TEST_MARIADB_CERTIFICATE").unwrap();
    // Whom the server lets in over TLS alone.
    let user = format!("{}_tls", place.name());
    place
        .run(&format!(
            "CREATE USER {user} IDENTIFIED BY 'open' REQUIRE SSL; GRANT ALL ON {}.* TO {user}",
            place.name()
        ))
        .await;
    let own = place.url().replace("tests:letmein", &format!("{user}:open"));
    let elsewhere = own.replace("127.0.0.1", "127.0.0.2");
    for (url, is_taken) in [
        (format!("{own}?ssl-mode=VERIFY_IDENTITY&ssl-ca={certificate}"), true),
        (format!("{own}?ssl-mode=required&ssl-ca={certificate}"), true),
        (format!("{own}?ssl-ca={certificate}"), true),
        (format!("{own}?ssl-mode=required"), true),
        (own.clone(), true),
        (format!("{own}?ssl-mode=disabled"), false),
        (format!("{own}?ssl-mode=verify_identity"), false),
        (format!("{own}?ssl-mode=verify_ca"), false),
        (format!("{elsewhere}?ssl-mode=verify_identity&ssl-ca={certificate}"), false),
        (format!("{elsewhere}?ssl-mode=verify_ca&ssl-ca={certificate}"), true),
    ] {
        match Database::connect(&url, &UserTable::default()).await {
            Ok(database) => {
                assert!(is_taken, "{url}");
                database.close().await;
            }
            Err(error) => {
                assert!(!is_taken, "{url}: {}", told(&error));
                let said = if url.ends_with("disabled") {
                    format!("does not let the user {user:?} in")
                } else {
                    "there is no TLS with the database server".to_owned()
                };
                assert!(error.to_string().contains(&said), "{}", told(&error));
            }
        }
    }
    place.run(&format!("DROP USER {user}")).await;
}

#[tokio::test]
async fn connections_that_the_server_ended_are_replaced() {
    let place = Place::migrated().await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    assert_eq!(database.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
    let ours = format!(
        "SELECT id FROM information_schema.processlist WHERE db = '{}' AND id <> CONNECTION_ID()",
        place.name()
    );
    let ended = place.rows(&ours).await;
    assert!(!ended.is_empty());
    let mut other = place.raw().await;
    for id in ended.iter().flatten() {
        other.execute(AssertSqlSafe(format!("KILL {id}"))).await.unwrap();
    }
    let mut lost = 0;
    while let Err(error) = database.is_blacklisted("a").await {
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{}", told(&error));
        lost += 1;
        assert!(lost <= ended.len(), "each connection fails once at most");
    }
    assert!(database.is_blacklisted("a").await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_whose_row_is_held_holds_up_nobody_else() {
    let place = Place::migrated().await;
    add_user(&place, 7, "ada").await;
    add_user(&place, 8, "bob").await;
    let database = place.connect().await;
    let text = PlainToken::new("token");
    let mut other = place.raw().await;
    other.execute("BEGIN; UPDATE auth_user SET first_name = 'Ada' WHERE id = 7").await.unwrap();
    let waiting = {
        let (database, text) = (database.clone(), text.clone());
        tokio::spawn(async move { database.record(&token("ada's", &text, Some(&UserKey::Int(7)))).await })
    };
    wait_for_a_lock(&place).await;
    database.record(&token("bob's", &text, Some(&UserKey::Int(8)))).await.unwrap();
    assert!(!waiting.is_finished());
    other.execute("COMMIT").await.unwrap();
    waiting.await.unwrap().unwrap();
    let written = place.rows("SELECT jti FROM token_blacklist_outstandingtoken ORDER BY id").await;
    assert_eq!(written, [["bob's"], ["ada's"]]);
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
    assert!(place.rows("SELECT 1 FROM token_blacklist_blacklistedtoken").await.is_empty());
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
    wait_for_a_lock(&place).await;
    assert!(!recording.is_finished(), "it waits");
    other.execute("COMMIT").await.unwrap();
    recording.await.unwrap().unwrap();
    assert_eq!(
        place.rows("SELECT jti, user_id FROM token_blacklist_outstandingtoken").await,
        [["a", "NULL"]]
    );
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

/// Until somebody in the database waits for another's row. `information_schema.innodb_trx` says so, too, but what it says gets no
/// newer while it is asked more often than ten times a second, whoever asks.
async fn wait_for_a_lock(place: &Place) {
    let ours = format!("SELECT id FROM information_schema.processlist WHERE db = '{}'", place.name());
    let started = std::time::Instant::now();
    loop {
        let ours = place.rows(&ours).await.concat();
        let status = place.rows("SHOW ENGINE INNODB STATUS").await.concat().concat();
        let is_ours =
            |transaction: &str| ours.iter().any(|id| transaction.contains(&format!("thread id {id},")));
        if status.split("---TRANSACTION").any(|one| one.contains("LOCK WAIT") && is_ours(one)) {
            return;
        }
        assert!(started.elapsed() < Duration::from_mins(1), "nobody waits:\n{status}");
    }
}
