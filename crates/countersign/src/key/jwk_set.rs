//! A set of verifying keys as a JWKS endpoint publishes it (RFC 7517 §5).

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::algorithm::Algorithm;
use super::error::{KeyError, KeyErrorKind};
use super::jwk::Jwk;
use super::verifying::VerifyingKey;

/// The keys of a JWK set that verify one algorithm, by `kid`.
///
/// A member counts if it is an object with a string `kid`, its type and curve are the algorithm's, `use` is absent or
/// `sig`, `key_ops` is absent or has `verify`, `alg` is absent or the algorithm, and the key in it is sound. Other
/// members are skipped. HMAC secrets (`oct`) never come from a set, and of a private key only the public half is taken.
#[derive(Clone)]
pub struct JwkSet(Vec<(Box<str>, VerifyingKey)>);

impl JwkSet {
    /// The most bytes that a set may have: 1 MiB.
    pub const MAX_BYTES: usize = 1024 * 1024;
    /// The most members that a set may have.
    pub const MAX_KEYS: usize = 100;

    /// The keys in `json` for `algorithm`. Of two with the same `kid`, the first counts.
    ///
    /// # Errors
    ///
    /// [`KeyErrorKind::Malformed`] unless it is a JSON object with an array `keys`, [`KeyErrorKind::TooLarge`] past
    /// [`MAX_BYTES`](Self::MAX_BYTES) or [`MAX_KEYS`](Self::MAX_KEYS), [`KeyErrorKind::WrongType`] for an HMAC
    /// algorithm, and [`KeyErrorKind::NoUsableKey`] if every member was skipped.
    pub fn parse(json: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        if algorithm.is_hmac() {
            return Err(KeyError::new(
                KeyErrorKind::WrongType,
                format!(
                    "a JWK set holds public keys and {algorithm} has none: choose an asymmetric algorithm"
                ),
            ));
        }
        if json.len() > Self::MAX_BYTES {
            return Err(KeyError::new(KeyErrorKind::TooLarge, "the JWK set is larger than 1 MiB"));
        }
        let document = serde_json::from_slice::<Document>(json).map_err(|_| {
            KeyError::malformed("the JWK set cannot be read: it must be a JSON object with an array \"keys\"")
        })?;
        if document.keys.len() > Self::MAX_KEYS {
            return Err(KeyError::new(KeyErrorKind::TooLarge, "the JWK set has more than 100 keys"));
        }
        let mut set = Self(Vec::with_capacity(document.keys.len()));
        for member in document.keys {
            if let Some((kid, key)) = usable(member, algorithm)
                && set.get(&kid).is_none()
            {
                set.0.push((kid, key));
            }
        }
        if set.0.is_empty() {
            return Err(KeyError::new(
                KeyErrorKind::NoUsableKey,
                format!("the JWK set contains no usable key: none has a \"kid\" and verifies {algorithm}"),
            ));
        }
        Ok(set)
    }

    /// The key of this `kid`.
    pub fn get(&self, kid: &str) -> Option<&VerifyingKey> {
        self.0.iter().find(|(known, _)| **known == *kid).map(|(_, key)| key)
    }

    /// Every `kid`, in the set's order.
    pub fn kids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(|(kid, _)| &**kid)
    }
}

impl fmt::Debug for JwkSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(kid, key)| (kid, key))).finish()
    }
}

fn usable(member: Value, algorithm: Algorithm) -> Option<(Box<str>, VerifyingKey)> {
    // An array could be read as an object's members in their order.
    if !member.is_object() {
        return None;
    }
    let mut jwk = Jwk::deserialize(member).ok()?;
    let kid = jwk.kid.take()?.into_boxed_str();
    let key = VerifyingKey::prepare(algorithm, jwk.public_material(algorithm).ok()?).ok()?;
    Some((kid, key))
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testdata::TestKeys;
    use super::*;

    fn with(mut jwk: Value, members: &Value) -> Value {
        for (name, value) in members.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        jwk
    }

    fn parse(keys: &Value, algorithm: Algorithm) -> Result<JwkSet, KeyError> {
        JwkSet::parse(json!({ "keys": keys }).to_string().as_bytes(), algorithm)
    }

    #[test]
    fn only_members_that_fit_are_taken() {
        let data = TestKeys::read();
        let (p256, p384) = (data.jwk("P-256", "public"), data.jwk("P-384", "public"));
        let set = parse(
            &json!([
                null,
                7,
                "text",
                [],
                ["EC"],
                {},
                p256, // no kid
                with(p256.clone(), &json!({ "kid": 7 })),
                with(p256.clone(), &json!({ "kid": "encrypts", "use": "enc" })),
                with(p256.clone(), &json!({ "kid": "signs only", "key_ops": ["sign"] })),
                with(p256.clone(), &json!({ "kid": "odd ops", "key_ops": "verify" })),
                with(p256.clone(), &json!({ "kid": "other alg", "alg": "ES384" })),
                with(p256.clone(), &json!({ "kid": "off the curve", "x": p256["y"] })),
                with(p384.clone(), &json!({ "kid": "other curve" })),
                with(data.jwk("RSA", "public"), &json!({ "kid": "other type" })),
                { "kty": "oct", "kid": "oct", "k": "AAAA" },
                with(p256.clone(), &json!({ "kid": "plain" })),
                with(p256.clone(), &json!({ "kid": "full", "use": "sig", "alg": "ES256", "key_ops": ["verify"] })),
                with(data.jwk("P-256", "private"), &json!({ "kid": "private" })),
            ]),
            Algorithm::Es256,
        )
        .unwrap();
        assert_eq!(set.kids().collect::<Vec<_>>(), ["plain", "full", "private"]);
        assert!(set.get("other curve").is_none());
        let (message, signature) = data.token(Algorithm::Es256);
        for kid in set.kids() {
            assert!(set.get(kid).unwrap().verify(&message, &signature), "{kid}");
        }
    }

    #[test]
    fn the_first_usable_key_of_a_kid_counts() {
        let data = TestKeys::read();
        let ours = with(data.jwk("Ed25519", "public"), &json!({ "kid": "a" }));
        let zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let other = with(ours.clone(), &json!({ "x": zero }));
        let unusable = with(other.clone(), &json!({ "use": "enc" }));
        let set = parse(&json!([unusable, ours, other]), Algorithm::EdDsa).unwrap();
        assert_eq!(set.kids().len(), 1);
        let (message, signature) = data.token(Algorithm::EdDsa);
        assert!(set.get("a").unwrap().verify(&message, &signature));
    }

    #[test]
    fn a_set_without_a_usable_key_is_refused_and_so_is_a_weak_key() {
        let data = TestKeys::read();
        let weak = serde_json::from_str(data.other("rsa_1024_jwk")).unwrap();
        for keys in [json!([]), json!([with(weak, &json!({ "kid": "weak" }))])] {
            let error = parse(&keys, Algorithm::Rs256).unwrap_err();
            assert_eq!(error.kind(), KeyErrorKind::NoUsableKey);
            assert!(error.to_string().contains("contains no usable key"));
        }
    }

    #[test]
    fn hmac_keys_never_come_from_a_set() {
        let oct = json!([{ "kty": "oct", "kid": "a", "k": "AAAA" }]);
        assert_eq!(parse(&oct, Algorithm::Hs256).unwrap_err().kind(), KeyErrorKind::WrongType);
        assert_eq!(parse(&oct, Algorithm::Es256).unwrap_err().kind(), KeyErrorKind::NoUsableKey);
    }

    #[test]
    fn other_documents_and_large_ones_are_refused() {
        let deep = format!("{{\"keys\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        for json in ["", "[]", "null", "{}", r#"{"keys":{}}"#, r#"{"keys":null}"#, "<html>", &deep] {
            let error = JwkSet::parse(json.as_bytes(), Algorithm::Rs256).unwrap_err();
            assert_eq!(error.kind(), KeyErrorKind::Malformed);
        }
        let large = vec![b' '; JwkSet::MAX_BYTES + 1];
        assert_eq!(JwkSet::parse(&large, Algorithm::Rs256).unwrap_err().kind(), KeyErrorKind::TooLarge);
        let many = json!(vec![json!({}); JwkSet::MAX_KEYS + 1]);
        assert_eq!(parse(&many, Algorithm::Rs256).unwrap_err().kind(), KeyErrorKind::TooLarge);
    }
}
