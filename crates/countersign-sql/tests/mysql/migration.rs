//! `migrate` where every table that is made is a transaction of its own.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use countersign_sql::{Database, Tables, UserTable};
use tokio::task::JoinSet;

use crate::Place;
use crate::suite::{NOW, tables};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_was_cut_off_goes_on_where_it_ended() {
    let whole = Place::migrated().await;
    let (schema, rows) = (whole.schema().await, rows_of(&whole).await);
    let mut cut_off = 0;
    for waits in (1..).step_by(5) {
        let place = Place::empty().await;
        if is_done_after(waits, &place.url()).await {
            break;
        }
        cut_off += 1;
        let report = migrate(&place).await;
        assert_eq!(place.schema().await, schema, "after {waits}: {report:?}");
        assert_eq!(rows_of(&place).await, rows, "after {waits}: {report:?}");
        assert!(migrate(&place).await.is_unchanged(), "after {waits}");
    }
    assert!(cut_off > 5, "{cut_off}");
}

/// Migrates, unless it has waited for the database for so many times before: then it goes away.
async fn is_done_after(mut waits: u32, url: &str) -> bool {
    let mut migration = pin!(Database::migrate(url, tables(&UserTable::default()), NOW));
    poll_fn(|context| {
        waits -= 1;
        match migration.as_mut().poll(context) {
            Poll::Ready(report) => Poll::Ready(report.is_ok()),
            Poll::Pending if waits == 0 => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test]
async fn half_of_what_another_made_is_left_alone() {
    for (rest, said) in [
        ("DROP TABLE token_blacklist_blacklistedtoken", "one without the other"),
        (
            "DROP TABLE token_blacklist_blacklistedtoken, token_blacklist_outstandingtoken, refresh_token_refreshtoken, \
          auth_user_user_permissions, auth_user_groups, auth_user",
            "no user table \"auth_user\"",
        ),
    ] {
        let place = Place::migrated().await;
        place.run(rest).await;
        let before = place.schema().await;
        let error = Database::migrate(&place.url(), &UserTable::default(), NOW).await.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(place.schema().await, before);
    }
}

#[tokio::test]
async fn a_table_of_tokens_of_ones_own_is_no_half_made_one() {
    let place = Place::migrated().await;
    place.run("RENAME TABLE refresh_token_refreshtoken TO shop_ticket").await;
    place.run("CREATE TABLE countersign_is_making_refresh_token (id integer)").await;
    let theirs = Tables { refresh_tokens: Some("shop_ticket".to_owned()), ..UserTable::default().into() };
    assert!(Database::migrate(&place.url(), theirs, NOW).await.unwrap().is_unchanged());
}

async fn migrate(place: &Place) -> countersign_sql::MigrationReport {
    Database::migrate(&place.url(), tables(&UserTable::default()), NOW).await.unwrap()
}

async fn rows_of(place: &Place) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT id, number FROM countersign_beat",
        "SELECT table_name FROM information_schema.tables
         WHERE table_schema = DATABASE() AND table_name LIKE 'countersign%' ORDER BY table_name",
        "SELECT app, name, applied FROM django_migrations ORDER BY app, name",
        "SELECT app_label, model FROM django_content_type ORDER BY app_label, model",
        "SELECT app_label, codename, name FROM auth_permission p JOIN django_content_type t
         ON t.id = p.content_type_id ORDER BY app_label, codename",
    ] {
        rows.extend(place.rows(sql).await);
    }
    rows
}
