//! The blacklist in memory, so that a token which is presented with every request costs no query.
//!
//! - Every unexpired revocation is in a compact [set], which a task of its own [reads](reader) again and again. An answer from
//!   it is never older than the bound that was stated: it counts only while the last complete reading *began* within the
//!   [bound](freshness). Otherwise the database is asked, as it is for as long as the first reading lasts. So whatever was
//!   committed longer ago than the bound is known, whoever wrote it; if the database is away for longer, there is no answer.
//! - What is found in the set is looked up in the database, too: a token that was taken from the blacklist is good again at once,
//!   and one whose hash is another's is never refused. Where the database is away, what is found is refused.
//! - What this server writes is in the set before anybody is told that it is written. Other servers are told where the engine
//!   can; nothing depends on it.
//! - A session is revoked together with its current refresh token, which is the session's current one for as long as it is on the
//!   blacklist: so the rows of the blacklist tell which sessions are, and no other table is read. One whose current token alone is
//!   blacklisted is in the set too, and the database says that it is not revoked.
//! - A revocation is forgotten when its token has expired, and has been expired for as long as it may be
//!   [good nonetheless](BlacklistMemory::outlive).

mod feed;
mod freshness;
mod gaps;
mod listing;
mod reader;
mod set;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use countersign::clock::{Clock, Span, SystemClock, Timestamp};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use self::feed::Feed;
use self::freshness::{Freshness, Moment};
use self::set::{ExpiringSet, Kind, Minute};
use crate::backend::Backend;

/// How the blacklist is kept in memory.
#[derive(Clone)]
pub struct BlacklistMemory {
    /// `blacklist_staleness`: how old an answer may be at most. With none at all nothing is kept in memory.
    pub staleness: Duration,
    /// For how long a token may be good after the `expires_at` that the ledger says: the longest `LEEWAY`, and the longest
    /// `SLIDING_TOKEN_REFRESH_LIFETIME`, since a sliding token keeps its id when it is renewed.
    pub outlive: Span,
    /// `longest_transaction`: where the database cannot say who is writing (MariaDB, MySQL), how long a transaction that
    /// blacklists a token is taken to be open at most. For so long nothing is answered from memory after the start.
    pub longest_transaction: Duration,
    /// What expiry is compared with.
    pub clock: Arc<dyn Clock>,
}

impl BlacklistMemory {
    /// Within this bound, by the system's clock, for tokens with SimpleJWT's own lifetimes.
    pub fn new(staleness: Duration) -> Self {
        Self {
            staleness,
            outlive: Span::from_days(1),
            longest_transaction: Duration::from_hours(1),
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for BlacklistMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlacklistMemory")
            .field("staleness", &self.staleness)
            .field("outlive", &self.outlive)
            .field("longest_transaction", &self.longest_transaction)
            .finish_non_exhaustive()
    }
}

/// The set, and the task that keeps it current. Dropped, it ends.
pub(crate) struct Memory {
    shared: Arc<Shared>,
    answers: watch::Receiver<Answer>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What memory knows of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It is not revoked.
    Absent,
    /// It was, or one with the same hash.
    Revoked,
    /// Nothing that is new enough.
    Unknown,
}

impl Memory {
    /// Begins to read.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub(crate) fn start(options: BlacklistMemory, backend: Arc<dyn Backend>, has_sessions: bool) -> Self {
        let shared = Arc::new(Shared {
            set: ExpiringSet::new(),
            freshness: Freshness::new(options.staleness, Instant::now()),
            options,
            asked: AtomicU64::new(0),
            has_news: AtomicBool::new(false),
            wake: Notify::new(),
        });
        let (answer, answers) = watch::channel(Answer { question: 0, is_complete: false });
        let task = tokio::spawn(Feed::new(Arc::clone(&shared), backend, has_sessions, answer).run());
        Self { shared, answers, task: Mutex::new(Some(task)) }
    }

    /// Whether a token's id is on the blacklist.
    pub(crate) fn look_up_token(&self, jti: &str) -> Known {
        self.shared.look_up(Kind::Token, jti)
    }

    /// Whether a session is revoked.
    pub(crate) fn look_up_session(&self, id: &str) -> Known {
        self.shared.look_up(Kind::Session, id)
    }

    /// More was revoked here than anybody listed: nothing is told before it has been read.
    pub(crate) fn is_outdated(&self) {
        self.shared.freshness.distrust(Instant::now());
        self.announce();
    }

    /// A token was put on the blacklist here.
    pub(crate) fn revoke_token(&self, jti: &str, expires_at: Timestamp) {
        let shared = &self.shared;
        shared.set.insert(shared.set.key(Kind::Token, jti), shared.kept_until(expires_at));
    }

    /// Something was revoked that the other servers are to hear of soon.
    pub(crate) fn announce(&self) {
        self.shared.has_news.store(true, Ordering::SeqCst);
        self.shared.wake.notify_one();
    }

    /// Reads what is new, and waits until that is done. Tells whether everything is known that was committed before.
    pub(crate) async fn refresh(&self) -> bool {
        let question = self.shared.asked.fetch_add(1, Ordering::SeqCst) + 1;
        self.shared.wake.notify_one();
        let mut answers = self.answers.clone();
        // A task that has ended answers nobody.
        answers.wait_for(|answer| answer.question >= question).await.is_ok_and(|answer| answer.is_complete)
    }

    /// How many revocations there are, if what there is may be told.
    pub(crate) fn len(&self) -> Option<usize> {
        self.shared.freshness.is_fresh(self.shared.now()).then(|| self.shared.set.len())
    }

    /// Ends the task.
    pub(crate) async fn stop(&self) {
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            task.abort();
            // It was aborted: that is what it says.
            let _ = task.await;
        }
        self.shared.freshness.distrust(Instant::now());
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        task.inspect(JoinHandle::abort);
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

/// What became of a reading.
#[derive(Clone, Copy)]
struct Answer {
    /// The last question that was asked before it began.
    question: u64,
    /// Whether everything is known that was committed before it began.
    is_complete: bool,
}

/// What the task and those who ask have in common.
struct Shared {
    options: BlacklistMemory,
    set: ExpiringSet,
    freshness: Freshness,
    /// How often somebody asked for a reading.
    asked: AtomicU64,
    /// Whether the other servers are to hear of something.
    has_news: AtomicBool,
    wake: Notify,
}

impl Shared {
    fn now(&self) -> Moment {
        Moment { instant: Instant::now(), time: self.options.clock.now() }
    }

    /// First whether the set is fresh, then what is in it: what makes it fresh was put into it before.
    fn look_up(&self, kind: Kind, id: &str) -> Known {
        if !self.freshness.is_fresh(self.now()) {
            Known::Unknown
        } else if self.set.contains(self.set.key(kind, id)) {
            Known::Revoked
        } else {
            Known::Absent
        }
    }

    fn kept_until(&self, expires_at: Timestamp) -> Minute {
        Minute::from(expires_at + self.options.outlive)
    }
}
