//! Halves of surrogate pairs: JSON can write them, Python's strings can hold them, and no encoding of text can.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer;
use serde::de::Visitor;

/// The first lone surrogates in a string, and where they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LoneSurrogates {
    /// The first one's code point.
    pub(super) code: u32,
    /// How many characters are before it.
    position: usize,
    /// How many of them follow each other.
    count: usize,
}

impl fmt::Display for LoneSurrogates {
    /// As Python's codec for UTF-8 says it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, position, count } = self;
        if *count == 1 {
            write!(f, "'utf-8' codec can't encode character '\\u{code:x}' in position {position}")?;
        } else {
            let last = position + count - 1;
            write!(f, "'utf-8' codec can't encode characters in position {position}-{last}")?;
        }
        f.write_str(": surrogates not allowed")
    }
}

/// The text of one JSON string, which has been parsed before.
///
/// # Errors
///
/// The surrogates that keep it from being text.
pub(super) fn text(json: &str) -> Result<Cow<'_, str>, LoneSurrogates> {
    if !json.contains('\\') {
        return Ok(json[1..json.len() - 1].into());
    }
    if let Ok(text) = serde_json::from_str(json) {
        return Ok(Cow::Owned(text));
    }
    // As bytes, serde_json writes half a surrogate pair in UTF-8's manner: ED A0..BF xx.
    let bytes = serde_json::Deserializer::from_str(json).deserialize_bytes(Bytes).unwrap_or_default();
    let is_lone = |window: &[u8]| matches!(window, [0xED, 0xA0..=0xBF, _]);
    let start = bytes.windows(3).position(is_lone).unwrap_or_default();
    let (before, run) = bytes.split_at(start);
    let code = match run {
        [first, second, third, ..] => {
            u32::from(first & 0x0F) << 12 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F)
        }
        _ => u32::from(char::REPLACEMENT_CHARACTER),
    };
    let count = run.chunks(3).take_while(|chunk| is_lone(chunk)).count().max(1);
    let position = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    Err(LoneSurrogates { code, position, count })
}

struct Bytes;

impl Visitor<'_> for Bytes {
    type Value = Vec<u8>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
        Ok(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_text() {
        assert_eq!(text(r#""a\ud83d\ude00""#).as_deref(), Ok("a😀"));
    }

    #[test]
    fn halves_are_told_as_python_tells_them() {
        for (json, code, told) in [
            (r#""\ud800""#, 0xD800, r"character '\ud800' in position 0"),
            (r#""xü😀\udfffy""#, 0xDFFF, r"character '\udfff' in position 3"),
            (r#""x\udfff\ud800y\ud800""#, 0xDFFF, "characters in position 1-2"),
        ] {
            let lone = text(json).unwrap_err();
            assert_eq!(lone.code, code, "{json}");
            let told = format!("'utf-8' codec can't encode {told}: surrogates not allowed");
            assert_eq!(lone.to_string(), told, "{json}");
        }
    }
}
