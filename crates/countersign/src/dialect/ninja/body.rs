//! Reading a body as Django Ninja does: JSON, whatever the content type says.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::dialect::members::{self, Members};
use crate::dialect::ninja::NinjaError;
use crate::dialect::surrogates::{self, LoneSurrogates};

/// A body, before its fields are looked at.
#[derive(Debug)]
pub(in crate::dialect) enum Body<'a> {
    /// Nothing at all.
    Absent,
    /// A JSON object; of several members of one name the last counts.
    Fields(Fields<'a>),
    /// JSON that is no object.
    Other,
}

/// The members of a JSON object.
#[derive(Debug)]
pub(in crate::dialect) struct Fields<'a>(Members<'a>);

/// A member's value.
#[derive(Debug, PartialEq)]
pub(in crate::dialect) enum Value {
    /// A string with halves of surrogate pairs in it.
    NotUnicode(LoneSurrogates),
    /// No string.
    Other,
    /// A string.
    Text(String),
}

/// Reads a body.
///
/// DIFFERENCE: JSON is what RFC 8259 says. Python's parser also takes `NaN`, `Infinity`, UTF-16 and UTF-32.
pub(in crate::dialect) fn read(bytes: &[u8]) -> Result<Body<'_>, NinjaError> {
    if bytes.is_empty() {
        return Ok(Body::Absent);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| NinjaError::CannotParse)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let read = if members::are_in(text) {
        serde_json::from_str(text).map(|members| Body::Fields(Fields(members)))
    } else {
        serde_json::from_str(text).map(|_: &RawValue| Body::Other)
    };
    read.map_err(|_| NinjaError::CannotParse)
}

impl Fields<'_> {
    /// Whether there is a member of this name, `null` included.
    pub(in crate::dialect) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some()
    }

    /// The member of this name, `null` included.
    pub(in crate::dialect) fn value(&self, name: &str) -> Option<Value> {
        let json = self.0.get(name)?;
        if !json.starts_with('"') {
            return Some(Value::Other);
        }
        let text = surrogates::text(json).map(Cow::into_owned);
        Some(text.map_or_else(Value::NotUnicode, Value::Text))
    }

    /// The member of this name; `None` also for what Python takes for false.
    pub(in crate::dialect) fn given(&self, name: &str) -> Option<Value> {
        let json = self.0.get(name)?;
        let is_true = match json.as_bytes()[0] {
            b'n' | b'f' => false,
            b't' => true,
            b'"' => json != "\"\"",
            b'[' | b'{' => !is_empty(json),
            _ => json.parse().is_ok_and(|number: f64| number != 0.0),
        };
        if is_true { self.value(name) } else { None }
    }
}

/// Whether there is nothing between the brackets of a list or an object.
fn is_empty(json: &str) -> bool {
    json[1..json.len() - 1].trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(json: &str) -> Option<Value> {
        let text = format!("{{\"f\":{json}}}");
        let Ok(Body::Fields(fields)) = read(text.as_bytes()) else { panic!("{text}") };
        assert!(fields.has("f") && !fields.has("g"));
        fields.given("f")
    }

    #[test]
    fn what_python_takes_for_false_is_not_given() {
        for json in ["null", "false", "0", "-0", "0.0", "-0e5", "1e-999", "\"\"", "[]", "[ ]", "{\n}"] {
            assert_eq!(given(json), None, "{json}");
        }
        for json in ["true", "1", "-0.5", "1e999", "[0]", "{\"a\":0}", "12345678901234567890123"] {
            assert_eq!(given(json), Some(Value::Other), "{json}");
        }
        assert_eq!(given("\" \""), Some(Value::Text(" ".to_owned())));
        assert_eq!(given(r#""\u0000""#), Some(Value::Text("\0".to_owned())));
        assert!(matches!(given(r#""\ud800""#), Some(Value::NotUnicode(_))));
    }

    #[test]
    fn a_value_is_there_whatever_python_takes_it_for() {
        let Ok(Body::Fields(fields)) = read(br#"{"null":null,"empty":"","n":0}"#) else {
            panic!("an object")
        };
        assert_eq!(fields.value("null"), Some(Value::Other));
        assert_eq!(fields.value("empty"), Some(Value::Text(String::new())));
        assert_eq!(fields.value("n"), Some(Value::Other));
        assert_eq!(fields.value("absent"), None);
    }

    #[test]
    fn only_objects_have_fields() {
        assert!(matches!(read(b""), Ok(Body::Absent)));
        for body in ["null", "[]", "5", "\"x\"", "true", "[{}]"] {
            assert!(matches!(read(body.as_bytes()), Ok(Body::Other)), "{body:?}");
        }
        for body in ["{}", " {} ", "\u{feff}{}", "{\"a\":1,\"a\":2}"] {
            assert!(matches!(read(body.as_bytes()), Ok(Body::Fields(_))), "{body:?}");
        }
    }

    #[test]
    fn what_is_not_json_cannot_be_parsed() {
        for body in [&b"{"[..], b" ", b"a=1", b"\xff", b"{} {}", b"NaN", b"{\"a\":Infinity}", b"{\0}\0"] {
            assert_eq!(read(body).unwrap_err(), NinjaError::CannotParse, "{body:?}");
        }
    }
}
