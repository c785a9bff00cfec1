//! The blacklist in memory beside transactions that commit out of order, on a server that does not name them.

use std::time::Duration;

use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, raw_sql};

use crate::place::Place;
use crate::suite::blacklist::{Remembering, record, revocation};

#[tokio::test]
async fn a_transaction_that_commits_after_later_ones_is_not_missed() {
    let place = Place::migrated().await;
    let ids = ["a", "b", "c"];
    record(&place, &ids).await;
    let memory = Remembering::everything_after(&place, Duration::from_secs(6)).await;
    let (mut one, mut other) = (place.raw().await, place.raw().await);
    run(&mut one, &format!("BEGIN; {}", revocation("a"))).await;
    run(&mut other, &format!("BEGIN; {}; COMMIT", revocation("b"))).await;
    assert_eq!(memory.knows(&ids).await, ["b"], "its id is higher than one that is not committed");
    run(&mut other, &format!("BEGIN; {}; ROLLBACK; BEGIN; {0}; COMMIT", revocation("c"))).await;
    assert_eq!(memory.knows(&ids).await, ["b", "c"]);
    run(&mut one, "COMMIT").await;
    assert_eq!(memory.knows(&ids).await, ids);
}

async fn run(connection: &mut MySqlConnection, sql: &str) {
    raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}
