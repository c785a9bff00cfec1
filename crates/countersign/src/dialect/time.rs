//! Times as text.

use crate::clock::Timestamp;

/// As Django's JSON encoder writes it: milliseconds, unless the second is a whole one.
pub(super) fn in_json(at: Timestamp) -> String {
    let whole = at.as_micros().rem_euclid(1_000_000) == 0;
    let millis = jiff::Timestamp::from_millisecond(at.as_micros().div_euclid(1000)).unwrap_or_default();
    if whole { format!("{millis:.0}") } else { format!("{millis:.3}") }
}

/// As a field of Django REST framework's writes it, in UTC.
pub(super) fn in_rest_framework(time: Timestamp) -> String {
    iso_format(time).replace("+00:00", "Z")
}

/// A time in UTC as Python's `isoformat` writes it: without a fraction where that is zero.
pub(super) fn iso_format(time: Timestamp) -> String {
    let (secs, micros) = (time.as_micros().div_euclid(1_000_000), time.as_micros().rem_euclid(1_000_000));
    let (days, second_of_day) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}+00:00")
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar: years are counted from
/// the first of March, so that a leap day is the last of its year, in eras of 400 years, which are all alike.
fn civil(days: i64) -> (i64, i64, i64) {
    let since_era_zero = days + 719_468;
    let (era, day_of_era) = (since_era_zero.div_euclid(146_097), since_era_zero.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn djangos_json_loses_what_is_below_the_millisecond() {
        for (micros, text) in [
            (1_700_000_000_000_000, "2023-11-14T22:13:20Z"),
            (1_700_000_000_123_999, "2023-11-14T22:13:20.123Z"),
            (1_700_000_000_000_001, "2023-11-14T22:13:20.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(in_json(Timestamp::from_micros(micros)), text, "{micros}");
        }
    }

    #[test]
    fn the_rest_framework_keeps_it() {
        for (micros, text) in [
            (1_700_000_000_000_000, "2023-11-14T22:13:20Z"),
            (1_700_000_000_123_999, "2023-11-14T22:13:20.123999Z"),
        ] {
            assert_eq!(in_rest_framework(Timestamp::from_micros(micros)), text, "{micros}");
        }
    }

    #[test]
    fn times_are_written_as_python_does() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00+00:00"),
            (1_795_314_618_000_001, "2026-11-22T02:30:18.000001+00:00"),
            (951_782_400_500_000, "2000-02-29T00:00:00.500000+00:00"),
            (-1, "1969-12-31T23:59:59.999999+00:00"),
            (4_107_542_399_000_000, "2100-02-28T23:59:59+00:00"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00+00:00"),
        ] {
            assert_eq!(iso_format(Timestamp::from_micros(micros)), text);
        }
        assert_eq!(iso_format(Timestamp::MIN), "0001-01-01T00:00:00+00:00");
        assert_eq!(iso_format(Timestamp::MAX), "9999-12-31T23:59:59+00:00");
    }
}
