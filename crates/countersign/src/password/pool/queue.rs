//! The jobs that wait, and what a thread does with them.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_channel::oneshot;

use super::{Busy, PoolSize};
use crate::entropy::Entropy;
use crate::password::{PasswordHashers, Verification};
use crate::secret::{Password, StoredPassword};

/// What callers and threads share.
pub(super) struct Queue {
    hashers: Arc<PasswordHashers>,
    entropy: Arc<dyn Entropy>,
    state: Mutex<State>,
    /// Signalled when a job came, or when the last handle went.
    changed: Condvar,
    threads: NonZeroUsize,
    /// How many jobs may wait.
    limit: NonZeroUsize,
}

impl Queue {
    pub(super) fn new(hashers: Arc<PasswordHashers>, entropy: Arc<dyn Entropy>, size: PoolSize) -> Self {
        let PoolSize { threads, waiting_per_thread } = size;
        let limit = threads.saturating_mul(waiting_per_thread);
        Self { hashers, entropy, state: Mutex::default(), changed: Condvar::new(), threads, limit }
    }

    /// Adds a job, if there is room for it.
    pub(super) fn push(&self, job: Job) -> Result<(), Busy> {
        let mut state = self.lock();
        if state.waiting.len() >= self.limit.get() {
            state.waiting.retain(|job| !job.is_abandoned());
        }
        if state.waiting.len() >= self.limit.get() {
            return Err(state.busy(self.threads));
        }
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Lets every thread end after the job it works on.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// What a caller is told now whose job cannot be done.
    pub(super) fn busy(&self) -> Busy {
        self.lock().busy(self.threads)
    }

    /// A thread's life.
    pub(super) fn work(&self) {
        while let Some(job) = self.next() {
            let started = Instant::now();
            // A job owns what it changes, so nothing half done outlives its panic.
            if catch_unwind(AssertUnwindSafe(|| job.run(&self.hashers, &*self.entropy))).is_err() {
                tracing::error!("a password could not be hashed: the hasher panicked");
            }
            let mut state = self.lock();
            state.usual = (state.usual * 7 + started.elapsed()) / 8;
        }
    }

    /// Waits for the next job that somebody waits for; `None` when the last handle went.
    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            match state.waiting.pop_front() {
                Some(job) if job.is_abandoned() => {}
                Some(job) => return Some(job),
                None => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// A panic while the lock is held leaves a whole state behind: every change is one step.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    closed: bool,
    /// How long a job takes, with more weight on the last ones.
    usual: Duration,
}

impl State {
    fn busy(&self, threads: NonZeroUsize) -> Busy {
        let threads = u32::try_from(threads.get()).unwrap_or(u32::MAX);
        let jobs = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX).saturating_add(threads);
        let rest = self.usual.saturating_mul(jobs) / threads;
        Busy {
            retry_after: Duration::from_secs(
                rest.as_millis().div_ceil(1000).clamp(1, 60).try_into().unwrap_or(60),
            ),
        }
    }
}

/// A call, and where its result goes.
pub(super) enum Job {
    Burn(Password, oneshot::Sender<()>),
    Make(Password, oneshot::Sender<StoredPassword>),
    Verify(Password, StoredPassword, oneshot::Sender<Verification>),
}

impl Job {
    /// Whether nobody waits for the result.
    fn is_abandoned(&self) -> bool {
        match self {
            Self::Burn(_, reply) => reply.is_canceled(),
            Self::Make(_, reply) => reply.is_canceled(),
            Self::Verify(_, _, reply) => reply.is_canceled(),
        }
    }

    /// Does the job. Its caller may have left meanwhile, so a result that nobody takes is no error.
    fn run(self, hashers: &PasswordHashers, entropy: &dyn Entropy) {
        match self {
            Self::Burn(password, reply) => {
                hashers.burn(&password, entropy);
                drop(password);
                let _ = reply.send(());
            }
            Self::Make(password, reply) => {
                let made = hashers.make(&password, entropy);
                drop(password);
                let _ = reply.send(made);
            }
            Self::Verify(password, stored, reply) => {
                let verification = hashers.verify(&password, &stored, entropy);
                drop(password);
                let _ = reply.send(verification);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_to_retry_follows_from_how_long_the_waiting_calls_take() {
        let (reply, _answer) = oneshot::channel();
        let waiting = VecDeque::from([Job::Burn(Password::new(""), reply)]);
        let mut state = State { waiting, closed: false, usual: Duration::from_millis(700) };
        let retry_after =
            |state: &State, threads: usize| state.busy(threads.try_into().unwrap()).retry_after();
        assert_eq!(retry_after(&state, 1), Duration::from_secs(2));
        assert_eq!(retry_after(&state, 2), Duration::from_secs(2));
        state.usual = Duration::from_millis(1);
        assert_eq!(retry_after(&state, 1), Duration::from_secs(1));
        state.usual = Duration::MAX;
        assert_eq!(retry_after(&state, 1), Duration::from_mins(1));
    }
}
