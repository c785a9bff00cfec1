//! Reading a claims set strictly: what two parsers could read differently is refused (RFC 8725 §2.4).

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{Claims, Entry};

/// How many claims a set may have.
pub const MAX_CLAIMS: usize = 1_000;

/// Why a text is not a claims set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedClaims {
    reason: Box<str>,
}

impl fmt::Display for MalformedClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a claims set: {}", self.reason)
    }
}

impl std::error::Error for MalformedClaims {}

impl From<serde_json::Error> for MalformedClaims {
    fn from(error: serde_json::Error) -> Self {
        Self { reason: error.to_string().into() }
    }
}

pub(super) fn object(mut text: String) -> Result<Claims, MalformedClaims> {
    let mut entries = Vec::new();
    for (name, value) in members(&text)? {
        let value = range_in(&text, value.get());
        match name {
            Cow::Borrowed(name) => entries.push((Ok(range_in(&text, name)), value)),
            Cow::Owned(name) => entries.push((Err(name), value)),
        }
    }
    let entries = entries
        .into_iter()
        .map(|(name, value)| {
            // A name with escapes stands nowhere in the payload as it reads: it is added behind it.
            let name = name.unwrap_or_else(|unescaped| {
                let start = text.len();
                text.push_str(&unescaped);
                start..text.len()
            });
            Entry { name, value }
        })
        .collect();
    Ok(Claims { text, entries })
}

/// The members of a JSON object in order, each name once on every level.
pub(crate) fn members(text: &str) -> Result<Vec<(Cow<'_, str>, &RawValue)>, MalformedClaims> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let members = deserializer.deserialize_map(Members)?;
    deserializer.end()?;
    Ok(members)
}

fn range_in(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Self::Value = Vec::with_capacity(12);
        let mut seen = Names::default();
        while let Some(name) = map.next_key_seed(Name)? {
            let value: &RawValue = map.next_value()?;
            if matches!(value.get().as_bytes()[0], b'{' | b'[') {
                let mut nested = serde_json::Deserializer::from_str(value.get());
                NoRepeats.deserialize(&mut nested).map_err(de::Error::custom)?;
            }
            seen.insert(name.clone())?;
            members.push((name, value));
        }
        Ok(members)
    }
}

/// Walks a value of any depth that `serde_json` allows (128 levels) and refuses an object with a name twice.
struct NoRepeats;

impl<'de> DeserializeSeed<'de> for NoRepeats {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NoRepeats {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = Names::default();
        while let Some(name) = map.next_key_seed(Name)? {
            seen.insert(name.clone())?;
            map.next_value_seed(Self)?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The names of one object: few are compared one by one, many by hash, so no object costs quadratic time.
#[derive(Default)]
struct Names<'de> {
    few: Vec<Cow<'de, str>>,
    many: HashSet<Cow<'de, str>>,
}

impl<'de> Names<'de> {
    fn insert<E: de::Error>(&mut self, name: Cow<'de, str>) -> Result<(), E> {
        let fresh = if self.few.len() < FEW {
            let fresh = !self.few.contains(&name);
            self.few.push(name);
            fresh
        } else {
            !self.few.contains(&name) && self.many.insert(name)
        };
        if !fresh {
            return Err(E::custom("a name stands twice in one object"));
        }
        if self.few.len() + self.many.len() > MAX_CLAIMS {
            return Err(E::custom("too many names in one object"));
        }
        Ok(())
    }
}

/// A member's name, borrowed where it has no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

const FEW: usize = 16;

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
