//! A token's claims: the registered ones read by type, every other one kept as it came, in order.
//!
//! [`Claims`] holds the JSON text of the whole set once and remembers where each claim begins and ends. So a
//! claim that nobody looks at costs nothing, and one that is copied from a refresh token to an access token
//! is copied to the letter, however large its numbers are.

mod entry;
mod parse;
mod registered;
mod scan;
mod typed;

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Timestamp;
pub(crate) use entry::Place;
use entry::{Entry, Tag};
pub(crate) use parse::members;
pub use parse::{MAX_CLAIMS, MalformedClaims};
pub(crate) use registered::{Claim, Registered};
pub use typed::ClaimsMismatch;
pub(crate) use typed::field_names;

/// A JWT claims set (RFC 7519 §4): names and JSON values, in order, each name once.
///
/// ```
/// use countersign::claims::Claims;
///
/// let mut claims = Claims::parse(r#"{"user_id":"7","roles":["a"]}"#)?;
/// claims.set("exp", &1_700_000_000);
/// assert_eq!(claims.text("user_id")?.as_deref(), Some("7"));
/// assert_eq!(claims.to_json(), r#"{"user_id":"7","roles":["a"],"exp":1700000000}"#);
///
/// assert!(Claims::parse(r#"{"sub":"a","sub":"b"}"#).is_err());
/// assert!(claims.text("exp").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Claims {
    /// The parsed payload, and after it whatever was set since: entries point into it.
    text: String,
    entries: Vec<Entry>,
}

impl Claims {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty set, with room for so much text and so many claims.
    pub(crate) fn with_room(text: usize, claims: usize) -> Self {
        Self { text: String::with_capacity(text), entries: Vec::with_capacity(claims) }
    }

    /// How much room the set takes: its text, and the number of its claims.
    pub(crate) fn room(&self) -> (usize, usize) {
        (self.text.len(), self.entries.len())
    }

    /// Reads a JSON object. Nothing is verified: only [`jwt`](crate::jwt) makes claims trustworthy.
    ///
    /// # Errors
    ///
    /// When the text is not one JSON object, names a claim twice on any level, is nested too deeply, or has
    /// more than [`MAX_CLAIMS`] claims.
    pub fn parse(json: impl Into<String>) -> Result<Self, MalformedClaims> {
        parse::object(json.into())
    }

    /// The JSON text of a claim, as it came.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.entry(name).map(|entry| entry.value.within(&self.text))
    }

    /// Whether the claim is there, `null` included.
    pub fn contains(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// A claim as a type of yours.
    ///
    /// # Errors
    ///
    /// When the claim is there and its JSON is not a `T`.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ClaimTypeError> {
        self.raw(name).map(serde_json::from_str).transpose().map_err(|_| ClaimTypeError::of(name))
    }

    /// A claim that must be a string.
    ///
    /// # Errors
    ///
    /// When the claim is there and is not a JSON string.
    pub fn text(&self, name: &str) -> Result<Option<Cow<'_, str>>, ClaimTypeError> {
        self.raw(name).map(|json| text(name, json)).transpose()
    }

    /// Where in the set's text a claim's characters stand, if it is a string and spelled without escapes. They stay
    /// there, whatever is set or removed.
    pub(crate) fn plain_text(&self, name: &str) -> Option<Place> {
        let value = self.entry(name)?.value;
        let quoted = value.within(&self.text);
        (quoted.starts_with('"') && !quoted.contains('\\')).then(|| value.unquoted())
    }

    /// What stands there.
    pub(crate) fn at(&self, place: Place) -> &str {
        place.within(&self.text)
    }

    /// A claim that must be a `NumericDate` (RFC 7519 §2): seconds since the epoch, fractions allowed.
    ///
    /// # Errors
    ///
    /// When the claim is there and is not a JSON number between the years 1 and 9999.
    pub fn date(&self, name: &str) -> Result<Option<Timestamp>, ClaimTypeError> {
        self.raw(name).map(|json| numeric_date(json).ok_or_else(|| ClaimTypeError::of(name))).transpose()
    }

    /// The registered claims.
    pub(crate) fn registered(&self) -> Registered<'_> {
        Registered::of(self)
    }

    /// Sets a claim: in its place where it is there already, else at the end.
    ///
    /// # Panics
    ///
    /// When `value` cannot be written as JSON, such as a map whose keys are not strings.
    #[expect(clippy::expect_used, reason = "documented: the caller's type cannot be JSON")]
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        let start = self.text.len();
        serde_json::to_writer(Append(&mut self.text), value).expect("a claim's value can be written as JSON");
        self.put(name, Place::new(start, self.text.len()));
    }

    /// Removes a claim, if it is there.
    pub fn remove(&mut self, name: &str) {
        let tag = Tag::of(name);
        self.entries.retain(|entry| !entry.is_named(tag, name, &self.text));
    }

    /// Names and JSON texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|entry| (entry.name.within(&self.text), entry.value.within(&self.text)))
    }

    /// The set as one compact JSON object.
    pub fn to_json(&self) -> String {
        let mut json = String::with_capacity(self.text.len() + 4 * self.entries.len() + 2);
        json.push('{');
        for (name, value) in self.iter() {
            if json.len() > 1 {
                json.push(',');
            }
            push_quoted(&mut json, name);
            json.push(':');
            json.push_str(value);
        }
        json.push('}');
        json
    }

    /// [`set`](Self::set) for a text, which most often is spelled as it reads.
    pub(crate) fn set_text(&mut self, name: &str, text: &str) {
        let start = self.text.len();
        push_quoted(&mut self.text, text);
        self.put(name, Place::new(start, self.text.len()));
    }

    /// Copies a claim's JSON text from elsewhere; the text has been parsed before.
    pub(crate) fn set_raw(&mut self, name: &str, json: &str) {
        let value = self.append(json);
        self.put(name, value);
    }

    fn put(&mut self, name: &str, value: Place) {
        let tag = Tag::of(name);
        let text = &self.text;
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.is_named(tag, name, text)) {
            entry.value = value;
        } else {
            let name = self.append(name);
            self.entries.push(Entry { tag, name, value });
        }
    }

    fn append(&mut self, text: &str) -> Place {
        let start = self.text.len();
        self.text.push_str(text);
        Place::new(start, self.text.len())
    }

    #[inline]
    fn entry(&self, name: &str) -> Option<&Entry> {
        let tag = Tag::of(name);
        self.entries.iter().find(|entry| entry.is_named(tag, name, &self.text))
    }
}

/// Writes JSON behind a text.
struct Append<'a>(&'a mut String);

impl io::Write for Append<'_> {
    fn write(&mut self, json: &[u8]) -> io::Result<usize> {
        let json = std::str::from_utf8(json).map_err(io::Error::other)?;
        self.0.push_str(json);
        Ok(json.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Claims are about people: only their names are shown.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims")?;
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// A claim is there, but not of the type it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimTypeError {
    name: Box<str>,
}

impl ClaimTypeError {
    pub(crate) fn of(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// The claim's name.
    pub fn claim(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for ClaimTypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the claim {:?} is of the wrong type", self.name)
    }
}

impl std::error::Error for ClaimTypeError {}

fn numeric_date(raw: &str) -> Option<Timestamp> {
    if let Ok(secs) = raw.parse::<i64>() {
        let whole = Timestamp::MIN.as_secs()..=Timestamp::MAX.as_secs();
        return whole.contains(&secs).then(|| Timestamp::from_secs(secs));
    }
    if !raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        return None;
    }
    let secs = raw.parse::<f64>().ok()?;
    let micros = secs * 1e6;
    #[expect(clippy::cast_precision_loss, reason = "the bounds are far from where it matters")]
    let range = Timestamp::MIN.as_micros() as f64..=Timestamp::MAX.as_micros() as f64;
    #[expect(clippy::cast_possible_truncation, reason = "in range; a fraction of a microsecond is dropped")]
    range.contains(&micros).then(|| Timestamp::from_micros(micros as i64))
}

/// What a claim says that must be a string.
fn text<'a>(name: &str, json: &'a str) -> Result<Cow<'a, str>, ClaimTypeError> {
    match plain(json) {
        Some(plain) => Ok(Cow::Borrowed(plain)),
        None => serde_json::from_str(json).map(Cow::Owned).map_err(|_| ClaimTypeError::of(name)),
    }
}

/// What a JSON string says that is spelled without escapes.
fn plain(json: &str) -> Option<&str> {
    let plain = json.strip_prefix('"')?.strip_suffix('"')?;
    (!plain.contains('\\')).then_some(plain)
}

/// Writes a text as JSON.
pub(crate) fn push_quoted(json: &mut String, text: &str) {
    // All of it is looked at, many bytes at once, rather than each until one is special.
    let is_special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    if text.bytes().fold(false, |any, byte| any | is_special(byte)) {
        json.push_str(&serde_json::Value::from(text).to_string());
    } else {
        json.push('"');
        json.push_str(text);
        json.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> Claims {
        Claims::parse(json).unwrap()
    }

    #[test]
    fn a_set_comes_out_as_it_went_in() {
        for json in [
            "{}",
            r#"{"a":1,"b":"x","c":[1,{"d":null}],"e":1e400,"f":12345678901234567890123}"#,
            r#"{"schlüssel":"w\u00e4rt","q\"uote":true}"#,
        ] {
            assert_eq!(parsed(json).to_json(), json);
        }
    }

    #[test]
    fn setting_keeps_the_place_and_removing_closes_the_gap() {
        let mut claims = parsed(r#"{"a":1,"b":2,"c":3}"#);
        claims.set("b", "two");
        claims.set("d", &[4]);
        claims.remove("a");
        assert_eq!(claims.to_json(), r#"{"b":"two","c":3,"d":[4]}"#);
    }

    #[test]
    fn text_is_only_ever_a_json_string() {
        let claims = parsed(r#"{"plain":"x","escaped":"\u0041\n","number":1,"null":null,"lone":"\ud800"}"#);
        assert_eq!(claims.text("plain"), Ok(Some("x".into())));
        assert_eq!(claims.text("escaped"), Ok(Some("A\n".into())));
        assert_eq!(claims.text("absent"), Ok(None));
        for wrong in ["number", "null", "lone"] {
            assert_eq!(claims.text(wrong), Err(ClaimTypeError::of(wrong)), "{wrong}");
        }
    }

    #[test]
    fn a_date_is_a_number_between_the_years_1_and_9999() {
        let claims = parsed(
            r#"{"int":17,"float":1.5,"exp":1e2,"neg":-1,
                "s":"17","b":true,"n":null,"l":[1],"huge":1e18,"inf":1e999,"i63":9223372036854775808}"#,
        );
        assert_eq!(claims.date("int"), Ok(Some(Timestamp::from_secs(17))));
        assert_eq!(claims.date("float"), Ok(Some(Timestamp::from_micros(1_500_000))));
        assert_eq!(claims.date("exp"), Ok(Some(Timestamp::from_secs(100))));
        assert_eq!(claims.date("neg"), Ok(Some(Timestamp::from_secs(-1))));
        assert_eq!(claims.date("absent"), Ok(None));
        for wrong in ["s", "b", "n", "l", "huge", "inf", "i63"] {
            assert!(claims.date(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn debug_shows_names_and_no_values() {
        assert_eq!(format!("{:?}", parsed(r#"{"email":"ada@example.org"}"#)), r#"Claims["email"]"#);
    }
}
