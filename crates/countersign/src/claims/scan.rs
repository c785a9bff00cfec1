//! One pass over a JSON text (RFC 8259) that finds the members of an object and reads nothing of their values.
//!
//! It is stricter than the grammar in one thing: a name that stands twice in one object, on any level, is refused, because
//! two parsers could read it differently (RFC 8725 §2.4). What a string's escapes mean, and what a number is worth, is left to
//! whoever looks at the value.

use super::entry::{Entry, Place};
use super::parse::{MAX_CLAIMS, MalformedClaims};

/// How deep values may be nested in the object.
const MAX_DEPTH: usize = 127;
/// So many names of one object are compared one by one, more are sorted: no object costs quadratic time.
const FEW: usize = 16;

/// The members of an object, in order.
pub(super) struct Members {
    pub(super) entries: Vec<Entry>,
    /// Whether there are names with escapes; they stand as they are spelled.
    pub(super) is_any_escaped: bool,
}

/// Reads the object that `text` is.
pub(super) fn object(text: &str) -> Result<Members, MalformedClaims> {
    if u32::try_from(text.len()).is_err() {
        return Err(MalformedClaims::at(0, "the text is too long"));
    }
    let mut scan = Scan { text, bytes: text.as_bytes(), at: 0, members: Vec::with_capacity(USUAL) };
    scan.blanks();
    scan.expect(b'{', "a JSON object was expected")?;
    let is_any_escaped = scan.object(MAX_DEPTH)?;
    scan.blanks();
    if scan.at < scan.bytes.len() {
        return Err(scan.wrong("something follows the object"));
    }
    Ok(Members { entries: scan.members, is_any_escaped })
}

/// How many claims a token usually has, at most.
const USUAL: usize = 8;

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Those of the outermost object, and while a nested one is read, behind them its own.
    members: Vec<Entry>,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8, otherwise: &'static str) -> Result<(), MalformedClaims> {
        if self.peek() != Some(byte) {
            return Err(self.wrong(otherwise));
        }
        self.at += 1;
        Ok(())
    }

    #[cold]
    fn wrong(&self, reason: &'static str) -> MalformedClaims {
        MalformedClaims::at(self.at, reason)
    }

    /// What follows `{`, up to and with `}`: its members are the last ones then. Tells whether any of their names has escapes.
    fn object(&mut self, depth: usize) -> Result<bool, MalformedClaims> {
        let first = self.members.len();
        let mut is_any_escaped = false;
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(false);
        }
        loop {
            let start = self.at + 1;
            is_any_escaped |= self.string("a name was expected")?;
            let name = Place::new(start, self.at - 1);
            self.blanks();
            self.expect(b':', "a colon was expected")?;
            self.blanks();
            let start = self.at;
            self.value(depth)?;
            let member = Entry::new(self.text, name, Place::new(start, self.at));
            let others = &self.members[first..];
            if others.len() < FEW && others.iter().any(|other| other.is_named_like(&member, self.text)) {
                return Err(self.wrong(TWICE));
            }
            if others.len() == MAX_CLAIMS {
                return Err(self.wrong("too many names in one object"));
            }
            self.members.push(member);
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.wrong("a comma or the object's end was expected")),
            }
            self.blanks();
        }
        self.at += 1;
        if is_any_escaped || self.members.len() - first > FEW {
            self.compare_sorted(first)?;
        }
        Ok(is_any_escaped)
    }

    /// Compares the names as they read, from the `first` member on.
    fn compare_sorted(&self, first: usize) -> Result<(), MalformedClaims> {
        let names = self.members[first..].iter().map(|member| member.name.unescaped(self.text));
        let mut names = names.collect::<Result<Vec<_>, _>>()?;
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) { Err(self.wrong(TWICE)) } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Result<(), MalformedClaims> {
        match self.peek() {
            Some(b'"') => self.string("").map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true"),
            Some(b'f') => self.word(b"false"),
            Some(b'n') => self.word(b"null"),
            Some(b'{' | b'[') if depth == 0 => Err(self.wrong("values are nested too deeply")),
            Some(b'{') => {
                let outer = self.members.len();
                self.at += 1;
                self.object(depth - 1)?;
                self.members.truncate(outer);
                Ok(())
            }
            Some(b'[') => self.elements(depth - 1),
            _ => Err(self.wrong("a value was expected")),
        }
    }

    fn elements(&mut self, depth: usize) -> Result<(), MalformedClaims> {
        self.at += 1;
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth)?;
            self.blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return Err(self.wrong("a comma or the list's end was expected")),
            }
            self.blanks();
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), MalformedClaims> {
        if !self.bytes[self.at..].starts_with(word) {
            return Err(self.wrong("a value was expected"));
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), MalformedClaims> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), MalformedClaims> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        if self.at == start { Err(self.wrong("a digit was expected")) } else { Ok(()) }
    }

    /// A string with its quotation marks. Tells whether it has escapes.
    #[inline]
    fn string(&mut self, otherwise: &'static str) -> Result<bool, MalformedClaims> {
        self.expect(b'"', otherwise)?;
        let mut is_escaped = false;
        loop {
            self.plain();
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(is_escaped);
                }
                Some(b'\\') => {
                    is_escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                Some(_) => return Err(self.wrong("a string has a control character")),
                None => return Err(self.wrong("a string does not end")),
            }
        }
    }

    /// Passes over what means itself in a string, eight bytes at a time.
    #[inline]
    fn plain(&mut self) {
        while let Some(eight) = self.bytes[self.at..].first_chunk() {
            let special = special(u64::from_le_bytes(*eight));
            if special != 0 {
                self.at += (special.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
        while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
            self.at += 1;
        }
    }

    fn escape(&mut self) -> Result<(), MalformedClaims> {
        let length = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 1,
            Some(b'u') => {
                let digits = self.bytes.get(self.at + 1..self.at + 5);
                if digits.is_none_or(|digits| !digits.iter().all(u8::is_ascii_hexdigit)) {
                    return Err(self.wrong("\\u needs four hexadecimal digits"));
                }
                5
            }
            _ => return Err(self.wrong("a string has an escape that JSON does not know")),
        };
        self.at += length;
        Ok(())
    }
}

/// The high bit of every byte that cannot stand for itself in a string: quotation mark, backslash, control character. Above
/// the lowest such byte there may be others that are none.
const fn special(eight: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let quote = eight ^ (ONES * b'"' as u64);
    let backslash = eight ^ (ONES * b'\\' as u64);
    let found = (quote.wrapping_sub(ONES) & !quote)
        | (backslash.wrapping_sub(ONES) & !backslash)
        | (eight.wrapping_sub(ONES * 0x20) & !eight);
    found & HIGHS
}

const TWICE: &str = "a name stands twice in one object";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fmt;

    use proptest::prelude::*;
    use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

    use super::*;

    /// Reads an object with `serde_json` and refuses a name that stands twice in one object.
    fn is_read_by_serde(text: &str) -> bool {
        let mut json = serde_json::Deserializer::from_str(text);
        text.trim_start().starts_with('{') && NoRepeats.deserialize(&mut json).is_ok() && json.end().is_ok()
    }

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
            let mut seen = BTreeSet::new();
            while let Some(name) = map.next_key::<String>()? {
                if !seen.insert(name) {
                    return Err(de::Error::custom(TWICE));
                }
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

    /// Parts of JSON, and of what is nearly JSON.
    fn part() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\":",
            "\"b\":",
            "\"\\u0061\":",
            "\"long name of a claim\":",
            "\"\":",
            "1",
            "-0",
            "-",
            "01",
            "1.",
            ".5",
            "1.5e3",
            "1e",
            "2E+7",
            "+1",
            "true",
            "tru",
            "false",
            "null",
            "nul",
            "NaN",
            "\"",
            "\\",
            "\"text\"",
            "\"\\n\\\"\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud83d\\ude00\"",
            "\"é\"",
            "\"\u{7f}\"",
            "\"\u{1f}\"",
            " ",
            "\t\n\r",
            "\u{b}",
            "\u{a0}",
            "\0",
            "{}",
            "[]",
            "[1,2]",
            "{\"a\":1,\"b\":[{}]}",
        ])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn what_is_read_is_what_serde_reads(parts in prop::collection::vec(part(), 0..12), bare in any::<bool>()) {
            let inside = parts.concat();
            let text = if bare { inside } else { format!("{{{inside}}}") };
            prop_assert_eq!(object(&text).is_ok(), is_read_by_serde(&text), "{}", text);
        }

        #[test]
        fn any_object_is_read_with_its_members(
            members in prop::collection::btree_map("[a-z\"\\\\é\u{0}-\u{20}]{0,6}", value(), 0..24)
        ) {
            let text = serde_json::to_string(&members).unwrap();
            let read = super::super::Claims::parse(text.as_str()).unwrap();
            prop_assert_eq!(read.iter().count(), members.len());
            for (name, value) in &members {
                prop_assert_eq!(read.raw(name), Some(&*value.to_string()));
            }
            prop_assert_eq!(read.to_json(), text);
        }
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            ".{0,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::btree_map("[a-zé\"]{0,3}", inner, 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn a_special_byte_is_found_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut eight = [b'x'; 8];
                eight[place] = byte;
                let is_special = byte < 0x20 || byte == b'"' || byte == b'\\';
                let found = special(u64::from_le_bytes(eight));
                assert_eq!(
                    (found != 0).then(|| found.trailing_zeros() as usize / 8),
                    is_special.then_some(place),
                    "{byte}"
                );
            }
        }
    }
}
