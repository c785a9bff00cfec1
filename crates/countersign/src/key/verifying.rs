//! Keys that verify.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{ED25519, ParsedPublicKey};

use super::algorithm::Algorithm;
use super::error::KeyError;
use super::hmac_secret;
use super::mac::MacKey;
use super::material::{self, Material, Purpose};
use super::scheme::Scheme;
use super::signing::SigningKey;
use super::weakness::Weakness;
use crate::secret::SigningSecret;

/// A key that verifies one algorithm, prepared once. Cheap to clone: clones share the prepared key.
#[derive(Clone)]
pub struct VerifyingKey {
    algorithm: Algorithm,
    verifier: Verifier,
    weakness: Option<Weakness>,
}

#[derive(Clone)]
enum Verifier {
    Hmac(Arc<MacKey>),
    Public(Arc<ParsedPublicKey>),
}

impl VerifyingKey {
    /// Prepares a public key, the public half of a private key, or for HMAC a secret. The [module](super) says in
    /// which forms.
    ///
    /// # Errors
    ///
    /// When the bytes are no such key, or a key that this algorithm cannot verify with: see
    /// [`KeyErrorKind`](super::KeyErrorKind).
    pub fn load(algorithm: Algorithm, key: &SigningSecret) -> Result<Self, KeyError> {
        if let Scheme::Hmac(hash) = Scheme::of(algorithm) {
            let (key, weakness) = hmac_secret::prepare(algorithm, hash, key.expose())?;
            return Ok(Self::hmac(algorithm, Arc::new(key), weakness));
        }
        material::load(algorithm, Purpose::Verify, key.expose(), |material| {
            Self::prepare(algorithm, material)
        })
    }

    /// Prepares a public key, or the public half of a private one.
    pub(super) fn prepare(algorithm: Algorithm, material: Material) -> Result<Self, KeyError> {
        material.require(algorithm)?;
        let parsed = match (Scheme::of(algorithm), material) {
            (Scheme::Ecdsa(_, scheme), Material::EcPublic { point, .. }) => {
                ParsedPublicKey::new(scheme, point)
            }
            (Scheme::Ed25519, Material::Ed25519Public(key)) => ParsedPublicKey::new(&ED25519, key),
            (Scheme::Rsa(_, scheme), Material::RsaPublic(der)) => ParsedPublicKey::new(scheme, der),
            (_, private) => {
                return SigningKey::prepare(algorithm, private).map(|signing| signing.verifying_key());
            }
        };
        let parsed = parsed.map_err(|source| {
            KeyError::malformed("the public key is damaged: its numbers make no key, export it again")
                .caused_by(source)
        })?;
        Ok(Self { algorithm, verifier: Verifier::Public(Arc::new(parsed)), weakness: None })
    }

    pub(super) fn hmac(algorithm: Algorithm, key: Arc<MacKey>, weakness: Option<Weakness>) -> Self {
        Self { algorithm, verifier: Verifier::Hmac(key), weakness }
    }

    /// Is `signature`, in the form that JWS gives it (RFC 7518 §3), one of `message` by this key? HMACs are compared in
    /// constant time.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.verifier {
            Verifier::Hmac(key) => key.verify(message, signature),
            Verifier::Public(key) => key.verify_sig(message, signature).is_ok(),
        }
    }

    /// Whether this is the same prepared key, or a clone of it.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        match (&self.verifier, &other.verifier) {
            (Verifier::Hmac(ours), Verifier::Hmac(theirs)) => Arc::ptr_eq(ours, theirs),
            (Verifier::Public(ours), Verifier::Public(theirs)) => {
                Arc::ptr_eq(ours, theirs) && self.algorithm == other.algorithm
            }
            _ => false,
        }
    }

    /// The one algorithm that the key verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Why the key should be replaced, if it should.
    pub fn weakness(&self) -> Option<Weakness> {
        self.weakness
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.algorithm.is_hmac() { "secret" } else { "public" };
        write!(f, "VerifyingKey({}, {:?} {kind})", self.algorithm, self.algorithm.key_type())
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::KeyErrorKind;
    use super::super::testdata::TestKeys;
    use super::*;

    fn load(algorithm: Algorithm, bytes: &[u8]) -> Result<VerifyingKey, KeyError> {
        VerifyingKey::load(algorithm, &SigningSecret::new(bytes))
    }

    #[test]
    fn what_pyjwt_signed_verifies_with_the_key_in_every_encoding() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL {
            let (message, signature) = data.token(algorithm);
            let forms = data.encodings_for(algorithm);
            assert!(forms.len() >= if algorithm.is_hmac() { 2 } else { 9 });
            // A raw seed is the one private form that cannot be told from a public key.
            for form in forms.iter().filter(|form| form.name != "Ed25519 private seed_der") {
                let key =
                    load(algorithm, &form.bytes).unwrap_or_else(|error| panic!("{}: {error}", form.name));
                assert!(key.verify(&message, &signature), "{algorithm} {}", form.name);
                assert_eq!(key.algorithm(), algorithm);
            }
        }
    }

    #[test]
    fn no_byte_of_the_message_or_the_signature_may_change() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL {
            let key = load(algorithm, &data.encodings_for(algorithm)[0].bytes).unwrap();
            let (message, signature) = data.token(algorithm);
            assert!(key.verify(&message, &signature));
            for index in 0..signature.len() {
                let mut tampered = signature.clone();
                tampered[index] ^= 1;
                assert!(!key.verify(&message, &tampered), "{algorithm} {index}");
            }
            for index in 0..message.len() {
                let mut tampered = message.clone();
                tampered[index] ^= 0x80;
                assert!(!key.verify(&tampered, &signature), "{algorithm} {index}");
            }
            for length in [0, 1, signature.len() / 2, signature.len() - 1] {
                assert!(!key.verify(&message, &signature[..length]), "{algorithm} {length}");
            }
            assert!(!key.verify(&message, &[&signature[..], &[0]].concat()));
            assert!(!key.verify(&message, &vec![0; signature.len()]));
        }
    }

    #[test]
    fn a_signature_of_another_algorithm_with_the_same_key_is_refused() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL {
            let key = load(algorithm, &data.encodings_for(algorithm)[0].bytes).unwrap();
            for other in Algorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                let (message, signature) = data.token(other);
                assert!(!key.verify(&message, &signature), "{algorithm} {other}");
            }
        }
    }

    #[test]
    fn a_key_of_another_type_is_refused_with_both_names() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_hmac()) {
            let fitting = data.encodings_for(algorithm);
            for side in ["public", "private"] {
                for form in data.encodings(side) {
                    if form.is_raw() || fitting.iter().any(|fits| fits.name == form.name) {
                        continue;
                    }
                    let error = load(algorithm, &form.bytes).unwrap_err();
                    assert_eq!(error.kind(), KeyErrorKind::WrongType, "{algorithm} {}", form.name);
                    let sentence = error.to_string();
                    let found = form.name.split(' ').next().unwrap();
                    assert!(sentence.starts_with(&format!("{algorithm} needs a")), "{sentence}");
                    assert!(sentence.contains(&format!(" {found} key")), "{sentence}");
                }
            }
        }
    }

    #[test]
    fn a_point_of_another_curve_is_refused() {
        let data = TestKeys::read();
        let point = |curve: &str| data.form(curve, "public", "point_der").bytes;
        for (algorithm, curve) in [
            (Algorithm::Es256, "secp256k1"),
            (Algorithm::Es256K, "P-256"),
            (Algorithm::Es384, "P-256"),
            (Algorithm::Es512, "P-384"),
            (Algorithm::Rs256, "P-256"),
        ] {
            let error = load(algorithm, &point(curve)).unwrap_err();
            assert_eq!(error.kind(), KeyErrorKind::Malformed, "{algorithm} {curve}");
        }
    }

    #[test]
    fn of_several_pem_blocks_the_first_that_fits_is_used() {
        let data = TestKeys::read();
        let pem = |family: &str, side: &str, name: &str| data.form(family, side, name).bytes;
        let certificate = data.other("certificate_pem").as_bytes();
        let (rsa, p256) = (pem("RSA", "public", "spki_pem"), pem("P-256", "public", "spki_pem"));
        let (message, signature) = data.token(Algorithm::Es256);
        let all =
            [certificate, &rsa, b"-----BEGIN PUBLIC KEY-----\n?\n-----END PUBLIC KEY-----\n", &p256].concat();
        assert!(load(Algorithm::Es256, &all).unwrap().verify(&message, &signature));
        assert_eq!(load(Algorithm::Es384, &all).unwrap_err().kind(), KeyErrorKind::Unsupported);
        let pair = [&p256[..], &pem("P-256", "private", "sec1_with_parameters_pem")].concat();
        assert!(SigningKey::load(Algorithm::Es256, &SigningSecret::new(pair)).is_ok());
    }

    #[test]
    fn weak_encrypted_foreign_and_damaged_keys_say_what_they_are() {
        let data = TestKeys::read();
        let other = |name: &str| data.other_form(name).bytes;
        let mut damaged = data.form("RSA", "private", "pkcs1_der").bytes;
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        for (algorithm, bytes, kind) in [
            (Algorithm::Es256, other("encrypted_pkcs8_pem"), KeyErrorKind::Encrypted),
            (Algorithm::Es256, other("encrypted_pkcs8_der"), KeyErrorKind::Encrypted),
            (Algorithm::Es256, other("encrypted_sec1_pem"), KeyErrorKind::Encrypted),
            (Algorithm::Es256, other("certificate_pem"), KeyErrorKind::Unsupported),
            (Algorithm::Es256, other("certificate_der"), KeyErrorKind::Unsupported),
            (Algorithm::Es256, other("p224_pem"), KeyErrorKind::WrongType),
            (Algorithm::EdDsa, other("ed448_pem"), KeyErrorKind::WrongType),
            (Algorithm::EdDsa, other("openssh_pem"), KeyErrorKind::Unsupported),
            (Algorithm::Rs256, other("dsa_pem"), KeyErrorKind::WrongType),
            (Algorithm::Rs256, other("rsa_1024_jwk"), KeyErrorKind::Weak),
            (Algorithm::Ps256, other("rsa_1024_private_pem"), KeyErrorKind::Weak),
            (Algorithm::Rs512, other("rsa_1024_public_pem"), KeyErrorKind::Weak),
            (Algorithm::Rs256, damaged, KeyErrorKind::Malformed),
            (Algorithm::Rs256, b"secret".to_vec(), KeyErrorKind::Malformed),
            (Algorithm::Rs256, b"-----BEGIN PUBLIC KEY-----".to_vec(), KeyErrorKind::Malformed),
            (Algorithm::EdDsa, vec![7; 31], KeyErrorKind::Malformed),
            (Algorithm::EdDsa, b"a-password-of-thirty-two-letters".to_vec(), KeyErrorKind::Malformed),
            (Algorithm::Es256, b" \n".to_vec(), KeyErrorKind::Empty),
        ] {
            let error = load(algorithm, &bytes).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
        }
    }

    #[test]
    fn rsa_pss_keys_are_rsa_keys_as_in_pyjwt() {
        let data = TestKeys::read();
        for name in ["rsa_pss_private_pem", "rsa_pss_public_pem"] {
            assert!(load(Algorithm::Ps256, data.other(name).as_bytes()).is_ok(), "{name}");
            assert!(load(Algorithm::Rs256, data.other(name).as_bytes()).is_ok(), "{name}");
        }
    }

    #[test]
    fn no_part_of_a_der_key_is_a_key() {
        let data = TestKeys::read();
        for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
            let mut forms = data.encodings_for(algorithm);
            forms.retain(|form| form.name.ends_with("_der") && !form.is_raw());
            for form in forms {
                // Any 32 bytes could be an Ed25519 key.
                for length in (0..form.bytes.len()).filter(|length| *length != 32) {
                    assert!(load(algorithm, &form.bytes[..length]).is_err(), "{} {length}", form.name);
                }
            }
        }
    }
}
