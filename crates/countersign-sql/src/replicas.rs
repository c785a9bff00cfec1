//! Replicas: copies of the database, asked where an answer may be a little old.
//!
//! A replica shows what was committed up to some moment, and no word of when that was. So the server counts: every now
//! and then it adds one to a number in the database, and looks for the number at the replica. Where it is there, so is
//! everything that was committed before the server began to write it; from that moment on, by the server's own clock,
//! the replica is good for as long as the bound says. No other clock is compared, and a replica that is cut off, paused
//! or a copy of yesterday's is found out within the bound.

use std::collections::VecDeque;
use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use countersign::store::StoreError;
use countersign::user::FieldValue;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::backend::{Backend, Dialect, Query, Row, Statement};
use crate::column::ColumnKind;
use crate::database::{Database, WeakDatabase};
use crate::engine;
use crate::error::ConnectError;
use crate::limits::Limits;
use crate::options::Options;

/// The replicas, and the tasks that look after them: they end with this.
pub(crate) struct Replicas {
    all: Vec<Arc<Replica>>,
    /// Whose turn it is.
    turn: AtomicUsize,
    _tasks: JoinSet<()>,
}

struct Replica {
    url: String,
    limits: Limits,
    /// Once it could be reached.
    backend: OnceLock<Box<dyn Backend>>,
    good_until: Mutex<Option<Instant>>,
}

impl Replicas {
    /// Begins to look after the replicas at these URLs; until one has shown that it is fresh, none is asked.
    pub(crate) fn start(options: &Options, database: &WeakDatabase, beat: &Arc<Beat>) -> Self {
        let replica = |url: &String| {
            let (url, limits) = (url.clone(), options.limits.clone());
            Arc::new(Replica { url, limits, backend: OnceLock::new(), good_until: Mutex::default() })
        };
        let all: Vec<_> = options.replicas.iter().map(replica).collect();
        let staleness = options.replica_staleness;
        let counted = Arc::new(Counted::default());
        let pause = staleness / LOOKS;
        let mut tasks = JoinSet::new();
        tasks.spawn(count(database.clone(), Arc::clone(beat), Arc::clone(&counted), pause));
        for replica in &all {
            let (replica, beat) = (Arc::clone(replica), Arc::clone(beat));
            tasks.spawn(look(replica, beat, Arc::clone(&counted), staleness));
        }
        Self { all, turn: AtomicUsize::new(0), _tasks: tasks }
    }

    /// The answer of a replica that is fresh enough; `None` where there is none, or it has no answer.
    pub(crate) async fn read(&self, query: &Query, values: &[FieldValue]) -> Option<Vec<Row>> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let (before, after) = self.all.split_at(turn % self.all.len());
        let replica = after.iter().chain(before).find(|replica| replica.is_good())?;
        match replica.backend.get()?.read(query, values).await {
            Ok(rows) => Some(rows),
            Err(error) => {
                tracing::warn!(%error, "a replica gave no answer, the database itself is asked");
                replica.set_good_until(None);
                None
            }
        }
    }

    pub(crate) async fn close(&self) {
        for replica in &self.all {
            if let Some(backend) = replica.backend.get() {
                backend.close().await;
            }
        }
    }
}

impl Replica {
    /// Its connections. One that is not there when the server starts may come later.
    async fn backend(&self) -> Result<&dyn Backend, ConnectError> {
        if let Some(backend) = self.backend.get() {
            return Ok(&**backend);
        }
        let backend = engine::connect(&self.url, &self.limits).await?;
        Ok(&**self.backend.get_or_init(|| backend))
    }

    /// The number that it shows.
    async fn number(&self, beat: &Beat) -> Result<Option<i64>, Box<dyn Error + Send + Sync>> {
        Ok(number(self.backend().await?.read(&beat.look, &[]).await?))
    }

    fn is_good(&self) -> bool {
        let good_until = *self.good_until.lock().unwrap_or_else(PoisonError::into_inner);
        good_until.is_some_and(|end| Instant::now() < end)
    }

    fn set_good_until(&self, end: Option<Instant>) {
        *self.good_until.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

/// The numbers that this server counted lately, each with the moment before it was written.
#[derive(Default)]
struct Counted(Mutex<VecDeque<(i64, Instant)>>);

impl Counted {
    fn add(&self, number: i64, begun: Instant) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.push_back((number, begun));
        // What is older than that is stale in any case.
        while counted.len() > KEPT {
            counted.pop_front();
        }
    }

    /// A moment before which everything is there, where this number is.
    fn since(&self, number: i64) -> Option<Instant> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.iter().rev().find(|(known, _)| *known <= number).map(|(_, begun)| *begun)
    }
}

async fn count(database: WeakDatabase, beat: Arc<Beat>, counted: Arc<Counted>, pause: Duration) {
    while let Some(database) = database.upgrade() {
        let begun = Instant::now();
        match beat.add(&database).await {
            Ok(number) => counted.add(number, begun),
            Err(error) => tracing::warn!(%error, "the replicas cannot be told to be fresh"),
        }
        drop(database);
        sleep(pause).await;
    }
}

async fn look(replica: Arc<Replica>, beat: Arc<Beat>, counted: Arc<Counted>, staleness: Duration) {
    let mut answers = true;
    loop {
        let number = replica.number(&beat).await;
        if let (Err(error), true) = (&number, answers) {
            tracing::warn!(error, "a replica does not answer");
        }
        answers = number.is_ok();
        let since = number.ok().flatten().and_then(|number| counted.since(number));
        replica.set_good_until(since.map(|since| since + staleness));
        sleep(staleness / LOOKS).await;
    }
}

/// The number that is counted, in a table of its own.
#[derive(Debug)]
pub(crate) struct Beat {
    add: Statement,
    look: Query,
}

impl Beat {
    pub(crate) const TABLE: &str = "countersign_beat";

    pub(crate) fn new(dialect: &dyn Dialect) -> Self {
        let [table, number] = [Self::TABLE, "number"].map(|name| dialect.quote(name));
        Self {
            add: Statement::new(format!("UPDATE {table} SET {number} = {number} + 1")),
            look: Query::new(format!("SELECT {number} FROM {table}"), [ColumnKind::Int]),
        }
    }

    /// Adds one, and tells the sum: nobody else can add until it is committed.
    async fn add(&self, database: &Database) -> Result<i64, StoreError> {
        let failed = |error| database.failed(error);
        let mut transaction = database.begin().await?;
        transaction.write(&self.add, &[]).await.map_err(failed)?;
        let rows = transaction.read(&self.look, &[]).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        number(rows).ok_or_else(|| StoreError::inconsistent(format!("{:?} has no row", Self::TABLE)))
    }
}

fn number(rows: Vec<Row>) -> Option<i64> {
    match rows.into_iter().flatten().next() {
        Some(Ok(FieldValue::Int(number))) => Some(number),
        _ => None,
    }
}

/// How often a replica is looked at in the time for which it is good.
const LOOKS: u32 = 4;
/// How many numbers are kept: more than are counted in that time.
const KEPT: usize = 16;
