//! Times as text, as Django writes them where a database has no type for them: Python's `str()` of a `datetime`
//! in UTC, without its zone.

use countersign::clock::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;

/// `2026-01-31 12:00:00.000042`, and no fraction where there is none.
/// A moment that Python's `datetime` cannot hold is written as the nearest that it can.
#[cfg(any(test, feature = "mysql", feature = "sqlite"))]
pub(crate) fn format(time: Timestamp) -> String {
    let micros = time.as_micros().clamp(Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros() + 999_999);
    let at = EPOCH.saturating_add(jiff::SignedDuration::from_micros(micros));
    let (date, time) = (at.date(), at.time());
    let seconds = format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    match time.subsec_nanosecond() / 1000 {
        0 => seconds,
        micros => format!("{seconds}.{micros:06}"),
    }
}

/// With or without a fraction, and with an offset where another program wrote one; `None` for anything else.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let pieces = Pieces::parse(text).ok()?;
    let at = pieces.date().to_datetime(pieces.time()?);
    let since_epoch = at.duration_since(EPOCH).as_micros();
    let offset = pieces.to_numeric_offset().map_or(0, |offset| i128::from(offset.seconds()) * 1_000_000);
    i64::try_from(since_epoch - offset).ok().map(Timestamp::from_micros)
}

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_has_six_digits_or_is_not_there() {
        for (micros, text) in [
            (1_700_000_000_000_000, "2023-11-14 22:13:20"),
            (1_700_000_000_000_042, "2023-11-14 22:13:20.000042"),
            (-1, "1969-12-31 23:59:59.999999"),
            (Timestamp::MIN.as_micros(), "0001-01-01 00:00:00"),
            (Timestamp::MAX.as_micros(), "9999-12-31 23:59:59"),
        ] {
            assert_eq!(format(Timestamp::from_micros(micros)), text);
            assert_eq!(parse(text), Some(Timestamp::from_micros(micros)), "{text}");
        }
    }

    #[test]
    fn times_beyond_a_datetime_are_written_as_the_nearest() {
        assert_eq!(format(Timestamp::from_micros(i64::MAX)), "9999-12-31 23:59:59.999999");
        assert_eq!(format(Timestamp::from_micros(i64::MIN)), "0001-01-01 00:00:00");
    }

    #[test]
    fn an_offset_counts_and_garbage_is_none() {
        assert_eq!(parse("1970-01-01 02:00:00+02:00"), Some(Timestamp::from_secs(0)));
        assert_eq!(parse("1970-01-01T00:00:01Z"), Some(Timestamp::from_secs(1)));
        for garbage in ["", "yesterday", "1970-01-01", "1970-13-01 00:00:00", "1700000000"] {
            assert_eq!(parse(garbage), None, "{garbage}");
        }
    }
}
