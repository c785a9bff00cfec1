//! `last_login`, written behind the logins.

use std::time::Duration;

use countersign::clock::{Span, Timestamp};
use countersign::store::{UserLookup, Users};
use countersign::user::UserKey;
use countersign_sql::{Database, LastLogin, Options, UserTable};
use tokio::time::{Instant, timeout};

use super::{NOW, add_user, tables};
use crate::Place;

#[tokio::test]
async fn a_users_logins_are_one_write_in_each_interval() {
    let (place, [ada, ben]) = two_users().await;
    let database = behind(&place, Duration::from_hours(1)).await;
    database.record_login(&ada, NOW).await.unwrap();
    until(&place, "ada", NOW).await;

    let [second, third] = [1, 2].map(|number| NOW + Span::from_secs(number));
    database.record_login(&ada, third).await.unwrap();
    // The one that comes late is not the last one.
    database.record_login(&ada, second).await.unwrap();
    // Whoever has not logged in lately is not kept waiting for those who have.
    database.record_login(&ben, second).await.unwrap();
    until(&place, "ben", second).await;
    assert_eq!(last_login(&place, "ada").await, Some(NOW));

    // Nothing is lost where the server stops.
    database.close().await;
    assert_eq!(last_login(&place, "ada").await, Some(third));
}

#[tokio::test]
async fn what_came_meanwhile_is_written_when_the_interval_is_over() {
    let (place, [ada, _]) = two_users().await;
    let database = behind(&place, Duration::from_millis(20)).await;
    for number in 0..3 {
        let at = NOW + Span::from_secs(number);
        database.record_login(&ada, at).await.unwrap();
    }
    until(&place, "ada", NOW + Span::from_secs(2)).await;
}

#[tokio::test]
async fn a_login_waits_for_its_own_write_where_that_is_all() {
    let (place, [ada, _]) = two_users().await;
    let database = behind(&place, Duration::ZERO).await;
    for number in 0..20 {
        let at = NOW + Span::from_secs(number);
        database.record_login(&ada, at).await.unwrap();
        // A machine that is very busy may take longer than a login waits.
        until(&place, "ada", at).await;
    }
}

#[tokio::test]
async fn a_later_login_that_another_server_wrote_stays() {
    let (place, [ada, _]) = two_users().await;
    let servers = [behind(&place, Duration::ZERO).await, behind(&place, Duration::ZERO).await];
    let later = NOW + Span::from_secs(60);
    servers[0].record_login(&ada, later).await.unwrap();
    until(&place, "ada", later).await;
    servers[1].record_login(&ada, NOW).await.unwrap();
    servers[1].close().await;
    assert_eq!(last_login(&place, "ada").await, Some(later));
}

#[tokio::test]
async fn a_row_that_is_locked_delays_no_login_and_is_written_afterwards() {
    let (place, [ada, ben]) = two_users().await;
    let database = behind(&place, Duration::ZERO).await;
    let mut other = place.raw().await;
    sqlx::raw_sql(Place::LOCK_USERS).execute(&mut other).await.unwrap();
    let begun = Instant::now();
    database.record_login(&ada, NOW).await.unwrap();
    database.record_login(&ben, NOW).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(5), "a login waited for {:?}", begun.elapsed());
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    until(&place, "ada", NOW).await;
    until(&place, "ben", NOW).await;
}

async fn two_users() -> (Place, [UserKey; 2]) {
    let place = Place::migrated().await;
    add_user(&place, 1, "ada").await;
    add_user(&place, 2, "ben").await;
    (place, [1, 2].map(UserKey::Int))
}

async fn behind(place: &Place, interval: Duration) -> Database {
    let mut options = Options::default();
    options.last_login = LastLogin::Behind(interval);
    Database::connect_with(&place.url(), tables(&UserTable::default()), &options).await.unwrap()
}

async fn last_login(place: &Place, username: &str) -> Option<Timestamp> {
    let database = place.connect().await;
    let found = database.find(UserLookup::Username(username)).await.unwrap().unwrap().last_login;
    database.close().await;
    found
}

async fn until(place: &Place, username: &str, at: Timestamp) {
    let is_there = async {
        while last_login(place, username).await != Some(at) {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(30), is_there).await.expect("the login is written in the end");
}
