//! Claims as a type of one's own, and back.

use std::fmt;

use serde::de::value::{BorrowedStrDeserializer, Error as NoSuchType, MapAccessDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::{Deserialize, Serialize, forward_to_deserialize_any};

use super::{Claims, Entry, MalformedClaims};

impl Claims {
    /// The whole set as a type of yours. What it does not ask for is passed over; a text that is spelled without escapes can be
    /// borrowed.
    ///
    /// ```
    /// use countersign::claims::{Claims, ClaimsMismatch};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Member<'a> {
    ///     email: &'a str,
    ///     #[serde(default)]
    ///     roles: Vec<&'a str>,
    /// }
    ///
    /// let claims = Claims::parse(r#"{"user_id":"7","email":"ada@example.org","roles":["admin"]}"#)?;
    /// let member: Member<'_> = claims.to()?;
    /// assert_eq!((member.email, &*member.roles), ("ada@example.org", &["admin"][..]));
    ///
    /// let anonymous = Claims::parse(r#"{"user_id":"7"}"#)?;
    /// let missing = anonymous.to::<Member<'_>>().err();
    /// assert_eq!(missing.and_then(|error| error.claim().map(str::to_owned)).as_deref(), Some("email"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a claim is missing, or is of another type.
    pub fn to<'de, T: Deserialize<'de>>(&'de self) -> Result<T, ClaimsMismatch> {
        T::deserialize(MapAccessDeserializer::new(Members {
            text: &self.text,
            entries: self.entries.iter(),
            entry: None,
        }))
    }

    /// The claims that a struct or a map says, in its order.
    ///
    /// # Errors
    ///
    /// When it is written as something else than a JSON object, or as one that [no token](Self::parse) can have.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, MalformedClaims> {
        let json = serde_json::to_string(value)
            .map_err(|_| MalformedClaims::at(0, "it cannot be written as JSON"))?;
        Self::parse(json)
    }
}

/// Claims that are not what a type of one's own wants. It tells which claim it is, and nothing of what the claim says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimsMismatch(Mismatch);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Mismatch {
    /// What serde said of the set as a whole may quote it, and is not kept.
    Whole,
    Missing(&'static str),
    WrongType(Box<str>),
}

impl ClaimsMismatch {
    /// The claim that is missing, or of another type; `None` where the set as a whole is not what is wanted.
    pub fn claim(&self) -> Option<&str> {
        match &self.0 {
            Mismatch::Whole => None,
            Mismatch::Missing(name) => Some(name),
            Mismatch::WrongType(name) => Some(name),
        }
    }
}

impl fmt::Display for ClaimsMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Mismatch::Whole => f.write_str("the claims are not those that are wanted"),
            Mismatch::Missing(name) => write!(f, "the claim {name:?} is missing"),
            Mismatch::WrongType(name) => write!(f, "the claim {name:?} is of the wrong type"),
        }
    }
}

impl std::error::Error for ClaimsMismatch {}

impl serde::de::Error for ClaimsMismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(Mismatch::Whole)
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Mismatch::Missing(field))
    }
}

/// The set, claim by claim, for serde.
struct Members<'de, I> {
    text: &'de str,
    entries: I,
    entry: Option<&'de Entry>,
}

impl<'de, I: Iterator<Item = &'de Entry>> MapAccess<'de> for Members<'de, I> {
    type Error = ClaimsMismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        self.entry = self.entries.next();
        let Some(entry) = self.entry else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(entry.name.within(self.text))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        let entry = self.entry.take().ok_or_else(|| Self::Error::custom("a value without a name"))?;
        let mut json = serde_json::Deserializer::from_str(entry.value.within(self.text));
        let name = || entry.name.within(self.text).into();
        seed.deserialize(&mut json).map_err(|_| ClaimsMismatch(Mismatch::WrongType(name())))
    }
}

/// The names of a struct's fields as serde knows them; `None` for a type that has none, or not the same for every value.
pub(crate) fn field_names<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut names = None;
    // It has nothing to give, so it always fails: what was asked for is the answer.
    T::deserialize(FieldNames(&mut names)).err().and(names)
}

struct FieldNames<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for FieldNames<'_> {
    type Error = NoSuchType;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, NoSuchType> {
        Err(NoSuchType::custom("there is nothing to read"))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NoSuchType> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NoSuchType> {
        *self.0 = Some(fields);
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::collections::HashMap;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Member<'a> {
        #[serde(borrow)]
        name: Cow<'a, str>,
        age: Option<u8>,
        #[serde(default, rename = "isStaff")]
        is_staff: bool,
    }

    fn parsed(json: &str) -> Claims {
        Claims::parse(json).unwrap()
    }

    #[test]
    fn a_set_is_read_as_a_struct_and_written_as_one() {
        let claims = parsed(r#"{"exp":1,"name":"Ada","isStaff":true,"more":{"deep":[1]}}"#);
        let member: Member<'_> = claims.to().unwrap();
        assert_eq!(member, Member { name: "Ada".into(), age: None, is_staff: true });
        assert!(matches!(member.name, Cow::Borrowed(_)));
        assert_eq!(Claims::of(&member).unwrap(), parsed(r#"{"name":"Ada","age":null,"isStaff":true}"#));
    }

    #[test]
    fn names_and_texts_are_read_whatever_way_they_are_spelled() {
        let claims = parsed(r#"{"\u006eame":"\u0041da \"L\"","age":36}"#);
        let member: Member<'_> = claims.to().unwrap();
        assert_eq!((&*member.name, member.age), ("Ada \"L\"", Some(36)));
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_name_alone() {
        for (json, told) in [
            (r#"{"age":1}"#, "the claim \"name\" is missing"),
            (r#"{"name":"Ada","age":"secret"}"#, "the claim \"age\" is of the wrong type"),
            (r#"{"name":["secret"]}"#, "the claim \"name\" is of the wrong type"),
            (r#"{"name":"Ada","age":256}"#, "the claim \"age\" is of the wrong type"),
        ] {
            assert_eq!(parsed(json).to::<Member<'_>>().unwrap_err().to_string(), told, "{json}");
        }
        let whole = parsed(r#"{"name":"secret"}"#).to::<String>().unwrap_err();
        assert_eq!((whole.claim(), whole.to_string().contains("secret")), (None, false));
    }

    #[test]
    fn a_map_takes_everything() {
        let claims = parsed(r#"{"b":1,"a":[true]}"#);
        let map: HashMap<String, serde_json::Value> = claims.to().unwrap();
        assert_eq!((map.len(), &map["b"]), (2, &1.into()));
        assert_eq!(Claims::of(&map).unwrap().get::<Vec<bool>>("a").unwrap(), Some(vec![true]));
    }

    #[test]
    fn what_is_no_object_makes_no_claims() {
        assert!(Claims::of("text").is_err());
        assert!(Claims::of(&[1]).is_err());
        assert!(Claims::of(&HashMap::from([([1], 1)])).is_err());
        assert_eq!(Claims::of(&HashMap::<String, u8>::new()).unwrap(), Claims::new());
    }

    #[test]
    fn a_structs_fields_are_known_before_there_is_one() {
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its type is looked at")]
        struct Staff {
            name: String,
            #[serde(default, rename = "isStaff")]
            is_staff: bool,
        }

        #[derive(Deserialize)]
        #[expect(dead_code, reason = "only its type is looked at")]
        struct Wrapped(Staff);

        assert_eq!(field_names::<Staff>(), Some(&["name", "isStaff"][..]));
        assert_eq!(field_names::<Wrapped>(), Some(&["name", "isStaff"][..]));
        assert_eq!(field_names::<HashMap<String, u8>>(), None);
        assert_eq!(field_names::<u8>(), None);
    }
}
