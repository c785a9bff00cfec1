//! JSON to be written: members stay in the order in which they are given.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::claims::push_quoted;

/// A JSON value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// A number with a fraction, or `null` for what JSON has no number for.
    Float(f64),
    /// A number without a fraction.
    Int(i64),
    /// A list.
    List(Vec<Json>),
    /// `null`.
    Null,
    /// An object, its members in order.
    Object(Vec<(Cow<'static, str>, Json)>),
    /// A string.
    Text(Cow<'static, str>),
}

impl Json {
    /// An object of these members.
    pub fn object<const N: usize>(members: [(&'static str, Json); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// A list of these strings.
    pub fn texts<const N: usize>(texts: [&'static str; N]) -> Self {
        Self::List(texts.into_iter().map(Self::from).collect())
    }

    /// Without any white space.
    pub fn to_compact(&self) -> String {
        let mut json = String::with_capacity(MOST_ANSWERS);
        self.push_onto(&mut json);
        json
    }

    fn push_onto(&self, json: &mut String) {
        match self {
            Self::Text(text) => push_quoted(json, text),
            Self::List(values) => {
                json.push('[');
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        json.push(',');
                    }
                    value.push_onto(json);
                }
                json.push(']');
            }
            Self::Object(members) => {
                json.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    if at > 0 {
                        json.push(',');
                    }
                    push_quoted(json, name);
                    json.push(':');
                    value.push_onto(json);
                }
                json.push('}');
            }
            Self::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => json.push_str(&value.to_string()),
            Self::Float(value) => json.push_str(&serde_json::to_string(value).unwrap_or_default()),
            Self::Null => json.push_str("null"),
        }
    }

    /// As Python's `json.dumps` writes it: a blank after each comma and colon, and nothing but ASCII.
    pub fn to_python(&self) -> String {
        self.in_ascii(b", ", b": ")
    }

    /// As Python's `json.dumps(…, separators=(",", ":"))`: no white space, and nothing but ASCII.
    pub fn to_compact_python(&self) -> String {
        self.in_ascii(b",", b":")
    }

    fn in_ascii(&self, comma: &'static [u8], colon: &'static [u8]) -> String {
        let mut text = Vec::new();
        let formatter = PythonFormatter { comma, colon };
        // Writing to memory what has no keys but strings does not fail.
        let _ = self.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter));
        String::from_utf8(text).unwrap_or_default()
    }

    /// With a line for each value, as Python's `json.dumps(…, indent=…)`.
    pub fn to_indented(&self, spaces: usize) -> String {
        let indent = " ".repeat(spaces);
        let mut text = Vec::new();
        let formatter = PrettyFormatter::with_indent(indent.as_bytes());
        // Writing to memory what has no keys but strings does not fail.
        let _ = self.serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter));
        String::from_utf8(text).unwrap_or_default()
    }
}

impl From<&'static str> for Json {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Null => serializer.serialize_unit(),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Bytes for two tokens and what is around them.
const MOST_ANSWERS: usize = 512;

struct PythonFormatter {
    comma: &'static [u8],
    colon: &'static [u8],
}

impl Formatter for PythonFormatter {
    fn begin_array_value<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(self.comma) }
    }

    fn begin_object_key<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(self.comma) }
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(self.colon)
    }

    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some((at, char)) = rest.char_indices().find(|(_, char)| !matches!(char, ' '..='~')) {
            let (plain, odd) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            char.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(writer, "\\u{unit:04x}"))?;
            rest = &odd[char.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_stay_in_order() {
        let json = Json::object([("z", Json::Int(1)), ("a", Json::texts(["x"])), ("m", Json::Null)]);
        assert_eq!(json.to_compact(), r#"{"z":1,"a":["x"],"m":null}"#);
        assert_eq!(json.to_indented(2), "{\n  \"z\": 1,\n  \"a\": [\n    \"x\"\n  ],\n  \"m\": null\n}");
    }

    #[test]
    fn what_is_written_compactly_is_what_serde_writes() {
        let numbers = [-1, i64::MAX].map(Json::Int).into_iter();
        let floats = [0.1, -0.0, 1e300, f64::NAN].map(Json::Float);
        let texts = Json::texts(["", "plain ü😀", "\"quoted\"", "a\\b", "\n\u{1}\u{7f}"]);
        let json = Json::object([
            ("numbers", Json::List(numbers.chain(floats).collect())),
            ("q\"uoted", texts),
            ("others", Json::List(vec![Json::Bool(true), Json::Bool(false), Json::Null])),
            ("empty", Json::List(vec![Json::List(Vec::new()), Json::Object(Vec::new())])),
        ]);
        assert_eq!(json.to_compact(), serde_json::to_string(&json).unwrap());
    }

    #[test]
    fn python_writes_blanks_and_ascii() {
        let json = Json::object([("a", Json::texts(["ü😀\u{7f}\"\n\u{1}", "~"])), ("b", Json::object([]))]);
        assert_eq!(json.to_python(), r#"{"a": ["\u00fc\ud83d\ude00\u007f\"\n\u0001", "~"], "b": {}}"#);
        assert_eq!(json.to_compact_python(), r#"{"a":["\u00fc\ud83d\ude00\u007f\"\n\u0001","~"],"b":{}}"#);
    }
}
