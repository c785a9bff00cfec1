//! The blacklist in memory where transactions commit in another order than that of their ids, and servers tell each other.

use std::time::{Duration, Instant};

use countersign::entropy::{Entropy, SeededEntropy};
use countersign::secret::PlainToken;
use countersign::store::{Claim, TokenLedger};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Executor as _};

use crate::Place;
use crate::suite::blacklist::{GIVE_UP, Remembering, record, revocation};
use crate::suite::{NOW, token};

async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_commits_after_later_ones_is_not_missed() {
    let place = Place::migrated().await;
    let ids = ["a", "b", "c", "d", "e"];
    record(&place, &ids).await;
    let memory = Remembering::everything(&place).await;
    let (mut one, mut other, mut third) = (place.raw().await, place.raw().await, place.raw().await);
    run(&mut one, &format!("BEGIN; {}", revocation("a"))).await;
    run(&mut other, &format!("BEGIN; {}; COMMIT", revocation("b"))).await;
    assert_eq!(memory.knows(&ids).await, ["b"], "its id is higher than one that is not committed");
    run(&mut third, &format!("BEGIN; {}", revocation("c"))).await;
    run(&mut other, &format!("BEGIN; {}; ROLLBACK; BEGIN; {0}; COMMIT", revocation("d"))).await;
    for _ in 0..3 {
        assert_eq!(memory.knows(&ids).await, ["b", "d"]);
    }
    run(&mut third, "COMMIT").await;
    assert_eq!(memory.knows(&ids).await, ["b", "c", "d"]);
    run(&mut one, &format!("{}; COMMIT", revocation("e"))).await;
    assert_eq!(memory.knows(&ids).await, ids, "after three more readings and as many higher ids");
}

#[tokio::test]
async fn what_is_being_written_when_reading_begins_is_waited_for() {
    let place = Place::migrated().await;
    record(&place, &["a", "b"]).await;
    let mut other = place.raw().await;
    run(&mut other, &format!("BEGIN; {}", revocation("a"))).await;
    place.run(&revocation("b")).await;
    let memory = Remembering::beginning(&place, Duration::ZERO).await;
    for _ in 0..3 {
        assert!(!memory.database.refresh_blacklist().await, "somebody has not committed yet");
    }
    assert!(memory.database.is_blacklisted_allowing_stale("b").await.unwrap(), "the database is asked");
    run(&mut other, "COMMIT").await;
    assert_eq!(memory.knows(&["a", "b"]).await, ["a", "b"]);
}

#[tokio::test]
async fn whatever_the_order_everything_is_known_that_was_committed() {
    let place = Place::migrated().await;
    let memory = Remembering::everything(&place).await;
    let entropy = SeededEntropy::new(4);
    let number = || {
        let mut byte = [0];
        entropy.fill(&mut byte);
        usize::from(byte[0])
    };
    let ids: Vec<_> = (0..160).map(|id| format!("token-{id}")).collect();
    let ids: Vec<_> = ids.iter().map(|id| &**id).collect();
    record(&place, &ids).await;
    let mut open: Vec<(PgConnection, Vec<&str>)> = Vec::new();
    let mut committed = Vec::new();
    for _ in 0..4 {
        let mut connection = place.raw().await;
        run(&mut connection, "BEGIN").await;
        open.push((connection, Vec::new()));
    }
    for id in &ids {
        let who = number() % open.len();
        let (connection, mine) = &mut open[who];
        run(connection, &revocation(id)).await;
        mine.push(id);
        match number() % 4 {
            0 => {
                run(connection, "COMMIT; BEGIN").await;
                committed.append(mine);
            }
            1 => {
                run(connection, "ROLLBACK; BEGIN").await;
                mine.clear();
            }
            2 => {
                let known = memory.knows(&ids).await;
                committed.sort_unstable();
                assert!(committed.iter().all(|id| known.contains(id)), "{known:?} of {committed:?}");
                assert_eq!(known.len(), committed.len());
            }
            _ => {}
        }
    }
    assert!(committed.len() > 20, "{committed:?}");
}

#[tokio::test]
async fn a_revocation_here_is_heard_of_elsewhere_without_a_reading_of_its_own() {
    let place = Place::migrated().await;
    let (here, elsewhere) = (Remembering::everything(&place).await, Remembering::everything(&place).await);
    let text = PlainToken::new("token");
    for (id, is_cut) in [("a", false), ("b", true)] {
        if is_cut {
            place
                .run(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {LISTENS}"))
                .await;
        }
        until(async || {
            place.rows(&format!("SELECT 1 FROM pg_stat_activity WHERE {LISTENS}")).await.len() == 2
        })
        .await;
        assert!(!elsewhere.database.is_blacklisted_allowing_stale(id).await.unwrap());
        assert_eq!(here.database.blacklist(&token(id, &text, None), NOW).await.unwrap(), Claim::Won);
        until(async || elsewhere.database.is_blacklisted_allowing_stale(id).await.unwrap()).await;
    }
}

#[tokio::test]
async fn where_ids_do_not_ascend_the_database_is_asked() {
    let place = Place::migrated().await;
    record(&place, &["a"]).await;
    place.run("ALTER SEQUENCE token_blacklist_blacklistedtoken_id_seq CACHE 20").await;
    let memory = Remembering::beginning(&place, Duration::ZERO).await;
    assert!(!memory.database.refresh_blacklist().await);
    place.run(&revocation("a")).await;
    assert!(memory.database.is_blacklisted_allowing_stale("a").await.unwrap());
    assert_eq!(memory.database.revocations_in_memory(), None);
}

#[tokio::test]
async fn a_server_that_goes_away_makes_no_token_good() {
    let place = Place::migrated().await;
    record(&place, &["a", "b"]).await;
    let memory = Remembering::everything(&place).await;
    let mut other = place.raw().await;
    run(&mut other, &format!("BEGIN; {}", revocation("a"))).await;
    place.run(&revocation("b")).await;
    place
        .run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'countersign' AND pid <> pg_backend_pid()",
        )
        .await;
    other.execute("COMMIT").await.unwrap();
    let began = Instant::now();
    while !memory.database.refresh_blacklist().await {
        assert!(began.elapsed() < GIVE_UP, "it does not recover");
    }
    assert_eq!(memory.knows(&["a", "b"]).await, ["a", "b"]);
}

async fn until(condition: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !condition().await {
        assert!(began.elapsed() < GIVE_UP, "it never comes");
        tokio::task::yield_now().await;
    }
}

const LISTENS: &str = "datname = current_database() AND query LIKE 'LISTEN %'";
