//! One timer for a connection, however many requests it brings.
//!
//! hyper asks for a timer for the head of each request, and takes it back when the head is there. Each of tokio's own is a
//! place in the runtime's wheel, taken and given back under its lock. Here a connection has one, which is left to run: when it
//! rings too early for whoever waits by then, it is set anew.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};

/// A connection's timer. Its deadlines must come in the order of time, as those of one `header_read_timeout` do.
#[derive(Clone, Debug, Default)]
pub(super) struct Alarm(Arc<Mutex<Option<Pin<Box<tokio::time::Sleep>>>>>);

impl Timer for Alarm {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Wait { alarm: self.clone(), deadline })
    }
}

/// Waits for its deadline by the alarm that it shares.
struct Wait {
    alarm: Alarm,
    deadline: Instant,
}

impl Sleep for Wait {}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline.into();
        let mut alarm = self.alarm.0.lock().unwrap_or_else(PoisonError::into_inner);
        let alarm = alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        while alarm.as_mut().poll(context).is_ready() {
            if alarm.deadline() >= deadline {
                return Poll::Ready(());
            }
            alarm.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::{advance, timeout};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_woken_in_time_whoever_waited_before() {
        let begun = tokio::time::Instant::now();
        let alarm = Alarm::default();
        let later = |seconds| (begun + SECOND * seconds).into_std();
        for (from, until) in [(0, 10), (1, 11), (2, 12)] {
            let waiting = alarm.sleep_until(later(until));
            assert!(timeout(SECOND, waiting).await.is_err(), "asked for at {from}, given up a second later");
        }
        alarm.sleep_until(later(13)).await;
        assert_eq!(begun.elapsed().as_secs(), 13);
        alarm.sleep_until(later(15)).await;
        assert_eq!(begun.elapsed().as_secs(), 15, "the alarm has rung before, and is set again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_has_passed_is_over_at_once() {
        let alarm = Alarm::default();
        let now = tokio::time::Instant::now();
        let mut first = alarm.sleep_until((now + SECOND).into_std());
        assert!(poll_fn(|context| Poll::Ready(first.as_mut().poll(context).is_pending())).await);
        drop(first);
        advance(SECOND * 5).await;
        alarm.sleep_until((now + SECOND * 3).into_std()).await;
        assert_eq!(now.elapsed().as_secs(), 5);
    }
}
