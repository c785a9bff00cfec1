//! Strict alternation: on a machine that others use, only what ran next to each other can be compared.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::failure::Result;

/// What was measured, a number a round.
pub(crate) type Samples = Vec<f64>;

/// Lets each of them run once, in order, and that so many times; what the first round gives is thrown away, since caches were cold.
pub(crate) fn alternate(
    rounds: usize,
    contestants: &mut [&mut dyn FnMut() -> Result<f64>],
) -> Result<Vec<Samples>> {
    let mut samples = vec![Vec::with_capacity(rounds); contestants.len()];
    for contestant in contestants.iter_mut() {
        contestant()?;
    }
    for _ in 0..rounds {
        for (contestant, samples) in contestants.iter_mut().zip(&mut samples) {
            samples.push(contestant()?);
        }
    }
    Ok(samples)
}

/// Counts what this thread has of a processor: what others have of it meanwhile is not in there.
pub(crate) struct Stopwatch(Duration);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Self::read())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        Self::read().saturating_sub(self.0)
    }

    fn read() -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
    }
}

/// A contestant's sample: how many nanoseconds of this thread `operation` takes, called for as long as `budget`.
pub(crate) fn nanoseconds<T>(budget: Duration, mut operation: impl FnMut() -> T) -> f64 {
    // The clock is asked after as many calls as take about a hundredth of the budget.
    let mut batch = 1_u32;
    loop {
        let watch = Stopwatch::start();
        call(batch, &mut operation);
        if watch.elapsed() * 100 >= budget || batch > u32::MAX / 2 {
            break;
        }
        batch *= 2;
    }
    let mut calls = 0_u64;
    let watch = Stopwatch::start();
    loop {
        call(batch, &mut operation);
        calls += u64::from(batch);
        let elapsed = watch.elapsed();
        if elapsed >= budget {
            #[expect(clippy::cast_precision_loss, reason = "fewer calls than 2^52")]
            return elapsed.as_secs_f64() * 1e9 / calls as f64;
        }
    }
}

fn call<T>(times: u32, operation: &mut impl FnMut() -> T) {
    for _ in 0..times {
        std::hint::black_box(operation());
    }
}

/// The one in the middle; not a number if there is none.
pub(crate) fn median(samples: &[f64]) -> f64 {
    quantile(samples, 0.5)
}

/// The middle half's width as a share of the median.
pub(crate) fn spread(samples: &[f64]) -> f64 {
    (quantile(samples, 0.75) - quantile(samples, 0.25)) / median(samples)
}

/// Between two samples it lies on the line from the one to the other.
fn quantile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    #[expect(clippy::cast_precision_loss, reason = "a few samples")]
    let place = share * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = place.floor() as usize;
    let above = sorted[(below + 1).min(last)];
    sorted[below] + (above - sorted[below]) * place.fract()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn contestants_take_turns_and_the_first_round_does_not_count() {
        let order = RefCell::new(String::new());
        let mut a = || {
            order.borrow_mut().push('a');
            Ok(f64::from(u8::try_from(order.borrow().len()).unwrap()))
        };
        let mut b = || {
            order.borrow_mut().push('b');
            Ok(0.0)
        };
        let samples = alternate(2, &mut [&mut a, &mut b]).unwrap();
        assert_eq!(*order.borrow(), "ababab");
        assert_eq!(samples, [[3.0, 5.0], [0.0, 0.0]]);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn the_spread_is_that_of_the_middle_half() {
        assert_eq!(spread(&[1.0, 2.0, 3.0, 4.0, 5.0]), 2.0 / 3.0);
        assert_eq!(spread(&[2.0, 2.0, 2.0]), 0.0);
    }
}
