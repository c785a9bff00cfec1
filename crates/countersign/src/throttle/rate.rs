//! So many at once, and so many more in a time.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use crate::clock::{Span, Timestamp};

/// How often something may happen: `"10/hour"` is ten times at once, and after that once in six minutes.
///
/// A text says it as Django REST framework and Django Ninja have it: a number, `/`, perhaps another number, and `s`,
/// `sec`, `m`, `min`, `h`, `hour`, `d` or `day`. DIFFERENCE: Django REST framework looks at the first letter alone,
/// and both allow the whole number again once the time is over; here there is one more after each part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    count: NonZeroU32,
    interval: Span,
}

impl Rate {
    /// `count` times at once, and as often again in each `period`.
    ///
    /// # Errors
    ///
    /// When the period is under a microsecond for each, or over 366 days.
    pub fn new(count: NonZeroU32, period: Span) -> Result<Self, InvalidRate> {
        let interval = Span::from_micros(period.as_micros() / i64::from(count.get()));
        if interval <= Span::ZERO || period > Span::from_days(366) {
            return Err(InvalidRate(()));
        }
        Ok(Self { count, interval })
    }

    /// How many at once.
    pub fn count(self) -> NonZeroU32 {
        self.count
    }

    /// How long it takes until there is one more.
    pub fn interval(self) -> Span {
        self.interval
    }

    /// How long it takes until there are all of them again: the period, up to what does not divide evenly.
    pub fn period(self) -> Span {
        Span::from_micros(self.interval.as_micros().saturating_mul(self.count.get().into()))
    }

    /// Puts one more into a bucket that would be empty at a moment: when it will be empty then, or how long it takes
    /// until there is room.
    pub(super) fn take(self, empty_at: Timestamp, now: Timestamp) -> Result<Timestamp, Span> {
        let brim = now + self.period();
        // A clock that was set back leaves buckets that seem to be fuller than full.
        let filled = empty_at.clamp(now, brim) + self.interval;
        if filled <= brim {
            Ok(filled)
        } else {
            Err(Span::from_micros(filled.as_micros() - brim.as_micros()))
        }
    }
}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Self, InvalidRate> {
        let (count, period) = text.split_once('/').ok_or(InvalidRate(()))?;
        let digits = period.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = period.split_at(digits);
        let unit = match unit {
            "s" | "sec" => Span::from_secs(1),
            "m" | "min" => Span::from_mins(1),
            "h" | "hour" => Span::from_mins(60),
            "d" | "day" => Span::from_days(1),
            _ => return Err(InvalidRate(())),
        };
        let number = if number.is_empty() { 1 } else { whole(number)?.get() };
        let period = unit.as_micros().checked_mul(number.into()).ok_or(InvalidRate(()))?;
        Self::new(whole(count)?, Span::from_micros(period))
    }
}

fn whole(digits: &str) -> Result<NonZeroU32, InvalidRate> {
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_plain).ok_or(InvalidRate(()))
}

/// A text, or a number and a time, that make no [`Rate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRate(());

impl fmt::Display for InvalidRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a rate is a whole number from 1 on and a time, as in 5/min, 20/hour, 10/15m or 100/day")
    }
}

impl std::error::Error for InvalidRate {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

    #[test]
    fn a_rate_is_read_as_both_frameworks_have_it() {
        for (text, count, seconds) in [
            ("5/min", 5, 60),
            ("5/m", 5, 60),
            ("1/s", 1, 1),
            ("20/hour", 20, 3600),
            ("10/15m", 10, 900),
            ("100/day", 100, 86_400),
            ("2/7d", 2, 604_800),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.count().get(), rate.period()), (count, Span::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "/",
            "5/",
            "/min",
            "0/min",
            "-1/min",
            "+5/min",
            " 5/min",
            "5/0m",
            "5/minute",
            "5/M",
            "5 / min",
            "5/m/m",
            "five/min",
            "5/999d",
            "2000000/s",
            "99999999999/s",
            "5/99999999999s",
            "5/４m",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_bucket_takes_so_many_at_once_and_then_one_after_each_interval() {
        let rate: Rate = "3/min".parse().unwrap();
        let mut empty_at = NOW;
        for _ in 0..3 {
            empty_at = rate.take(empty_at, NOW).unwrap();
        }
        assert_eq!(empty_at, NOW + Span::from_mins(1));
        assert_eq!(rate.take(empty_at, NOW), Err(Span::from_secs(20)));
        let almost = NOW + Span::from_micros(19_999_999);
        assert_eq!(rate.take(empty_at, almost), Err(Span::from_micros(1)));
        let then = NOW + Span::from_secs(20);
        let fuller = rate.take(empty_at, then).unwrap();
        assert_eq!(rate.take(fuller, then), Err(Span::from_secs(20)));
        assert_eq!(
            rate.take(fuller, NOW + Span::from_days(9)),
            Ok(NOW + Span::from_days(9) + rate.interval())
        );
    }

    #[test]
    fn what_does_not_divide_evenly_gives_no_more_at_once() {
        let rate: Rate = "7/s".parse().unwrap();
        let mut empty_at = NOW;
        for _ in 0..7 {
            empty_at = rate.take(empty_at, NOW).unwrap();
        }
        assert!(rate.take(empty_at, NOW).is_err());
    }

    #[test]
    fn a_clock_that_was_set_back_costs_one_interval_and_no_more() {
        let rate: Rate = "3/min".parse().unwrap();
        assert_eq!(rate.take(NOW + Span::from_days(1), NOW), Err(Span::from_secs(20)));
    }
}
