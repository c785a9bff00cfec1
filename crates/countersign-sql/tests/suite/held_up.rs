//! What every engine with a server must do when others hold it up.

use std::num::NonZeroU32;
use std::time::Duration;

use countersign::secret::PlainToken;
use countersign::store::{Claim, StoreErrorKind, TokenLedger};
use countersign_sql::{Database, Limits, UserTable};
use sqlx::Executor;

use crate::Place;
use crate::suite::{NOW, token, told};

#[tokio::test]
async fn a_lock_that_stays_is_an_outage_and_passes() {
    let place = Place::migrated().await;
    let limits = Limits { statement_timeout: Duration::from_millis(200), ..Limits::default() };
    let database = Database::connect_with(&place.url(), &UserTable::default(), &limits.into()).await.unwrap();
    let text = PlainToken::new("token");
    let mut other = place.raw().await;
    other.execute(Place::LOCK_WRITERS).await.unwrap();
    let error = database.blacklist(&token("a", &text, None), NOW).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{}", told(&error));
    assert!(told(&error).contains(Place::TOO_LONG), "{}", told(&error));
    assert!(!database.is_blacklisted("a").await.unwrap(), "readers go on");
    other.execute(Place::UNLOCK).await.unwrap();
    assert_eq!(database.blacklist(&token("a", &text, None), NOW).await.unwrap(), Claim::Won);
}

#[tokio::test]
async fn connections_that_are_all_taken_are_an_outage_and_come_back() {
    let place = Place::migrated().await;
    let limits = Limits {
        max_connections: NonZeroU32::MIN,
        acquire_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let database = Database::connect_with(&place.url(), &UserTable::default(), &limits.into()).await.unwrap();
    let text = PlainToken::new("token");
    let mut other = place.raw().await;
    other.execute(Place::LOCK_WRITERS).await.unwrap();
    let waiting = {
        let (database, text) = (database.clone(), text.clone());
        tokio::spawn(async move { database.blacklist(&token("a", &text, None), NOW).await })
    };
    let error = loop {
        match database.ping().await {
            Ok(()) => tokio::task::yield_now().await,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(told(&error).contains("timed out"), "{}", told(&error));
    other.execute(Place::UNLOCK).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), Claim::Won);
    database.ping().await.unwrap();
}
