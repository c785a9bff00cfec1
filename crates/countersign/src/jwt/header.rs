//! The JOSE header of a compact JWS, as much of it as decides anything.

use std::borrow::Cow;

use crate::claims::members;
use crate::jwt::Invalid;

/// A parsed header (RFC 7515 §4): nothing in it is trusted, it only selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    algorithm: String,
    key_id: Option<String>,
}

impl Header {
    /// `alg`, as it was written; empty, which is no algorithm's name, where it is missing or not a string.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// `kid`: which key signed.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    pub(super) fn parse(json: &[u8]) -> Result<Self, Invalid> {
        let json = std::str::from_utf8(json).map_err(|_| Invalid::Header)?;
        let (mut algorithm, mut key_id) = (None, None);
        for (name, value) in members(json).map_err(|_| Invalid::Header)? {
            match &*name {
                "alg" => algorithm = string(value.get()).map(Cow::into_owned),
                "kid" => key_id = Some(string(value.get()).ok_or(Invalid::KeyId)?.into_owned()),
                "crit" | "zip" => return Err(Invalid::CriticalHeader),
                "b64" if value.get() != "true" => return Err(Invalid::DetachedPayload),
                _ => {}
            }
        }
        Ok(Self { algorithm: algorithm.unwrap_or_default(), key_id })
    }
}

fn string(json: &str) -> Option<Cow<'_, str>> {
    match json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
        Some(_) => serde_json::from_str(json).ok().map(Cow::Owned),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alg_and_kid_are_read_and_key_material_is_passed_over() {
        let header = br#"{"typ":"JWT","alg":"RS256","kid":"a\u0062","jku":"http://x","jwk":{},"x5c":[]}"#;
        let header = Header::parse(header).unwrap();
        assert_eq!((header.algorithm(), header.key_id()), ("RS256", Some("ab")));
    }

    #[test]
    fn a_missing_alg_is_no_algorithms_name() {
        for json in [r#"{"alg":256}"#, r#"{"alg":null}"#, r#"{"typ":"JWT"}"#] {
            assert_eq!(Header::parse(json.as_bytes()).unwrap().algorithm(), "", "{json}");
        }
    }

    #[test]
    fn what_nothing_here_understands_is_refused() {
        for (json, why) in [
            (r#"{"alg":"HS256","crit":["exp"],"exp":1}"#, Invalid::CriticalHeader),
            (r#"{"alg":"HS256","crit":[]}"#, Invalid::CriticalHeader),
            (r#"{"alg":"HS256","b64":false}"#, Invalid::DetachedPayload),
            (r#"{"alg":"HS256","zip":"DEF"}"#, Invalid::CriticalHeader),
            (r#"{"alg":"HS256","kid":7}"#, Invalid::KeyId),
            (r#"{"alg":"HS256","alg":"HS256"}"#, Invalid::Header),
            (r#"["alg"]"#, Invalid::Header),
            ("\u{feff}{}", Invalid::Header),
        ] {
            assert_eq!(Header::parse(json.as_bytes()), Err(why), "{json}");
        }
        assert_eq!(Header::parse(b"{\"alg\":\"\xff\"}"), Err(Invalid::Header));
    }
}
