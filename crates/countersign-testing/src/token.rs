//! Reading tokens in order to compare them. Nothing here verifies: the services do.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// The two readable parts of a compact token.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// The header's text.
    pub header: String,
    /// The claims, in their order.
    pub claims: Claims,
}

/// Names and values of a JSON object in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(pub Vec<(String, Value)>);

impl Token {
    /// Reads a token, or says nothing when the text is none.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let header = decode(parts.next()?)?;
        let claims = serde_json::from_str(&decode(parts.next()?)?).ok()?;
        parts.next()?;
        parts.next().is_none().then_some(Self { header, claims })
    }

    /// A claim's value.
    ///
    /// # Panics
    ///
    /// When the token does not have it.
    #[track_caller]
    pub fn claim(&self, name: &str) -> &Value {
        match self.claims.0.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value,
            None => panic!("no claim {name} in {self:?}"),
        }
    }
}

/// One claim of a token, whose other parts do not matter.
///
/// # Panics
///
/// When the text is no token or has no such claim.
#[track_caller]
pub fn claim(token: &str, name: &str) -> Value {
    Token::read(token).unwrap_or_else(|| panic!("{token:?} is not a token")).claim(name).clone()
}

/// How two tokens differ that were made by equal requests at about the same time.
///
/// The header is compared as text; claims by name and order; their values as `same_value` says.
pub fn differences(theirs: &str, ours: &str) -> Vec<String> {
    let (Some(theirs), Some(ours)) = (Token::read(theirs), Token::read(ours)) else {
        return if theirs == ours { vec![] } else { vec![format!("tokens: {theirs:?} and {ours:?}")] };
    };
    let mut found = Vec::new();
    if theirs.header != ours.header {
        found.push(format!("token header: {} and {}", theirs.header, ours.header));
    }
    let names = |token: &Token| token.claims.0.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(&theirs) != names(&ours) {
        found.push(format!("claim names: {:?} and {:?}", names(&theirs), names(&ours)));
        return found;
    }
    for ((name, theirs), (_, ours)) in theirs.claims.0.iter().zip(&ours.claims.0) {
        if !same_value(theirs, ours) {
            found.push(format!("claim {name}: {theirs} and {ours}"));
        }
    }
    found
}

/// Whether two claims mean the same: equal, or two times at most [`TOLERANCE`] seconds apart, or two random ids.
fn same_value(theirs: &Value, ours: &Value) -> bool {
    match (theirs, ours) {
        (Value::Number(theirs), Value::Number(ours)) => match (theirs.as_u64(), ours.as_u64()) {
            (Some(theirs), Some(ours)) if theirs > SURELY_A_TIME => theirs.abs_diff(ours) <= TOLERANCE,
            _ => theirs == ours,
        },
        (Value::String(theirs), Value::String(ours)) => {
            theirs == ours || (is_random_id(theirs) && is_random_id(ours))
        }
        _ => theirs == ours,
    }
}

/// Whether a text looks like the `jti` that `SimpleJWT` makes: a version 4 UUID as 32 digits.
pub fn is_random_id(text: &str) -> bool {
    text.len() == 32
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && text.as_bytes()[12] == b'4'
        && matches!(text.as_bytes()[16], b'8' | b'9' | b'a' | b'b')
}

/// Whether a text looks like random bytes in hex, at least sixteen of them.
pub fn is_random_hex(text: &str) -> bool {
    text.len() >= 32
        && text.len().is_multiple_of(2)
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The seconds since the epoch, where a number can hardly be anything else.
pub(crate) fn time(text: &str) -> Option<u64> {
    text.parse().ok().filter(|seconds| (SURELY_A_TIME..=10 * SURELY_A_TIME).contains(seconds))
}

fn decode(part: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

impl<'de> Deserialize<'de> for Claims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Ordered;

        impl<'de> Visitor<'de> for Ordered {
            type Value = Claims;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims, A::Error> {
                let mut claims = Vec::new();
                while let Some(claim) = map.next_entry()? {
                    claims.push(claim);
                }
                Ok(Claims(claims))
            }
        }

        deserializer.deserialize_map(Ordered)
    }
}

/// How many seconds apart two services may answer one request.
pub const TOLERANCE: u64 = 2;

/// Above this a number is a time: the year 2001.
const SURELY_A_TIME: u64 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        format!("{}.{}.sig", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    fn claims_differ(theirs: &str, ours: &str) -> bool {
        !differences(&token("{}", theirs), &token("{}", ours)).is_empty()
    }

    #[test]
    fn what_may_differ_between_two_right_tokens() {
        assert!(!claims_differ(r#"{"exp":1795303970}"#, r#"{"exp":1795303972}"#));
        let ids = ["46cb9892087f4cce80058c32d85ebfbc", "addb3391328f45d2885b22642d2588e3"];
        assert!(!claims_differ(&format!(r#"{{"jti":"{}"}}"#, ids[0]), &format!(r#"{{"jti":"{}"}}"#, ids[1])));
    }

    #[test]
    fn what_may_not() {
        assert!(claims_differ(r#"{"exp":1795303970}"#, r#"{"exp":1795303973}"#), "three seconds");
        assert!(claims_differ(r#"{"exp":1795303970}"#, r#"{"exp":"1795303970"}"#), "another type");
        assert!(claims_differ(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#), "another order");
        assert!(claims_differ(r#"{"user_id":"1"}"#, r#"{"user_id":1}"#), "another type of id");
        assert!(
            claims_differ(r#"{"jti":"46cb9892087f4cce80058c32d85ebfbc"}"#, r#"{"jti":"1"}"#),
            "another shape"
        );
        assert!(
            !differences(&token(r#"{"alg":"HS256"}"#, "{}"), &token(r#"{"alg":"none"}"#, "{}")).is_empty()
        );
        assert!(!differences("abc", "abd").is_empty());
    }
}
