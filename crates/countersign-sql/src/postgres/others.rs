//! What others do on the same server: who writes, and what they tell us.
//!
//! A transaction that inserts holds a lock on the table (`ROW EXCLUSIVE`) from before it takes an id until after its rows can
//! be seen, or never will be; `pg_locks` shows it to everybody. One that is prepared for a commit in two phases keeps the lock
//! and loses its name.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use crate::backend::{Announcements, Query, Row, Statement, Writers};
use crate::column::ColumnKind;
use crate::patience::in_time;

/// (quoted table): whether ids ascend and locks are told of, and the name of one who writes, if there is any.
///
/// Ids ascend where the sequence behind them is PostgreSQL's own and no connection takes several at once to use them later.
/// `CockroachDB` and `YugabyteDB` do not tell of their locks as PostgreSQL does.
pub(super) fn who_writes() -> Query {
    Query::fixed(
        "SELECT version() LIKE 'PostgreSQL %' AND version() NOT LIKE '%-YB-%' AND EXISTS (
             SELECT 1 FROM pg_catalog.pg_sequence s
             WHERE s.seqrelid = to_regclass(pg_get_serial_sequence($1, 'id'))
               AND s.seqincrement > 0 AND s.seqcache = 1 AND NOT s.seqcycle),
             l.virtualtransaction
         FROM (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) d
         LEFT JOIN pg_catalog.pg_locks l
             ON l.locktype = 'relation' AND l.database = d.oid AND l.relation = to_regclass($1)
             AND l.mode = 'RowExclusiveLock' AND l.granted",
        &[ColumnKind::Bool, ColumnKind::Text],
    )
}

pub(super) fn writers(rows: &[Row]) -> Writers {
    let (mut names, mut nameless) = (BTreeSet::new(), false);
    for row in rows {
        match &**row {
            [Ok(FieldValue::Bool(true)), Ok(FieldValue::Text(name))] if name.starts_with("-1/") => {
                nameless = true;
            }
            [Ok(FieldValue::Bool(true)), Ok(FieldValue::Text(name))] => {
                names.insert(name.clone());
            }
            [Ok(FieldValue::Bool(true)), Ok(FieldValue::Null)] => {}
            _ => return Writers::Unordered,
        }
    }
    Writers::Open { names, nameless }
}

pub(super) fn announcement() -> Statement {
    Statement::new(format!("NOTIFY {CHANNEL}"))
}

/// A connection of its own that waits for word of others. One that was lost is an error at the next word.
pub(super) async fn listen(
    options: &PgConnectOptions,
    patience: Duration,
) -> Result<Option<Box<dyn Announcements>>, sqlx::Error> {
    let single = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
    let single = single.acquire_timeout(patience).connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&single).await?;
    listener.eager_reconnect(false);
    in_time(patience, listener.listen(CHANNEL)).await?;
    Ok(Some(Box::new(Listening(listener))))
}

struct Listening(PgListener);

impl Announcements for Listening {
    fn next(&mut self) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        Box::pin(async move { self.0.try_recv().await?.map(drop).ok_or(sqlx::Error::WorkerCrashed) })
    }
}

const CHANNEL: &str = "countersign_blacklist";
