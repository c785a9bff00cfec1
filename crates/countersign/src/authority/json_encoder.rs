//! How what stands in a column becomes a claim, where JSON has no word for it.

use jiff::Timestamp as Calendar;
use serde_json::Value;

use crate::clock::Timestamp;
use crate::user::FieldValue;

/// `JSON_ENCODER`: how a column's value is written into a claim. A closure will do.
///
/// ```
/// use countersign::authority::{DjangoJsonEncoder, JsonEncoder};
/// use countersign::clock::Timestamp;
/// use countersign::user::FieldValue;
///
/// let joined = FieldValue::Timestamp(Timestamp::from_micros(1_700_000_000_250_417));
/// assert_eq!(DjangoJsonEncoder.encode(&joined), "2023-11-14T22:13:20.250Z");
///
/// let seconds = |value: &FieldValue| match value {
///     FieldValue::Timestamp(at) => at.as_secs().into(),
///     other => DjangoJsonEncoder.encode(other),
/// };
/// assert_eq!(seconds.encode(&joined), 1_700_000_000);
/// ```
pub trait JsonEncoder: Send + Sync {
    /// The value as JSON.
    fn encode(&self, value: &FieldValue) -> Value;
}

impl<F: Fn(&FieldValue) -> Value + Send + Sync> JsonEncoder for F {
    fn encode(&self, value: &FieldValue) -> Value {
        self(value)
    }
}

/// Django's `DjangoJSONEncoder`: times in ISO 8601 with milliseconds, UUIDs and decimals as strings.
#[derive(Clone, Copy, Debug, Default)]
pub struct DjangoJsonEncoder;

/// Django REST framework's `JSONEncoder`: the same, with microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct RestFrameworkJsonEncoder;

impl JsonEncoder for DjangoJsonEncoder {
    fn encode(&self, value: &FieldValue) -> Value {
        encode(value, 3)
    }
}

impl JsonEncoder for RestFrameworkJsonEncoder {
    fn encode(&self, value: &FieldValue) -> Value {
        encode(value, 6)
    }
}

/// A fraction that is no number is `null`, as in JavaScript: Python would write a word that JSON lacks.
fn encode(value: &FieldValue, digits: u8) -> Value {
    match value {
        FieldValue::Bool(value) => (*value).into(),
        FieldValue::Float(value) => (*value).into(),
        FieldValue::Int(value) => (*value).into(),
        FieldValue::Null => Value::Null,
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::Timestamp(at) => iso(*at, digits).into(),
        FieldValue::Uuid(uuid) => uuid.hyphenated().to_string().into(),
    }
}

/// Python's `isoformat()`, with so many digits of a fraction if there is one.
fn iso(at: Timestamp, digits: u8) -> String {
    let micros = at.as_micros().clamp(Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros());
    let whole = micros.rem_euclid(1_000_000) == 0;
    let cut = micros - micros.rem_euclid(if digits == 3 { 1000 } else { 1 });
    let calendar = Calendar::from_microsecond(cut).unwrap_or_default();
    if whole { format!("{calendar:.0}") } else { format!("{calendar:.*}", usize::from(digits)) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn times_are_written_as_the_packages_encoders_do() {
        for (micros, django, rest) in [
            (1_700_000_000_000_000, "2023-11-14T22:13:20Z", "2023-11-14T22:13:20Z"),
            (1_700_000_000_000_042, "2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20.000042Z"),
            (1_700_000_000_500_000, "2023-11-14T22:13:20.500Z", "2023-11-14T22:13:20.500000Z"),
            (-1, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999999Z"),
            (Timestamp::MIN.as_micros(), "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ] {
            let value = FieldValue::Timestamp(Timestamp::from_micros(micros));
            assert_eq!(DjangoJsonEncoder.encode(&value), django);
            assert_eq!(RestFrameworkJsonEncoder.encode(&value), rest);
        }
    }

    #[test]
    fn everything_else_is_what_json_has_or_a_string() {
        let uuid = Uuid::from_u128(0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8);
        for (value, json) in [
            (FieldValue::Bool(true), "true"),
            (FieldValue::Float(0.5), "0.5"),
            (FieldValue::Float(f64::NAN), "null"),
            (FieldValue::Int(i64::MIN), "-9223372036854775808"),
            (FieldValue::Null, "null"),
            (FieldValue::Text("12.50".into()), "\"12.50\""),
            (FieldValue::Uuid(uuid), "\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\""),
        ] {
            assert_eq!(DjangoJsonEncoder.encode(&value).to_string(), json);
        }
    }
}
