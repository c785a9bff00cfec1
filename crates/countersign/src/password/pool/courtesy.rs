//! Making way for everything else on a machine that has too much to do: who verifies a token waits for microseconds, and who
//! logs in for most of a second anyway.
//!
//! On Linux a thread has a niceness of its own. It still gets a tenth of a processor that others want, so that nobody can
//! keep users out by asking something else all the time. But the scheduler gives it that tenth in turns of some milliseconds,
//! in which all others wait. So a thread that is kept waiting for most of its time gives the rest of its turn away, after a
//! quarter of a millisecond.

use std::thread;
use std::time::{Duration, Instant};

/// What a thread knows of how busy its machine is.
pub(super) struct Courtesy {
    /// Since when the thread wants to work.
    since: Instant,
    /// What it has worked in its life until then.
    worked: Duration,
    recently: Shares,
}

impl Courtesy {
    /// The calling thread's.
    pub(super) fn new() -> Self {
        lower_priority();
        Self { since: Instant::now(), worked: time_of_thread(), recently: Shares::default() }
    }

    /// There is something to do again.
    pub(super) fn begin(&mut self) {
        (self.since, self.worked) = (Instant::now(), time_of_thread());
    }

    /// Leaves the processor to others, if they want it.
    pub(super) fn make_way(&mut self) {
        let (since, worked) = (self.since, self.worked);
        self.begin();
        self.recently.add(self.since - since, self.worked.saturating_sub(worked));
        if self.recently.is_crowded() {
            thread::sleep(PAUSE);
            // What is slept longer, others wanted.
            self.since += PAUSE;
        }
    }
}

/// The time that passed lately and what of it was the thread's, in seconds.
#[derive(Debug, Default)]
struct Shares {
    passed: f64,
    own: f64,
}

impl Shares {
    fn add(&mut self, passed: Duration, own: Duration) {
        self.passed = self.passed * KEPT + passed.as_secs_f64();
        self.own = self.own * KEPT + own.as_secs_f64();
    }

    /// Whether others had more of it.
    fn is_crowded(&self) -> bool {
        self.own * 2.0 < self.passed
    }
}

#[cfg(target_os = "linux")]
fn lower_priority() {
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::debug!(%error, "passwords are hashed with the priority of everything else");
    }
}

/// How long the calling thread has had a processor.
#[cfg(target_os = "linux")]
fn time_of_thread() -> Duration {
    use rustix::time::{ClockId, clock_gettime};

    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}

/// Where it is not known, all time is taken for the thread's.
#[cfg(not(target_os = "linux"))]
fn time_of_thread() -> Duration {
    use std::sync::LazyLock;

    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGUN.elapsed()
}

#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;
const PAUSE: Duration = Duration::from_millis(1);
/// Of what was seen before: the last sixteen slices count for most of it.
const KEPT: f64 = 15.0 / 16.0;

#[cfg(test)]
mod tests {
    use super::*;

    const SLICE: Duration = Duration::from_micros(250);

    #[test]
    fn it_is_crowded_when_others_have_most_of_the_time() {
        let mut shares = Shares::default();
        (0..100).for_each(|_| shares.add(SLICE * 5 / 4, SLICE));
        shares.add(SLICE * 12, SLICE);
        assert!(!shares.is_crowded(), "others wanted something once");
        (0..5).for_each(|_| shares.add(SLICE * 12, SLICE));
        assert!(shares.is_crowded());
        (0..100).for_each(|_| shares.add(SLICE * 5 / 4, SLICE));
        assert!(!shares.is_crowded(), "they are done");
    }

    #[test]
    fn a_thread_knows_its_own_time() {
        let mut courtesy = Courtesy::new();
        let worked = courtesy.worked;
        while time_of_thread() < worked + SLICE {}
        courtesy.make_way();
        assert!(courtesy.worked >= worked + SLICE);
        assert!(courtesy.recently.own >= SLICE.as_secs_f64() && courtesy.recently.passed > 0.0);
    }
}
