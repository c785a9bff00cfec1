//! Reading a claims set strictly: what two parsers could read differently is refused (RFC 8725 §2.4).

use std::borrow::Cow;
use std::fmt;

use super::Claims;
use super::entry::{Entry, Place};
use super::scan::{self, Members};

/// How many claims a set may have.
pub const MAX_CLAIMS: usize = 1_000;

/// Why a text is not a claims set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedClaims {
    at: usize,
    reason: &'static str,
}

impl MalformedClaims {
    pub(super) fn at(at: usize, reason: &'static str) -> Self {
        Self { at, reason }
    }
}

impl fmt::Display for MalformedClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a claims set: {} (at byte {})", self.reason, self.at)
    }
}

impl std::error::Error for MalformedClaims {}

pub(super) fn object(mut text: String) -> Result<Claims, MalformedClaims> {
    let Members { mut entries, is_any_escaped } = scan::object(&text)?;
    if is_any_escaped {
        for entry in &mut entries {
            if let Cow::Owned(name) = entry.name.unescaped(&text)? {
                // It stands nowhere in the payload as it reads: it is added behind it.
                let start = text.len();
                text.push_str(&name);
                *entry = Entry::new(&text, Place::new(start, text.len()), entry.value);
            }
        }
    }
    Ok(Claims { text, entries })
}

/// Names, as they read, and JSON texts of the object that `text` is, in order.
pub(crate) fn members(text: &str) -> Result<impl Iterator<Item = (Cow<'_, str>, &str)>, MalformedClaims> {
    let Members { entries, .. } = scan::object(text)?;
    let names = entries.iter().map(|entry| entry.name.unescaped(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(names.into_iter().zip(entries).map(|(name, entry)| (name, entry.value.within(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_plain_object_is_refused() {
        for text in [
            "",
            "null",
            "[]",
            "1",
            "{",
            "{}{}",
            r#"{"a":1,}"#,
            r#"{"a":NaN}"#,
            r#"{"a":Infinity}"#,
            r#"{"a":01}"#,
            "{a:1}",
            "{'a':1}",
            "{\"a\":\"\n\"}",
            "\u{feff}{}",
        ] {
            assert!(Claims::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_on_every_level() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":2}}"#,
            r#"{"x":[[{"a":1,"b":{"c":1,"c":1}}]]}"#,
        ] {
            assert!(Claims::parse(text).is_err(), "{text}");
        }
        assert!(Claims::parse(r#"{"a":{"a":{"a":1}}}"#).is_ok());
    }

    #[test]
    fn depth_and_number_of_claims_are_bounded() {
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
        assert!(Claims::parse(deep).is_err());
        let many =
            |n: usize| format!("{{{}}}", (0..n).map(|i| format!("\"{i}\":0")).collect::<Vec<_>>().join(","));
        assert!(Claims::parse(many(MAX_CLAIMS)).is_ok());
        assert!(Claims::parse(many(MAX_CLAIMS + 1)).is_err());
    }

    #[test]
    fn a_repeated_name_is_found_among_many() {
        let names = (0..40).chain([3]).map(|i| format!("\"{i}\":0")).collect::<Vec<_>>().join(",");
        assert!(Claims::parse(format!("{{{names}}}")).is_err());
        let names = (0..40).chain([39]).map(|i| format!("\"{i}\":0")).collect::<Vec<_>>().join(",");
        assert!(Claims::parse(format!("{{{names}}}")).is_err());
    }
}
