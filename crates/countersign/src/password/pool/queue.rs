//! The jobs that wait, and which thread takes how many of them.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use countersign_pbkdf2::width;

use super::job::Job;
use super::{Busy, PoolSize};
use crate::entropy::Entropy;
use crate::password::PasswordHashers;

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
        let job = Waiting { beside_others: job.begins_beside_others(&self.hashers), job };
        let mut state = self.lock();
        if state.closed {
            return Err(state.busy(self.threads));
        }
        if state.waiting.len() >= self.limit.get() {
            state.waiting.retain(|waiting| !waiting.job.is_abandoned());
        }
        if state.waiting.len() >= self.limit.get() {
            return Err(state.busy(self.threads));
        }
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Lets every thread end after the jobs it works on.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// What a caller is told now whose job cannot be done.
    pub(super) fn busy(&self) -> Busy {
        self.lock().busy(self.threads)
    }

    /// The next job for a thread that works on so many, if it should take one more. Waits for a job if it works on
    /// none; `None` then means that the last handle went.
    ///
    /// Jobs are begun in the order of their calls. One that needs a thread for itself waits until a thread has
    /// nothing else, and those behind it wait, too: they would overtake it for ever.
    pub(super) fn next(&self, working_on: usize) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            while state.waiting.front().is_some_and(|waiting| waiting.job.is_abandoned()) {
                state.waiting.pop_front();
            }
            let takes_more = working_on < state.share(self.threads);
            let fits = |waiting: &mut Waiting| takes_more && (working_on == 0 || waiting.beside_others);
            if let Some(waiting) = state.waiting.pop_front_if(fits) {
                state.begun += 1;
                return Some(waiting.job);
            }
            if working_on > 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// So many of the jobs that were begun are over; the thread's last one was so long ago.
    pub(super) fn finished(&self, jobs: NonZeroUsize, took: Duration) {
        let mut state = self.lock();
        state.begun -= jobs.get();
        state.usual = (state.usual * 7 + took / u32::try_from(jobs.get()).unwrap_or(u32::MAX)) / 8;
    }

    pub(super) fn hashers(&self) -> &PasswordHashers {
        &self.hashers
    }

    pub(super) fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }

    /// A panic while the lock is held leaves a whole state behind: every change is one step.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    closed: bool,
    /// How many jobs the threads work on.
    begun: usize,
    /// How long a thread takes for each job that it completes, with more weight on the last ones.
    usual: Duration,
}

struct Waiting {
    job: Job,
    /// Whether a thread may begin it while it works on others.
    beside_others: bool,
}

impl State {
    /// How many jobs a thread should work on: no more than the others, as one of two is done sooner by a thread
    /// of its own, and no more than gain by it.
    fn share(&self, threads: NonZeroUsize) -> usize {
        (self.begun + self.waiting.len()).div_ceil(threads.get()).min(width())
    }

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

#[cfg(test)]
mod tests {
    use futures_channel::oneshot;

    use super::*;
    use crate::secret::Password;

    fn queue(threads: usize) -> Queue {
        let size = PoolSize { threads: threads.try_into().unwrap(), ..PoolSize::default() };
        Queue::new(Arc::default(), Arc::new(crate::entropy::SystemEntropy), size)
    }

    /// Adds a job, and says whose answer it would be.
    fn add(queue: &Queue, beside_others: bool) -> oneshot::Receiver<()> {
        let (reply, answer) = oneshot::channel();
        queue.lock().waiting.push_back(Waiting { job: Job::Burn(Password::new(""), reply), beside_others });
        answer
    }

    #[test]
    fn threads_share_what_there_is_and_take_no_more_than_gains() {
        let queue = queue(2);
        let _answers: Vec<_> = (0..6).map(|_| add(&queue, true)).collect();
        let mut taken = 0;
        while taken == 0 || queue.lock().share(queue.threads) > taken {
            taken += usize::from(queue.next(taken).is_some());
        }
        assert_eq!(taken, width().min(3), "the other thread's half is left to it");
        assert!(queue.next(taken).is_none());
        assert!(queue.next(0).is_some());
    }

    #[test]
    fn nobody_overtakes_a_job_that_needs_a_thread_for_itself() {
        let queue = queue(1);
        let _answers = [add(&queue, true), add(&queue, false), add(&queue, true), add(&queue, true)];
        assert!(queue.next(0).is_some());
        assert!(queue.next(1).is_none(), "it waits for the first, and the others behind it");
        queue.finished(NonZeroUsize::MIN, Duration::ZERO);
        assert!(queue.next(0).is_some());
        assert_eq!(queue.lock().waiting.len(), 2);
    }

    #[test]
    fn when_to_retry_follows_from_how_long_the_waiting_calls_take() {
        let (reply, _answer) = oneshot::channel();
        let job = Job::Burn(Password::new(""), reply);
        let waiting = VecDeque::from([Waiting { job, beside_others: true }]);
        let mut state = State { waiting, usual: Duration::from_millis(700), ..State::default() };
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
