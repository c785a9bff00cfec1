//! The JOSE header of a compact JWS, as much of it as decides anything.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::members;
use crate::jwt::Invalid;
use crate::key::Algorithm;

/// A parsed header (RFC 7515 §4): nothing in it is trusted, it only selects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    algorithm: Cow<'static, str>,
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

    /// What a token's first part says, if it is one of those that need not be read: no `kid`, and nothing odd.
    pub(super) fn of_usual(part: &str) -> Option<Self> {
        let (algorithm, _) =
            USUAL.iter().find(|(_, spellings)| spellings.iter().any(|usual| usual == part))?;
        Some(Self { algorithm: Cow::Borrowed(algorithm.name()), key_id: None })
    }

    pub(super) fn parse(json: &[u8]) -> Result<Self, Invalid> {
        let json = std::str::from_utf8(json).map_err(|_| Invalid::Header)?;
        let (mut algorithm, mut key_id) = (None, None);
        for (name, value) in members(json).map_err(|_| Invalid::Header)? {
            match &*name {
                "alg" => algorithm = string(value).map(Cow::into_owned),
                "kid" => key_id = Some(string(value).ok_or(Invalid::KeyId)?.into_owned()),
                "crit" | "zip" => return Err(Invalid::CriticalHeader),
                "b64" if value != "true" => return Err(Invalid::DetachedPayload),
                _ => {}
            }
        }
        Ok(Self { algorithm: algorithm.unwrap_or_default().into(), key_id })
    }
}

/// The first part of a token that we sign without a `kid`: `{"alg":…,"typ":"JWT"}`, as the Django packages write it.
pub(super) fn usual_part(algorithm: Algorithm) -> Option<&'static str> {
    USUAL.iter().find(|(usual, _)| *usual == algorithm).map(|(_, [ours, _])| &**ours)
}

/// The headers that most libraries write, in base64: PyJWT's order of the two members, and the other one. The algorithms that
/// are met most come first.
static USUAL: LazyLock<[(Algorithm, [String; 2]); 8]> = LazyLock::new(|| {
    use Algorithm::{EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Rs256};
    [Hs256, Rs256, Es256, EdDsa, Hs512, Hs384, Es384, Ps256].map(|algorithm| {
        let headers = [
            format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#),
            format!(r#"{{"typ":"JWT","alg":"{algorithm}"}}"#),
        ];
        (algorithm, headers.map(|header| URL_SAFE_NO_PAD.encode(header)))
    })
});

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
    fn the_usual_headers_say_what_they_say_when_they_are_read() {
        for (algorithm, spellings) in &*USUAL {
            for part in spellings {
                let read = Header::parse(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
                assert_eq!(Header::of_usual(part), Some(read.clone()), "{algorithm}");
                assert_eq!((read.algorithm(), read.key_id()), (algorithm.name(), None));
                assert_eq!(Header::of_usual(&part[..part.len() - 1]), None);
            }
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
