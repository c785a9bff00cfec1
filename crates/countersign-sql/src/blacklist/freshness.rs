//! Until when what is in memory may be told.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use countersign::clock::{Span, Timestamp};

/// What a reading that began at some moment makes good for a stated time after that moment, by two clocks: one that nobody
/// sets, and the wall's, which goes on while a machine is suspended.
#[derive(Debug)]
pub(super) struct Freshness {
    bound: Duration,
    start: Instant,
    /// In nanoseconds since the start; zero for never.
    until: AtomicU64,
    /// In microseconds, by the wall's clock.
    from_time: AtomicI64,
    until_time: AtomicI64,
    /// Readings that began earlier make nothing good.
    distrusted: Mutex<Instant>,
}

/// The present, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) instant: Instant,
    pub(super) time: Timestamp,
}

impl Freshness {
    pub(super) fn new(bound: Duration, start: Instant) -> Self {
        Self {
            bound,
            start,
            until: AtomicU64::new(0),
            from_time: AtomicI64::new(0),
            until_time: AtomicI64::new(0),
            distrusted: Mutex::new(start),
        }
    }

    /// Whether a reading began so lately that all may be told which is in memory by now.
    pub(super) fn is_fresh(&self, now: Moment) -> bool {
        let since_start = nanos(now.instant.saturating_duration_since(self.start));
        let time = now.time.as_micros();
        since_start < self.until.load(Ordering::Acquire)
            && self.from_time.load(Ordering::Relaxed) <= time
            && time < self.until_time.load(Ordering::Relaxed)
    }

    /// A reading that began at this moment has put everything into memory.
    pub(super) fn read_since(&self, began: Moment) {
        let distrusted = self.distrusted.lock().unwrap_or_else(PoisonError::into_inner);
        if began.instant < *distrusted {
            return;
        }
        let micros = i64::try_from(self.bound.as_micros()).unwrap_or(i64::MAX);
        self.from_time.store(began.time.as_micros(), Ordering::Relaxed);
        self.until_time.store((began.time + Span::from_micros(micros)).as_micros(), Ordering::Relaxed);
        let until = began.instant.saturating_duration_since(self.start).saturating_add(self.bound);
        self.until.store(nanos(until), Ordering::Release);
    }

    /// Something was written that is not in memory: nothing is told before a reading has begun after this moment.
    pub(super) fn distrust(&self, now: Instant) {
        let mut distrusted = self.distrusted.lock().unwrap_or_else(PoisonError::into_inner);
        *distrusted = now.max(*distrusted);
        self.until.store(0, Ordering::Release);
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Duration = Duration::from_secs(3);

    fn fresh() -> (Freshness, impl Fn(f64, i64) -> Moment) {
        let start = Instant::now();
        let moment = move |seconds, time| Moment {
            instant: start + Duration::from_secs_f64(seconds),
            time: Timestamp::from_secs(time),
        };
        (Freshness::new(BOUND, start), moment)
    }

    #[test]
    fn a_reading_is_good_for_the_bound_from_its_beginning() {
        let (freshness, at) = fresh();
        assert!(!freshness.is_fresh(at(0.0, 100)), "nothing was read yet");
        freshness.read_since(at(10.0, 100));
        for (seconds, time, is_fresh) in
            [(10.0, 100, true), (12.9, 102, true), (13.0, 102, false), (12.0, 103, false), (11.0, 99, false)]
        {
            assert_eq!(freshness.is_fresh(at(seconds, time)), is_fresh, "{seconds} {time}");
        }
    }

    #[test]
    fn what_is_distrusted_is_so_until_a_later_reading() {
        let (freshness, at) = fresh();
        freshness.read_since(at(10.0, 100));
        freshness.distrust(at(11.0, 101).instant);
        assert!(!freshness.is_fresh(at(11.0, 101)));
        freshness.read_since(at(10.5, 100));
        assert!(!freshness.is_fresh(at(11.0, 101)), "it began before");
        freshness.read_since(at(11.0, 101));
        assert!(freshness.is_fresh(at(11.0, 101)));
    }
}
