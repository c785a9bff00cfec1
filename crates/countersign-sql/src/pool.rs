//! Connections to a database, lent out one at a time.
//!
//! - One that comes back as it went is the next one's at once: nothing is sent to the server to find that out, and no task is
//!   begun for it. It is asked for a sign of life only after it was idle.
//! - It rather goes to whoever is on the runtime where it was opened: an answer to another's connection takes two threads to
//!   arrive.
//! - One that comes back in the middle of something (an answer that nobody waited for, a transaction that nobody ended, an
//!   error) is put right before it is lent again, behind the answers; where that is not possible it is closed.
//! - Who asks for one lets the tasks go first that are ready already. What they all have to say to the server is then said in one go,
//!   where otherwise each statement would wake a process that takes the thread's place.
//! - Who asks for one waits in line, and no longer than `acquire_timeout`, the making of a connection included.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::Connection;
use tokio::runtime::{self, Handle};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep, timeout};

use crate::limits::Limits;
use crate::patience::{GRACE, IDLE, in_time};

/// An engine's connection, as far as lending it is the engine's own matter.
pub(crate) trait Lendable: Connection + 'static {
    /// Undoes what was begun and not ended, and reads what was not waited for.
    fn put_right(&mut self) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Whether an answer of which a part was read can be read to its end.
    const CAN_RESUME: bool;
}

/// The connections to one database.
pub(crate) struct Pool<C: Lendable>(Arc<Shared<C>>);

struct Shared<C> {
    open: Opening<C>,
    fits: Box<dyn Fn(Duration) -> bool + Send + Sync>,
    idle: Mutex<Vec<Idle<C>>>,
    turns: Arc<Semaphore>,
    most: u32,
    is_closed: AtomicBool,
    acquire_timeout: Duration,
    /// How long one answer is waited for.
    patience: Duration,
}

/// Opens a connection, and tells the server what every one is told.
type Opening<C> = Box<dyn Fn() -> BoxFuture<'static, Result<C, sqlx::Error>> + Send + Sync>;

struct Held<C> {
    connection: C,
    opened: Instant,
    /// The runtime that is woken when there is something to read, and wakes whoever waits for it.
    home: Option<runtime::Id>,
}

impl<C> Held<C> {
    fn new(connection: C) -> Self {
        Self { connection, opened: Instant::now(), home: here() }
    }
}

fn here() -> Option<runtime::Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}

struct Idle<C> {
    held: Held<C>,
    since: Instant,
}

impl<C: Lendable> Pool<C> {
    /// No connection is opened before it is asked for.
    pub(crate) fn new(
        limits: &Limits,
        open: impl Fn() -> BoxFuture<'static, Result<C, sqlx::Error>> + Send + Sync + 'static,
    ) -> Self {
        Self::that_fit(limits, |_| true, open)
    }

    /// The same, and a connection of an age that does not fit is not lent any more.
    pub(crate) fn that_fit(
        limits: &Limits,
        fits: impl Fn(Duration) -> bool + Send + Sync + 'static,
        open: impl Fn() -> BoxFuture<'static, Result<C, sqlx::Error>> + Send + Sync + 'static,
    ) -> Self {
        let most = limits.max_connections.get();
        Self(Arc::new(Shared {
            open: Box::new(open),
            fits: Box::new(fits),
            idle: Mutex::default(),
            turns: Arc::new(Semaphore::new(usize::try_from(most).unwrap_or(Semaphore::MAX_PERMITS))),
            most,
            is_closed: AtomicBool::new(false),
            acquire_timeout: limits.acquire_timeout,
            patience: limits.statement_timeout.saturating_add(GRACE),
        }))
    }

    /// Takes over a connection that was opened before, and told what every one is told.
    pub(crate) fn adopt(&self, connection: C) {
        self.0.take_back(Held::new(connection));
    }

    /// Waits for a connection.
    pub(crate) async fn lend(&self) -> Result<Lease<C>, sqlx::Error> {
        yield_now().await;
        let lent = timeout(self.0.acquire_timeout, self.0.lend()).await;
        let (held, turn) = lent.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        Ok(Lease {
            held: Some(held),
            turn: Some(turn),
            pool: Arc::clone(&self.0),
            left: Left::default(),
            is_the_last: false,
        })
    }

    /// Lends no more, and closes every connection once it is given back.
    pub(crate) async fn close(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        // Closed already, if there is an error.
        if let Ok(_all) = self.0.turns.acquire_many(self.0.most).await {
            self.0.turns.close();
        }
        let idle = std::mem::take(&mut *self.0.idle());
        for Idle { held, .. } in idle {
            // Whether it ends politely says nothing to anybody.
            let _ = in_time(self.0.patience, held.connection.close()).await;
        }
    }
}

impl<C: Lendable> Shared<C> {
    async fn lend(&self) -> Result<(Held<C>, OwnedSemaphorePermit), sqlx::Error> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
        if self.is_closed.load(Ordering::SeqCst) {
            return Err(sqlx::Error::PoolClosed);
        }
        loop {
            let Some(Idle { mut held, since }) = self.take_idle() else { break };
            if !(self.fits)(held.opened.elapsed()) {
                continue;
            }
            // What a server ends that was idle for long is no news.
            if since.elapsed() < IDLE || in_time(self.patience, held.connection.ping()).await.is_ok() {
                return Ok((held, turn));
            }
        }
        Ok((Held::new(self.open().await?), turn))
    }

    /// The one that was used last, of those at home here if there are any.
    fn take_idle(&self) -> Option<Idle<C>> {
        let here = here();
        // The lock is not held any longer than this takes.
        let mut idle = self.idle();
        match idle.iter().rposition(|idle| idle.held.home == here) {
            Some(at) => Some(idle.remove(at)),
            None => idle.pop(),
        }
    }

    /// Goes on trying while the server is not there, as when it starts.
    async fn open(&self) -> Result<C, sqlx::Error> {
        let mut pause = Duration::from_millis(10);
        loop {
            match (self.open)().await {
                Err(sqlx::Error::Io(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(sqlx::Error::Database(error)) if error.is_transient_in_connect_phase() => {}
                opened => return opened,
            }
            sleep(pause).await;
            pause = (2 * pause).min(self.acquire_timeout / 5);
        }
    }

    fn take_back(&self, held: Held<C>) {
        let mut idle = self.idle();
        idle.push(Idle { held, since: Instant::now() });
        // Those that were not needed for long lie below.
        if idle[0].since.elapsed() > NOT_NEEDED {
            let unneeded = idle.remove(0);
            drop(idle);
            drop(unneeded);
        }
    }

    /// No method panics while it holds the lock.
    fn idle(&self) -> MutexGuard<'_, Vec<Idle<C>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Lendable> fmt::Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (most, idle) = (self.0.most, self.0.idle().len());
        f.debug_struct("Pool").field("most", &most).field("idle", &idle).finish_non_exhaustive()
    }
}

/// A connection on loan, which goes back when this is dropped.
pub(crate) struct Lease<C: Lendable> {
    held: Option<Held<C>>,
    turn: Option<OwnedSemaphorePermit>,
    pool: Arc<Shared<C>>,
    left: Left,
    /// Whether nobody else should have the connection after this.
    is_the_last: bool,
}

/// What a connection would be left with, were it given back now.
#[derive(Default)]
struct Left {
    /// A question that was asked and not answered to the end.
    is_asked: bool,
    /// An error for an answer, perhaps the server's last word.
    is_shaken: bool,
    /// A transaction.
    is_open: bool,
}

impl<C: Lendable> Lease<C> {
    /// How long one answer is waited for.
    pub(crate) fn patience(&self) -> Duration {
        self.pool.patience
    }

    /// The connection, for one question. Whoever does not wait for the whole answer leaves some of it there.
    pub(crate) fn ask(&mut self) -> &mut C {
        self.left.is_asked = true;
        &mut self.held.as_mut().expect("a lease has its connection until it is dropped").connection
    }

    /// What the question got for an answer, whole. A refusal of the server is one, too.
    pub(crate) fn answered<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        self.left.is_asked = !matches!(answer, Ok(_) | Err(sqlx::Error::Database(_)));
        self.left.is_shaken = answer.is_err();
        answer
    }

    /// Whether a transaction is open from now on.
    pub(crate) fn is_in_transaction(&mut self, is_open: bool) {
        self.left.is_open = is_open;
    }

    /// Closes the connection when it is given back.
    pub(crate) fn is_the_last(&mut self) {
        self.is_the_last = true;
    }
}

impl<C: Lendable> Drop for Lease<C> {
    fn drop(&mut self) {
        let Some(mut held) = self.held.take() else { return };
        let Left { is_asked, is_shaken, is_open } = self.left;
        let (pool, turn) = (Arc::clone(&self.pool), self.turn.take());
        let goes = self.is_the_last
            || is_asked && !C::CAN_RESUME
            || held.opened.elapsed() > LIFETIME
            || pool.is_closed.load(Ordering::SeqCst);
        if !(goes || is_asked || is_shaken || is_open) {
            pool.take_back(held);
            return;
        }
        // Where there is no runtime any more, the connection is cut.
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            if goes {
                if !is_asked {
                    let _ = in_time(pool.patience, held.connection.close()).await;
                }
            } else if in_time(pool.patience, held.connection.put_right()).await.is_ok() {
                pool.take_back(held);
            }
            // Until then nobody else has its place.
            drop(turn);
        });
    }
}

/// A connection that is older is not lent again: what a server keeps for each, and to which address a name led, grows old.
const LIFETIME: Duration = Duration::from_mins(30);
const NOT_NEEDED: Duration = Duration::from_mins(10);

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU32;

    use futures_util::FutureExt;
    use sqlx::{AssertSqlSafe, SqliteConnection};
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    /// Connections to databases of their own, whose version is a number: the first one's is 1.
    fn numbered() -> Pool<SqliteConnection> {
        let last = Arc::new(AtomicU32::new(0));
        Pool::new(&Limits::default(), move || {
            let number = last.fetch_add(1, Ordering::Relaxed) + 1;
            async move {
                let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
                let statement = AssertSqlSafe(format!("PRAGMA user_version = {number}"));
                sqlx::query(statement).execute(&mut connection).await?;
                Ok(connection)
            }
            .boxed()
        })
    }

    async fn number(pool: &Pool<SqliteConnection>) -> u32 {
        let mut lease = pool.lend().await.unwrap();
        let number = sqlx::query_scalar("PRAGMA user_version").fetch_one(lease.ask()).await;
        lease.answered(number).unwrap()
    }

    #[test]
    fn a_connection_is_lent_where_it_was_opened_and_elsewhere_rather_than_another_is_opened() {
        let [here, there, elsewhere]: [Runtime; 3] =
            std::array::from_fn(|_| Builder::new_current_thread().enable_all().build().unwrap());
        let pool = numbered();
        let first = here.block_on(pool.lend()).unwrap();
        assert_eq!(there.block_on(number(&pool)), 2);
        drop(first);
        for (runtime, lent) in [(&there, 2), (&here, 1), (&there, 2), (&here, 1), (&elsewhere, 1)] {
            assert_eq!(runtime.block_on(number(&pool)), lent);
        }
        let first = here.block_on(pool.lend()).unwrap();
        assert_eq!(here.block_on(number(&pool)), 2);
        drop(first);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn whoever_is_ready_has_asked_before_a_connection_is_lent() {
        let pool = numbered();
        drop((pool.lend().await.unwrap(), pool.lend().await.unwrap()));
        let told = Mutex::new(Vec::new());
        let task = async || {
            told.lock().unwrap().push("asks");
            let lease = pool.lend().await;
            told.lock().unwrap().push("has one");
            lease.unwrap()
        };
        drop(tokio::join!(task(), task()));
        assert_eq!(*told.lock().unwrap(), ["asks", "asks", "has one", "has one"]);
    }
}
