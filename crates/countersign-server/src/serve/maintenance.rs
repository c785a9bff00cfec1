//! The management commands that the servers run by themselves: each is done by one of all servers, when it is due.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use countersign::clock::{Clock, Span, SystemClock, Timestamp};
use countersign::entropy::{SystemEntropy, uuid4_hex};
use countersign::store::{FlushCursor, Flushed, RefreshTokens, StoreError, TokenLedger};
use countersign_sql::{Database, Job, Worker};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::config::Config;
use crate::failure::Failure;

/// What is configured to come round.
pub(crate) struct Maintenance(Vec<Round>);

impl Maintenance {
    /// Looks whether what is configured can be done.
    ///
    /// # Errors
    ///
    /// When the database lacks a table that it takes.
    pub(crate) fn plan(config: &Config, database: &Database) -> Result<Self, Failure> {
        let mut rounds = Vec::new();
        for (setting, every, chore) in chores(config) {
            let Some(every) = every else { continue };
            if !database.has_jobs() {
                return Err(Failure::input(format!(
                    "maintenance.{setting} needs a table of Countersign's own, by which the servers agree on who does \
                     it: create it with `countersign migrate`"
                )));
            }
            if !chore.has_table(database) {
                return Err(Failure::input(format!(
                    "maintenance.{setting} is given, but the database has no table that it could delete from: create it \
                     with `countersign migrate`, or take the setting out"
                )));
            }
            let every = Span::from_micros(i64::try_from(every.as_micros()).unwrap_or(i64::MAX));
            let job = Job { name: chore.name(), every, patience: PATIENCE };
            rounds.push(Round { chore, job, database: database.clone(), clock: Arc::new(SystemClock) });
        }
        Ok(Self(rounds))
    }

    /// Begins. It ends when what this gives is dropped: between two batches nothing is half done.
    pub(crate) fn start(self) -> JoinSet<()> {
        self.0.into_iter().map(Round::go).collect()
    }
}

/// Each setting, how often it says, and what it is about.
fn chores(config: &Config) -> [(&'static str, Option<Duration>, Chore); 2] {
    let maintenance = &config.maintenance;
    let lifetime = config.graphql_jwt.as_ref().map(|family| family.refresh_tokens.lifetime);
    [
        ("flushexpiredtokens_every", maintenance.flush_expired_tokens, Chore::FlushExpiredTokens),
        ("cleartokens_every", maintenance.clear_tokens, Chore::ClearTokens { lifetime }),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Chore {
    /// Refresh tokens that were revoked, or are older than their lifetime.
    ClearTokens { lifetime: Option<Span> },
    /// Tokens of the ledger that have expired.
    FlushExpiredTokens,
}

impl Chore {
    fn name(self) -> &'static str {
        match self {
            Self::ClearTokens { .. } => "cleartokens",
            Self::FlushExpiredTokens => "flushexpiredtokens",
        }
    }

    fn has_table(self, database: &Database) -> bool {
        match self {
            Self::ClearTokens { .. } => database.has_refresh_tokens(),
            Self::FlushExpiredTokens => database.has_token_blacklist(),
        }
    }

    /// Deletes what there was to delete at `begun`, so many rows and no more, from where the batch before ended.
    async fn delete(
        self,
        database: &Database,
        begun: Timestamp,
        from: FlushCursor,
    ) -> Result<Flushed, StoreError> {
        match self {
            Self::ClearTokens { lifetime } => {
                let oldest = lifetime.map(|lifetime| begun - lifetime);
                let tokens = database.clear_refresh_tokens(oldest, BATCH).await?;
                Ok(Flushed { tokens, next: (tokens >= BATCH.get().into()).then(FlushCursor::default) })
            }
            Self::FlushExpiredTokens => database.flush_expired(begun, from, BATCH).await,
        }
    }
}

/// A chore that comes round.
struct Round {
    chore: Chore,
    job: Job,
    database: Database,
    clock: Arc<dyn Clock>,
}

impl Round {
    async fn go(self) {
        let worker = Worker(uuid4_hex(&SystemEntropy));
        // Looked at several times in a round, so that it is late by a part of it at most.
        let pause = u64::try_from(self.job.every.as_micros() / 4).unwrap_or(0);
        let pause = Duration::from_micros(pause).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
        loop {
            match self.do_if_due(&worker).await {
                Ok(None) => {}
                Ok(Some(deleted)) => tracing::info!(job = self.job.name, deleted, "done"),
                Err(error) => tracing::warn!(job = self.job.name, %error, "not done, to be tried again"),
            }
            sleep(pause).await;
        }
    }

    /// Tells how many rows were deleted, where it was this worker's turn.
    async fn do_if_due(&self, worker: &Worker) -> Result<Option<u64>, StoreError> {
        let Self { chore, job, database, clock } = self;
        let begun = clock.now();
        if !database.take_up(job, worker, begun).await? {
            return Ok(None);
        }
        let (mut deleted, mut from) = (0, FlushCursor::default());
        loop {
            let batch = chore.delete(database, begun, from).await?;
            deleted += batch.tokens;
            let Some(next) = batch.next else { break };
            from = next;
            // Another has it by now, who will come to the end of it.
            if !database.keep_up(job, worker, clock.now()).await? {
                return Ok(Some(deleted));
            }
        }
        database.put_down(job, worker, begun).await?;
        Ok(Some(deleted))
    }
}

/// How long a batch may take before another server thinks that this one is gone; much longer than clocks differ.
const PATIENCE: Span = Span::from_mins(2);
const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
