//! Django counts a token's age by the clock on the wall, and writes times as Python does.

use crate::clock::{Span, Timestamp};

/// A time zone: Django's `TIME_ZONE`. A closure will do.
pub trait LocalTime: Send + Sync {
    /// How far the clock on the wall is ahead of UTC at that moment.
    fn offset(&self, at: Timestamp) -> Span;
}

impl<F: Fn(Timestamp) -> Span + Send + Sync> LocalTime for F {
    fn offset(&self, at: Timestamp) -> Span {
        self(at)
    }
}

/// `TIME_ZONE = "UTC"`, which `startproject` writes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utc;

impl LocalTime for Utc {
    fn offset(&self, _: Timestamp) -> Span {
        Span::ZERO
    }
}

/// A moment as Python's `str()` writes a `datetime` without microseconds and zone: `2026-11-22 02:17:00`.
pub(super) fn written(at: Timestamp) -> String {
    let (days, second) = (at.as_secs().div_euclid(86_400), at.as_secs().rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{:02}", second % 60)
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from March, so that a leap day is the last of its year, and in the eras of 400 years after
/// which the calendar repeats. <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_python_writes_them() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00"),
            (-1, "1969-12-31 23:59:59"),
            (951_782_400, "2000-02-29 00:00:00"),
            (1_709_251_199, "2024-02-29 23:59:59"),
            (4_107_542_400, "2100-03-01 00:00:00"),
            (Timestamp::MIN.as_secs(), "0001-01-01 00:00:00"),
            (Timestamp::MAX.as_secs(), "9999-12-31 23:59:59"),
        ] {
            assert_eq!(written(Timestamp::from_secs(seconds)), text);
        }
        assert_eq!(written(Timestamp::from_micros(999_999)), "1970-01-01 00:00:00");
    }
}
