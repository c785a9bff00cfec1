//! Lengths of time: whole seconds, or numbers with units as in `"90s"`, `"5m"`, `"1h30m"`, `"-1d"`.

use std::time::Duration;

use countersign::clock::Span;

use super::reference::Surroundings;
use super::setting::{Fault, Setting};
use super::tree::Value;

/// Zero and below are lengths too, as for Python's `timedelta`.
impl Setting for Span {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let micros = match value.into_typed(around)? {
            Value::Integer(seconds) => seconds.saturating_mul(SECOND),
            Value::Text(text) => parse(&text).ok_or(WANTED)?,
            other => return Err(other.is_not("whole seconds, or a length of time as in \"5m\" or \"1h30m\"")),
        };
        if micros.unsigned_abs() > LONGEST {
            return Err("is longer than a thousand years: give a shorter time".into());
        }
        Ok(Self::from_micros(micros))
    }
}

/// `LEEWAY` is a length of time, or a number of seconds that need not be whole.
pub(super) struct Leeway(pub(super) Span);

impl Setting for Leeway {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match value.into_typed(around)? {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it is bounded and rounded, as timedelta does"
            )]
            Value::Float(seconds) if seconds.abs() <= LONGEST_LEEWAY => {
                Ok(Self(Span::from_micros((seconds * 1e6).round_ties_even() as i64)))
            }
            Value::Float(_) => Err("takes a number of seconds, or a length of time as in \"30s\"".into()),
            other => Span::read(other, around).map(Self),
        }
    }
}

/// How long the server waits for something: some time at least.
impl Setting for Duration {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let micros = u64::try_from(Span::read(value, around)?.as_micros());
        let some = micros.ok().filter(|micros| *micros > 0).map(Self::from_micros);
        some.ok_or_else(|| "must be longer than no time at all".into())
    }
}

/// A time that may be no time at all, but not less.
pub(super) struct FromZero(pub(super) Duration);

impl Setting for FromZero {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let micros = u64::try_from(Span::read(value, around)?.as_micros());
        micros.map(|micros| Self(Duration::from_micros(micros))).map_err(|_| "must not be below zero".into())
    }
}

/// The microseconds; too many of them are as many as can be counted.
fn parse(text: &str) -> Option<i64> {
    let (sign, mut rest) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let mut sum = 0_i64;
    loop {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, after) = after.split_at(after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len()));
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit)?;
        if number.is_empty() {
            return None;
        }
        // Digits that do not fit are a number that is too large.
        let number = number.parse().unwrap_or(i64::MAX);
        sum = sum.saturating_add(length.saturating_mul(number));
        if after.is_empty() {
            return Some(sign * sum);
        }
        rest = after;
    }
}

const SECOND: i64 = 1_000_000;

const UNITS: [(&str, i64); 6] = [
    ("ms", SECOND / 1000),
    ("s", SECOND),
    ("m", 60 * SECOND),
    ("h", 3600 * SECOND),
    ("d", 86_400 * SECOND),
    ("w", 7 * 86_400 * SECOND),
];

/// A thousand years, so that no date that is made with it leaves the calendar unnoticed.
const LONGEST: u64 = 365_250 * 86_400 * 1_000_000;
const LONGEST_LEEWAY: f64 = 1e9;

const WANTED: &str = "takes whole seconds without quotes, or numbers with units (ms, s, m, h, d, w) as in \"5m\", \
                      \"1h30m\" or \"-1d\"";

#[cfg(test)]
mod tests {
    use super::super::setting::testing::{toml, unquoted};
    use super::*;

    #[test]
    fn units_are_added_up() {
        for (text, micros) in [
            ("'90s'", 90_000_000),
            ("'5m'", 300_000_000),
            ("'12h'", 43_200_000_000),
            ("'1d'", 86_400_000_000),
            ("'2w'", 1_209_600_000_000),
            ("'1h30m'", 5_400_000_000),
            ("'250ms'", 250_000),
            ("'1m250ms'", 60_250_000),
            ("'-5m'", -300_000_000),
            ("'0s'", 0),
            ("300", 300_000_000),
            ("0", 0),
            ("-1", -1_000_000),
        ] {
            assert_eq!(toml::<Span>(text).unwrap().as_micros(), micros, "{text}");
        }
        assert_eq!(unquoted::<Span>("5m").unwrap(), Span::from_mins(5));
        assert_eq!(unquoted::<Span>("300").unwrap(), Span::from_mins(5));
        assert_eq!(unquoted::<Span>("-300").unwrap(), Span::from_mins(-5));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["''", "'-'", "'5'", "'m'", "'5 m'", "'5M'", "'1.5h'", "'--5m'", "'5m3'", "'+5m'", "'h5m'", "1.5"]
        {
            assert!(toml::<Span>(text).is_err(), "{text}");
        }
        for text in ["'400000d'", "'9223372036854775807w'", "9223372036854775807", "'99999999999999999999s'"]
        {
            assert!(toml::<Span>(text).unwrap_err().contains("a thousand years"), "{text}");
        }
        assert!(toml::<Duration>("'0s'").is_err());
        assert!(toml::<Duration>("-1").is_err());
        assert_eq!(toml::<Duration>("'30s'").unwrap(), Duration::from_secs(30));
    }

    #[test]
    fn a_leeway_may_have_a_fraction() {
        let leeway = |text| toml::<Leeway>(text).map(|Leeway(span)| span.as_micros());
        assert_eq!(leeway("0.25").unwrap(), 250_000);
        assert_eq!(leeway("5").unwrap(), 5_000_000);
        assert_eq!(leeway("'30s'").unwrap(), 30_000_000);
        for text in ["nan", "inf", "-inf", "1e10"] {
            assert!(leeway(text).is_err(), "{text}");
        }
    }
}
