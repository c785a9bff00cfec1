//! The connections that are open, as they look from outside: which of them wait for a request, and for how long.
//!
//! One that takes too long over the head of a request, or is silent for as long between two, is cut off; when the server stops,
//! each ends behind its answer. There is no timer for it on the way of a request, which only notes when it came and when it was
//! answered: as all have the same time, none can be late before the one that waits longest is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Context;
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// All of them. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    begun: Instant,
    patience: Duration,
    is_finishing: AtomicBool,
    open: Mutex<Open>,
    /// The last one has ended.
    none_left: Notify,
}

#[derive(Debug, Default)]
struct Open {
    opened: u64,
    states: HashMap<u64, Arc<State>>,
}

#[derive(Debug)]
struct State {
    begun: Instant,
    /// Since when, in microseconds from then, a request is waited for; or [`ANSWERING`], or [`LATE`].
    waiting: AtomicU64,
    task: AtomicWaker,
}

impl Connections {
    /// None yet. Each may take `patience` from being ready for a request to having its head.
    pub(super) fn new(patience: Duration) -> Self {
        Self(Arc::new(Shared {
            begun: Instant::now(),
            patience,
            is_finishing: AtomicBool::new(false),
            open: Mutex::default(),
            none_left: Notify::new(),
        }))
    }

    /// One more, which waits for its first request from now on. It has ended when what is returned is dropped.
    pub(super) fn add(&self) -> Connection {
        let begun = self.0.begun;
        let waiting = AtomicU64::new(micros_since(begun));
        let state = Arc::new(State { begun, waiting, task: AtomicWaker::new() });
        let mut open = self.0.open();
        open.opened += 1;
        let number = open.opened;
        open.states.insert(number, Arc::clone(&state));
        Connection { shared: Arc::clone(&self.0), state, number }
    }

    /// Cuts off whoever is late, for ever.
    pub(super) async fn cut_off_late_ones(&self) {
        loop {
            let next = self.0.cut_off_late_ones();
            sleep_until(self.0.begun + Duration::from_micros(next)).await;
        }
    }

    /// Lets each end behind its answer, and waits for that.
    pub(super) async fn finish(&self) {
        self.0.is_finishing.store(true, Ordering::Release);
        self.0.open().states.values().for_each(|state| state.task.wake());
        while !self.0.open().states.is_empty() {
            self.0.none_left.notified().await;
        }
    }
}

impl Shared {
    /// Returns before when nobody can be late, in microseconds from the beginning.
    fn cut_off_late_ones(&self) -> u64 {
        let now = micros_since(self.begun);
        let patience = u64::try_from(self.patience.as_micros()).unwrap_or(u64::MAX);
        let mut longest = now;
        for state in self.open().states.values() {
            let since = state.waiting.load(Ordering::Relaxed);
            if since >= LATE {
                continue;
            }
            if since.saturating_add(patience) > now {
                longest = longest.min(since);
            } else if state
                .waiting
                .compare_exchange(since, LATE, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
            {
                state.task.wake();
            }
        }
        longest.saturating_add(patience).clamp(now + SHORTEST_SLEEP, now + LONGEST_SLEEP)
    }

    /// No method panics while it holds the lock.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of them, held by its own task.
#[derive(Debug)]
pub(super) struct Connection {
    shared: Arc<Shared>,
    state: Arc<State>,
    number: u64,
}

/// What is asked of a connection.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asked {
    /// To go on.
    Nothing,
    /// To end behind the answer that is being made, if there is one.
    Finish,
    /// To end: nobody is there, or only holds the place.
    End,
}

impl Connection {
    /// What is asked of it. Its task is woken when that changes.
    pub(super) fn asked(&self, context: &Context<'_>) -> Asked {
        self.state.task.register(context.waker());
        if self.state.waiting.load(Ordering::Relaxed) == LATE {
            Asked::End
        } else if self.shared.is_finishing.load(Ordering::Acquire) {
            Asked::Finish
        } else {
            Asked::Nothing
        }
    }

    /// For whoever answers its requests.
    pub(super) fn requests(&self) -> Requests {
        Requests(Arc::clone(&self.state))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut open = self.shared.open();
        open.states.remove(&self.number);
        if open.states.is_empty() {
            self.shared.none_left.notify_one();
        }
    }
}

/// The requests of one connection.
#[derive(Debug)]
pub(super) struct Requests(Arc<State>);

impl Requests {
    /// The next one has come, and is being answered until what is returned is dropped.
    pub(super) fn begin(&self) -> Answering {
        // One that comes while it is found to be late has come.
        self.0.waiting.store(ANSWERING, Ordering::Relaxed);
        Answering(Arc::clone(&self.0))
    }
}

/// While a request is being answered.
#[derive(Debug)]
pub(super) struct Answering(Arc<State>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.waiting.store(micros_since(self.0.begun), Ordering::Relaxed);
    }
}

fn micros_since(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_micros()).unwrap_or(LATE - 1)
}

const ANSWERING: u64 = u64::MAX;
const LATE: u64 = u64::MAX - 1;
/// Microseconds in a millisecond, which is as exact as a timer is: whoever has no time at all is not looked at without end.
const SHORTEST_SLEEP: u64 = 1000;
/// Microseconds in an hour: a time that never comes cannot be slept until.
const LONGEST_SLEEP: u64 = 3_600_000_000;

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::time::{advance, timeout};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    async fn ended(connection: &Connection) {
        poll_fn(|context| match connection.asked(context) {
            Asked::End => Poll::Ready(()),
            Asked::Nothing | Asked::Finish => Poll::Pending,
        })
        .await;
    }

    /// Three connections, each opened a second after the one before.
    async fn three(connections: &Connections) -> [Connection; 3] {
        let first = connections.add();
        advance(SECOND).await;
        let second = connections.add();
        advance(SECOND).await;
        [first, second, connections.add()]
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_cut_off_and_nobody_else() {
        let begun = Instant::now();
        let connections = Connections::new(SECOND * 10);
        let [silent, asking, slow] = three(&connections).await;
        let answering = slow.requests().begin();
        advance(SECOND).await;
        drop(asking.requests().begin());
        let others = connections.clone();
        let watch = tokio::spawn(async move { others.cut_off_late_ones().await });

        ended(&silent).await;
        assert_eq!(begun.elapsed().as_secs(), 10);
        ended(&asking).await;
        assert_eq!(begun.elapsed().as_secs(), 13, "its last answer was at 3");
        assert!(timeout(SECOND * 60, ended(&slow)).await.is_err(), "its answer is still being made");
        let answered = Instant::now();
        drop(answering);
        ended(&slow).await;
        assert_eq!(answered.elapsed().as_secs(), 10);
        watch.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_comes_as_it_is_late_is_answered() {
        let connections = Connections::new(SECOND);
        let connection = connections.add();
        advance(SECOND).await;
        connections.0.cut_off_late_ones();
        let answering = connection.requests().begin();
        assert!(timeout(SECOND * 60, ended(&connection)).await.is_err());
        drop(answering);
    }

    #[tokio::test(start_paused = true)]
    async fn no_time_at_all_is_not_looked_at_without_end() {
        let connections = Connections::new(Duration::ZERO);
        let connection = connections.add();
        // Time stands still while anything is busy.
        assert!(timeout(SECOND, connections.cut_off_late_ones()).await.is_err());
        ended(&connection).await;
    }

    #[tokio::test(start_paused = true)]
    async fn to_finish_waits_for_the_last_one() {
        let connections = Connections::new(SECOND);
        let [first, second, third] = three(&connections).await;
        drop(first);
        let finishing = connections.clone();
        let finishing = tokio::spawn(async move { finishing.finish().await });
        for connection in [second, third] {
            poll_fn(|context| match connection.asked(context) {
                Asked::Finish => Poll::Ready(()),
                Asked::Nothing | Asked::End => Poll::Pending,
            })
            .await;
            assert!(!finishing.is_finished());
        }
        finishing.await.unwrap();
    }
}
