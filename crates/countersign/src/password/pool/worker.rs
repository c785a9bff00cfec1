//! A thread's life: hashes that need it for themselves, and lanes of hashes that do not.

use std::cell::RefCell;
use std::future::poll_fn;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use countersign_pbkdf2::{Work, advance};

use super::courtesy::Courtesy;
use super::job::Job;
use super::queue::Queue;
use crate::password::hasher::Derive;

/// The jobs a thread has begun, each in its lane.
///
/// A job is a future that waits for nothing but its lane: it is polled between slices of work, so those that are
/// complete leave, those whose callers left are dropped, and others come in.
pub(super) struct Worker<'q> {
    queue: &'q Queue,
    lanes: Vec<Lane<'q>>,
    /// Since when the time is spent on hashes that are not complete.
    since: Instant,
    courtesy: Courtesy,
}

struct Lane<'q> {
    job: Pin<Box<dyn Future<Output = ()> + 'q>>,
    place: Place,
}

impl<'q> Worker<'q> {
    /// Works until the last handle went.
    pub(super) fn work(queue: &'q Queue) {
        let courtesy = Courtesy::new();
        let mut worker = Self { queue, lanes: Vec::new(), since: Instant::now(), courtesy };
        loop {
            while let Some(job) = queue.next(worker.lanes.len()) {
                worker.begin(job);
            }
            if worker.lanes.is_empty() {
                return;
            }
            worker.go_on();
        }
    }

    /// Begins a job, which may be all there is to do.
    fn begin(&mut self, job: Job) {
        if self.lanes.is_empty() {
            self.since = Instant::now();
            self.courtesy.begin();
        }
        let place = Place::default();
        let of_job = place.clone();
        let (hashers, entropy) = (self.queue.hashers(), self.queue.entropy());
        let job = Box::pin(async move { job.run(hashers, entropy, &of_job).await });
        self.lanes.push(Lane { job, place });
        self.poll();
    }

    /// A slice of work on all lanes.
    fn go_on(&mut self) {
        let mut works: Vec<_> = self.lanes.iter().map(|lane| lane.place.0.borrow_mut()).collect();
        advance(&mut works.iter_mut().filter_map(|work| work.as_deref_mut()).collect::<Vec<_>>());
        drop(works);
        self.poll();
        self.courtesy.make_way();
    }

    /// Lets the jobs see what was done for them, and empties the lanes of those that are over.
    fn poll(&mut self) {
        let before = self.lanes.len();
        self.lanes.retain_mut(Lane::is_under_way);
        if let Some(over) = NonZeroUsize::new(before - self.lanes.len()) {
            let now = Instant::now();
            self.queue.finished(over, now - self.since);
            self.since = now;
        }
    }
}

impl Lane<'_> {
    fn is_under_way(&mut self) -> bool {
        let job = self.job.as_mut();
        // A job owns what it changes, so nothing half done outlives its panic.
        let polled = catch_unwind(AssertUnwindSafe(|| job.poll(&mut Context::from_waker(Waker::noop()))));
        if polled.is_err() {
            tracing::error!("a password could not be hashed: the hasher panicked");
        }
        matches!(polled, Ok(Poll::Pending))
    }
}

/// Where a job leaves work for its thread, and finds it done.
#[derive(Clone, Default)]
struct Place(Rc<RefCell<Option<Box<Work>>>>);

impl Derive for Place {
    async fn derive(&self, work: Box<Work>) -> [u8; 32] {
        *self.0.borrow_mut() = Some(work);
        poll_fn(|_| {
            let mut work = self.0.borrow_mut();
            let Some(hash) = work.as_ref().and_then(|work| work.hash()) else { return Poll::Pending };
            *work = None;
            Poll::Ready(hash)
        })
        .await
    }
}
