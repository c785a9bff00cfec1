//! Counting in the memory of one process.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{self, BoxFuture, FutureExt};

use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::throttle::bounded::Bounded;
use crate::throttle::{
    Admission, AfterSuccess, Attempt, Bucket, Buckets, Claims, KNOWN_FOR, Key, Limits, Throttle, Throttled,
};

/// Throttles the logins of one process. Cheap to clone; a clone counts the same.
///
/// - It remembers 200 000 counters and 200 000 known pairs at most, in about 15 MB. Whoever brings more names into play makes
///   it forget the counters that would be forgotten first anyway, not those near their limit.
/// - One lock is held for a microsecond, beside a hash that takes a hundred thousand of them.
/// - Nothing runs behind it, and it needs no runtime: each method is done when it is first polled.
/// - What it knows ends with the process.
#[derive(Clone)]
pub struct MemoryThrottle {
    buckets: Buckets,
    books: Arc<Mutex<Books>>,
}

struct Books {
    /// When each bucket will be empty.
    empty_at: Bounded,
    /// Until when each pair is a known one.
    known: Bounded,
}

impl MemoryThrottle {
    /// With these limits, and names that nobody else can tell.
    pub fn new(limits: Limits, entropy: &dyn Entropy) -> Self {
        let mut secret = [0; 32];
        entropy.fill(&mut secret);
        Self::counting(Buckets::new(limits, &secret))
    }

    /// What counts against these, for whoever counts elsewhere too.
    pub fn counting(buckets: Buckets) -> Self {
        Self::with_room(buckets, ROOM)
    }

    fn with_room(buckets: Buckets, room: usize) -> Self {
        let books = Books { empty_at: Bounded::new(room), known: Bounded::new(room) };
        Self { buckets, books: Arc::new(Mutex::new(books)) }
    }

    fn admit(&self, attempt: &Attempt<'_>) -> Result<Admitted, Throttled> {
        let Claims { known, buckets: mut taken } = self.buckets.claims(attempt);
        let now = attempt.at;
        let mut books = lock(&self.books);
        if known.is_some_and(|pair| books.known.end(&pair, now).is_some()) {
            taken.retain(|bucket| !bucket.spares_known);
        }
        let fill = |bucket: &Bucket| {
            let empty_at = books.empty_at.end(&bucket.key, now).unwrap_or(now);
            bucket.rate.take(empty_at, now)
        };
        let filled = taken.iter().map(fill).collect::<Vec<_>>();
        if let Some(retry_after) = filled.iter().filter_map(|filled| filled.err()).max() {
            return Err(Throttled { retry_after });
        }
        for (bucket, empty_at) in taken.iter().zip(filled.into_iter().flatten()) {
            books.empty_at.set(bucket.key, empty_at, now);
        }
        drop(books);
        Ok(Admitted { books: Arc::clone(&self.books), known, taken, at: now })
    }
}

impl Throttle for MemoryThrottle {
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Box<dyn Admission>, Throttled>> {
        let admitted = self.admit(&attempt).map(|admitted| Box::new(admitted) as Box<dyn Admission>);
        future::ready(admitted).boxed()
    }
}

impl fmt::Debug for MemoryThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryThrottle").field("buckets", &self.buckets).finish_non_exhaustive()
    }
}

/// An attempt that counts.
struct Admitted {
    books: Arc<Mutex<Books>>,
    known: Option<Key>,
    taken: Vec<Bucket>,
    at: Timestamp,
}

impl Admitted {
    fn settle(&self, outcome: impl Fn(&Bucket) -> AfterSuccess) -> MutexGuard<'_, Books> {
        let mut books = lock(&self.books);
        for bucket in &self.taken {
            match outcome(bucket) {
                AfterSuccess::Emptied => books.empty_at.remove(&bucket.key),
                AfterSuccess::GivenBack => {
                    if let Some(empty_at) = books.empty_at.end(&bucket.key, self.at) {
                        books.empty_at.set(bucket.key, empty_at - bucket.rate.interval(), self.at);
                    }
                }
                AfterSuccess::Kept => {}
            }
        }
        books
    }
}

impl Admission for Admitted {
    fn succeeded(self: Box<Self>) -> BoxFuture<'static, ()> {
        let mut books = self.settle(|bucket| bucket.after_success);
        if let Some(pair) = self.known {
            books.known.set(pair, self.at + KNOWN_FOR, self.at);
        }
        drop(books);
        future::ready(()).boxed()
    }

    fn withdrawn(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self.settle(|_| AfterSuccess::GivenBack));
        future::ready(()).boxed()
    }
}

fn lock(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

const ROOM: usize = 200_000;

#[cfg(test)]
mod tests;
