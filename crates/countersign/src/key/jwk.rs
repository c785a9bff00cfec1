//! One JSON Web Key (RFC 7517) of the types that sign: RSA, EC and oct (RFC 7518 §6), and OKP (RFC 8037 §2).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD_INDIFFERENT;
use serde::de::{IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::algorithm::{Algorithm, KeyType};
use super::der;
use super::error::{KeyError, KeyErrorKind};
use super::material::{Material, Purpose, wrong_type};

/// The members that matter here. Others (`x5c`, `x5u`, …) are ignored, whatever they say.
#[derive(Deserialize)]
pub(super) struct Jwk {
    kty: Option<String>,
    pub(super) kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    intended: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    keys: Option<IgnoredAny>,
    oth: Option<IgnoredAny>,
    d: Option<Octets>,
    dp: Option<Octets>,
    dq: Option<Octets>,
    e: Option<Octets>,
    k: Option<Octets>,
    n: Option<Octets>,
    p: Option<Octets>,
    q: Option<Octets>,
    qi: Option<Octets>,
    x: Option<Octets>,
    y: Option<Octets>,
}

impl Jwk {
    pub(super) fn parse(json: &[u8]) -> Result<Self, KeyError> {
        // What serde says would quote the key.
        let jwk = serde_json::from_slice::<Self>(json).map_err(|_| {
            KeyError::malformed(
                "the JWK cannot be read: it must be one JSON object whose key values are base64url (RFC 7517)",
            )
        })?;
        if jwk.keys.is_some() {
            return Err(KeyError::malformed("this is a set of keys (JWKS): give one JWK out of it"));
        }
        Ok(jwk)
    }

    /// The asymmetric key, private if it has a private part, where its own words allow the algorithm and purpose.
    pub(super) fn material(self, algorithm: Algorithm, purpose: Purpose) -> Result<Material, KeyError> {
        // A private key marked for signing still has its public half, and a public key has no private one to mark.
        let private = self.d.is_some() && (purpose == Purpose::Sign || self.allows("sign"));
        let marked_for = if private { Purpose::Sign } else { Purpose::Verify };
        self.require_fit(algorithm, marked_for)?;
        match algorithm.key_type() {
            KeyType::Ed25519 => self.okp(),
            KeyType::Rsa => self.rsa(),
            curve => self.ec(curve),
        }
    }

    /// The public half only: a set of verifying keys has no business with private ones.
    pub(super) fn public_material(mut self, algorithm: Algorithm) -> Result<Material, KeyError> {
        self.d = None;
        self.material(algorithm, Purpose::Verify)
    }

    /// The HMAC secret of an `oct` key; `None` for every other type.
    pub(super) fn secret(self, algorithm: Algorithm) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
        if self.kty.as_deref() != Some("oct") {
            return Ok(None);
        }
        let marked_for = if self.allows("sign") { Purpose::Sign } else { Purpose::Verify };
        self.require_fit(algorithm, marked_for)?;
        self.k.map(|k| Some(k.0)).ok_or_else(incomplete)
    }

    fn require_fit(&self, algorithm: Algorithm, purpose: Purpose) -> Result<(), KeyError> {
        let found = match (self.kty.as_deref(), self.crv.as_deref()) {
            (None, _) => return Err(incomplete()),
            (Some("EC"), Some("P-256")) => Ok(KeyType::P256),
            (Some("EC"), Some("P-384")) => Ok(KeyType::P384),
            (Some("EC"), Some("P-521")) => Ok(KeyType::P521),
            (Some("EC"), Some("secp256k1")) => Ok(KeyType::Secp256k1),
            (Some("OKP"), Some("Ed25519")) => Ok(KeyType::Ed25519),
            (Some("RSA"), _) => Ok(KeyType::Rsa),
            (Some("oct"), _) => Ok(KeyType::Hmac),
            (Some("EC" | "OKP"), _) => Err("another curve's"),
            (Some(_), _) => Err("an unknown type of"),
        };
        match found {
            Ok(found) if found == algorithm.key_type() => {}
            Ok(found) => return Err(wrong_type(algorithm, found.phrase())),
            Err(found) => return Err(wrong_type(algorithm, found)),
        }
        if self.alg.as_deref().is_some_and(|alg| alg != algorithm.name()) {
            return Err(KeyError::new(
                KeyErrorKind::WrongType,
                format!("the JWK names another algorithm in \"alg\" than {algorithm}: configure that one"),
            ));
        }
        let operation = if purpose == Purpose::Sign { "sign" } else { "verify" };
        if self.intended.as_deref().is_some_and(|intended| intended != "sig") || !self.allows(operation) {
            return Err(KeyError::new(
                KeyErrorKind::WrongType,
                format!(
                    "the JWK's \"use\" or \"key_ops\" does not allow it to {operation}: give a key for signatures"
                ),
            ));
        }
        Ok(())
    }

    fn allows(&self, operation: &str) -> bool {
        self.key_ops.as_ref().is_none_or(|allowed| allowed.iter().any(|allowed| allowed == operation))
    }

    fn ec(self, curve: KeyType) -> Result<Material, KeyError> {
        let (Some(x), Some(y)) = (self.x, self.y) else { return Err(incomplete()) };
        let length = curve.coordinate_len();
        if Some(x.0.len()) != length || Some(y.0.len()) != length {
            return Err(KeyError::malformed(
                "a coordinate of the EC key has the wrong length: \"x\" and \"y\" keep their leading zeros (RFC 7518 §6.2.1.2)",
            ));
        }
        let point = [&[4], &**x.0, &**y.0].concat();
        Ok(match self.d {
            None => Material::EcPublic { curve, point },
            // The cryptographic library checks that the two halves belong together.
            Some(d) => Material::EcPrivate {
                curve,
                der: der::sequence(&[
                    &der::integer(&[1]),
                    &der::tagged(der::OCTET_STRING, &[&d.0]),
                    &der::tagged(der::CONTEXT_1, &[&der::tagged(der::BIT_STRING, &[&[0], &point])]),
                ]),
            },
        })
    }

    fn okp(self) -> Result<Material, KeyError> {
        let x = self.x.ok_or_else(incomplete)?.0;
        if let Some(d) = self.d {
            return Ok(Material::Ed25519Private { seed: d.0, public: Some(x.to_vec()) });
        }
        let public = x.as_slice().try_into();
        public.map(Material::Ed25519Public).map_err(|_| {
            KeyError::malformed("an Ed25519 public key has 32 bytes and this JWK's \"x\" has not")
        })
    }

    #[expect(clippy::many_single_char_names, reason = "RFC 7518 §6.3 names the numbers so")]
    fn rsa(self) -> Result<Material, KeyError> {
        let (Some(n), Some(e)) = (&self.n, &self.e) else { return Err(incomplete()) };
        let (n, e) = (der::integer(&n.0), der::integer(&e.0));
        let Some(d) = &self.d else { return Ok(Material::RsaPublic(der::sequence(&[&n, &e]).to_vec())) };
        let factors = (&self.p, &self.q, &self.dp, &self.dq, &self.qi);
        let ((Some(p), Some(q), Some(dp), Some(dq), Some(qi)), None) = (factors, &self.oth) else {
            // DIFFERENCE: PyJWT finds the primes again from n, e and d where all five are absent.
            return Err(KeyError::new(
                KeyErrorKind::Unsupported,
                "the private RSA key in the JWK must have \"p\", \"q\", \"dp\", \"dq\" and \"qi\" beside \"d\", \
                 and no further primes: give the key as PEM",
            ));
        };
        let mut parts = vec![der::integer(&[0]), n, e];
        parts.extend([d, p, q, dp, dq, qi].map(|number| der::integer(&number.0)));
        let parts = parts.iter().map(|part| part.as_slice()).collect::<Vec<_>>();
        Ok(Material::RsaPrivate(der::sequence(&parts)))
    }
}

fn incomplete() -> KeyError {
    KeyError::malformed("the JWK lacks a member that its type needs (RFC 7518 §6): export it again")
}

/// Bytes written in base64url. Padding, which RFC 7515 §2 leaves out, is tolerated.
struct Octets(Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(OctetsVisitor)
    }
}

struct OctetsVisitor;

impl Visitor<'_> for OctetsVisitor {
    type Value = Octets;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64url")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Octets, E> {
        let mut octets = Zeroizing::new(Vec::with_capacity(text.len()));
        let decoded = URL_SAFE_NO_PAD_INDIFFERENT.decode_vec(text, &mut octets);
        decoded.map_err(|_| E::custom("not base64url"))?;
        Ok(Octets(octets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(algorithm: Algorithm, purpose: Purpose, json: &str) -> KeyErrorKind {
        let material = Jwk::parse(json.as_bytes()).and_then(|jwk| jwk.material(algorithm, purpose));
        material.err().expect(json).kind()
    }

    #[test]
    fn what_the_key_says_of_itself_is_heeded() {
        let public = r#""kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#;
        for (more, purpose, accepted) in [
            ("", Purpose::Verify, true),
            (r#","use":"sig","alg":"EdDSA","key_ops":["verify"],"kid":"a","x5u":7"#, Purpose::Verify, true),
            (r#","use":"enc""#, Purpose::Verify, false),
            (r#","alg":"ES256""#, Purpose::Verify, false),
            (r#","key_ops":["encrypt"]"#, Purpose::Verify, false),
            (r#","key_ops":[]"#, Purpose::Verify, false),
            (r#","d":"AAAA","key_ops":["sign"]"#, Purpose::Sign, true),
            (r#","d":"AAAA","key_ops":["sign"]"#, Purpose::Verify, true),
            (r#","d":"AAAA","key_ops":["verify"]"#, Purpose::Verify, true),
            (r#","d":"AAAA","key_ops":["verify"]"#, Purpose::Sign, false),
        ] {
            let jwk = Jwk::parse(format!("{{{public}{more}}}").as_bytes()).unwrap();
            assert_eq!(jwk.material(Algorithm::EdDsa, purpose).is_ok(), accepted, "{more}");
        }
    }

    #[test]
    fn incomplete_and_foreign_keys_are_refused() {
        for (algorithm, json, kind) in [
            (Algorithm::Es256, "{", KeyErrorKind::Malformed),
            (Algorithm::Es256, "[]", KeyErrorKind::Malformed),
            (Algorithm::Es256, "{}", KeyErrorKind::Malformed),
            (Algorithm::Es256, r#"{"keys":[]}"#, KeyErrorKind::Malformed),
            (Algorithm::Es256, r#"{"kty":"EC","kty":"RSA"}"#, KeyErrorKind::Malformed),
            (Algorithm::Es256, r#"{"kty":"EC","crv":"P-256"}"#, KeyErrorKind::Malformed),
            (Algorithm::Es256, r#"{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}"#, KeyErrorKind::Malformed),
            (Algorithm::Es256, r#"{"kty":"EC","crv":"P-256","x":"?","y":"?"}"#, KeyErrorKind::Malformed),
            (Algorithm::Es256, r#"{"kty":"EC","crv":"P-256","x":7}"#, KeyErrorKind::Malformed),
            (Algorithm::Es256, r#"{"kty":"EC","crv":"P-384"}"#, KeyErrorKind::WrongType),
            (Algorithm::Es256, r#"{"kty":"EC","crv":"P-224"}"#, KeyErrorKind::WrongType),
            (Algorithm::Es256, r#"{"kty":"oct","k":"AAAA"}"#, KeyErrorKind::WrongType),
            (Algorithm::EdDsa, r#"{"kty":"OKP","crv":"Ed448"}"#, KeyErrorKind::WrongType),
            (Algorithm::EdDsa, r#"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, KeyErrorKind::Malformed),
            (Algorithm::Rs256, r#"{"kty":"RSA","n":"AAAA"}"#, KeyErrorKind::Malformed),
            (Algorithm::Rs256, r#"{"kty":"RSA","n":"AQ","e":"AQAB","d":"AQ"}"#, KeyErrorKind::Unsupported),
            (Algorithm::Rs256, r#"{"kty":"XYZ"}"#, KeyErrorKind::WrongType),
        ] {
            assert_eq!(refused(algorithm, Purpose::Verify, json), kind, "{json}");
        }
    }
}
