//! `last_login`, written behind the logins.
//!
//! A user's login is written at once, and then rests for an interval: the logins that come meanwhile wait, the newest in
//! the place of the others, and are one write when it is over. One task writes, row by row, so that it never holds one
//! user's row while it waits for another's.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign::clock::Timestamp;
use countersign::store::{StoreError, StoreErrorKind};
use countersign::user::{FieldValue, UserKey};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::backend::Statement;
use crate::database::{Database, WeakDatabase};

/// The logins that are not written yet, and the task that writes them: it ends with this.
pub(crate) struct LastLogins {
    queue: Arc<Queue>,
    task: AbortHandle,
}

impl LastLogins {
    /// Begins to write to `database` with `statement`: (time, primary key, time).
    pub(crate) fn start(interval: Duration, database: WeakDatabase, statement: Statement) -> Self {
        let queue = Arc::new(Queue {
            interval,
            logins: Mutex::default(),
            noted: watch::Sender::new(0),
            written: watch::Sender::new(0),
        });
        // Before the task begins, so that it sees what is noted before it does.
        let noted = queue.noted.subscribe();
        let writes = Arc::clone(&queue).write_behind(noted, database, statement);
        Self { queue, task: tokio::spawn(writes).abort_handle() }
    }

    /// Notes a login, and waits for its row where nothing else is waited for, but not for long.
    pub(crate) async fn note(&self, user: &UserKey, at: Timestamp) {
        let number = self.queue.change(|logins| logins.note(user, at));
        if self.queue.interval.is_zero() {
            // Not written in time is written later.
            let _ = timeout(PATIENCE, self.queue.is_written(number)).await;
        }
    }

    /// Waits until every login that was noted before is written.
    pub(crate) async fn finish(&self) {
        let number = self.queue.change(Logins::end_rest);
        self.queue.is_written(number).await;
    }
}

impl Drop for LastLogins {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Queue {
    interval: Duration,
    logins: Mutex<Logins>,
    /// How often there was something to write: what the task waits for.
    noted: watch::Sender<u64>,
    /// Up to which of these it is written.
    written: watch::Sender<u64>,
}

#[derive(Default)]
struct Logins {
    /// To be written now.
    ready: HashMap<UserKey, Timestamp>,
    /// Who was written less than an interval ago, each with the login that waits for its end.
    resting: HashMap<UserKey, Option<Timestamp>>,
    /// When each rest ends, the first one first.
    ends: VecDeque<(Instant, UserKey)>,
}

impl Queue {
    /// Changes what there is to write, and tells the number of the change.
    fn change(&self, change: impl FnOnce(&mut Logins)) -> u64 {
        let mut logins = self.logins();
        change(&mut logins);
        self.noted.send_modify(|number| *number += 1);
        *self.noted.borrow()
    }

    /// The senders belong to `self`, so they are there for as long as somebody waits.
    async fn is_written(&self, number: u64) {
        let _ = self.written.subscribe().wait_for(|written| *written >= number).await;
    }

    async fn write_behind(
        self: Arc<Self>,
        mut noted: watch::Receiver<u64>,
        database: WeakDatabase,
        statement: Statement,
    ) {
        loop {
            let next = self.logins().ends.front().map(|(end, _)| *end);
            tokio::select! {
                _ = noted.changed() => {}
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {}
            }
            let Some(database) = database.upgrade() else { return };
            if let Err(error) = self.write_what_is_ready(&database, &statement).await {
                tracing::warn!(%error, "last_login is not written yet");
                drop(database);
                sleep(RETRY).await;
                // What is left is as good a reason to go on as another login.
                self.change(|_| ());
            }
        }
    }

    async fn write_what_is_ready(
        &self,
        database: &Database,
        statement: &Statement,
    ) -> Result<(), StoreError> {
        let (ready, number) = {
            let mut logins = self.logins();
            logins.wake(Instant::now());
            (std::mem::take(&mut logins.ready), *self.noted.borrow())
        };
        let mut failed = Ok(());
        for (user, at) in ready {
            let values = [FieldValue::Timestamp(at), user.clone().into(), FieldValue::Timestamp(at)];
            let written = database.write(statement, &values).await;
            let mut logins = self.logins();
            match written {
                Ok(_) if self.interval.is_zero() => {}
                Ok(_) => logins.rest(user, Instant::now() + self.interval),
                Err(error) if error.kind() == StoreErrorKind::Unavailable => {
                    logins.note(&user, at);
                    failed = Err(error);
                }
                Err(error) => tracing::error!(%error, "a last_login that cannot be written"),
            }
        }
        if failed.is_ok() {
            self.written.send_replace(number);
        }
        failed
    }

    fn logins(&self) -> MutexGuard<'_, Logins> {
        self.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Logins {
    fn note(&mut self, user: &UserKey, at: Timestamp) {
        if let Some(waiting) = self.resting.get_mut(user) {
            *waiting = Some(at).max(*waiting);
        } else {
            let ready = self.ready.entry(user.clone()).or_insert(at);
            *ready = at.max(*ready);
        }
    }

    fn rest(&mut self, user: UserKey, end: Instant) {
        // Noted again while it was written.
        let waiting = self.ready.remove(&user);
        self.resting.insert(user.clone(), waiting);
        self.ends.push_back((end, user));
    }

    /// Ends the rests whose time is over.
    fn wake(&mut self, now: Instant) {
        while let Some((_, user)) = self.ends.pop_front_if(|(end, _)| *end <= now) {
            self.end_rest_of(&user);
        }
    }

    fn end_rest(&mut self) {
        while let Some((_, user)) = self.ends.pop_front() {
            self.end_rest_of(&user);
        }
    }

    fn end_rest_of(&mut self, user: &UserKey) {
        if let Some(Some(at)) = self.resting.remove(user) {
            self.note(user, at);
        }
    }
}

/// How long a login waits for its own row.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long a database that failed is left alone.
const RETRY: Duration = Duration::from_secs(1);
