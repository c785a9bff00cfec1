//! Keys that sign.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, RsaSignatureEncoding};

use super::algorithm::Algorithm;
use super::error::{KeyError, KeyErrorKind};
use super::hmac_secret;
use super::mac::MacKey;
use super::material::{self, Material, Purpose};
use super::scheme::Scheme;
use super::verifying::VerifyingKey;
use super::weakness::Weakness;
use crate::secret::SigningSecret;

/// A key that signs with one algorithm, prepared once. Cheap to clone: clones share the prepared key.
#[derive(Clone)]
pub struct SigningKey {
    signer: Signer,
    verifying: VerifyingKey,
}

#[derive(Clone)]
enum Signer {
    Ecdsa(Arc<EcdsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
    Hmac(Arc<MacKey>),
    Rsa(Arc<RsaKeyPair>, &'static RsaSignatureEncoding),
}

impl SigningKey {
    /// Prepares a private key, or for HMAC a secret. The [module](super) says in which forms.
    ///
    /// # Errors
    ///
    /// When the bytes are no such key, or a key that this algorithm cannot sign with: see [`KeyErrorKind`].
    pub fn load(algorithm: Algorithm, key: &SigningSecret) -> Result<Self, KeyError> {
        if let Scheme::Hmac(hash) = Scheme::of(algorithm) {
            let (key, weakness) = hmac_secret::prepare(algorithm, hash, key.expose())?;
            let key = Arc::new(key);
            let verifying = VerifyingKey::hmac(algorithm, Arc::clone(&key), weakness);
            return Ok(Self { signer: Signer::Hmac(key), verifying });
        }
        material::load(algorithm, Purpose::Sign, key.expose(), |material| Self::prepare(algorithm, material))
    }

    pub(super) fn prepare(algorithm: Algorithm, material: Material) -> Result<Self, KeyError> {
        material.require(algorithm)?;
        let (signer, public) = match (Scheme::of(algorithm), material) {
            (Scheme::Ecdsa(scheme, _), Material::EcPrivate { curve, der }) => {
                let pair = EcdsaKeyPair::from_private_key_der(scheme, &der).map_err(damaged)?;
                let point = pair.public_key().as_ref().to_vec();
                (Signer::Ecdsa(Arc::new(pair)), Material::EcPublic { curve, point })
            }
            (Scheme::Ed25519, Material::Ed25519Private { seed, public }) => {
                let pair = match public {
                    _ if seed.len() != 32 => return Err(wrong_seed_length()),
                    Some(public) => Ed25519KeyPair::from_seed_and_public_key(&seed, &public),
                    None => Ed25519KeyPair::from_seed_unchecked(&seed),
                };
                let pair = pair.map_err(damaged)?;
                let public = pair.public_key().as_ref().try_into().map_err(|_| wrong_seed_length())?;
                (Signer::Ed25519(Arc::new(pair)), Material::Ed25519Public(public))
            }
            (Scheme::Rsa(scheme, _), Material::RsaPrivate(der)) => {
                let pair = RsaKeyPair::from_der(&der).map_err(damaged)?;
                let public = pair.public_key().as_ref().to_vec();
                (Signer::Rsa(Arc::new(pair), scheme), Material::RsaPublic(public))
            }
            (_, public) => return Err(cannot_sign(public.key_type().phrase())),
        };
        Ok(Self { signer, verifying: VerifyingKey::prepare(algorithm, public)? })
    }

    /// Signs `message`. The signature has the form that JWS gives it (RFC 7518 §3): r ‖ s for ECDSA.
    ///
    /// # Errors
    ///
    /// [`KeyErrorKind::SigningFailed`] when the cryptographic library cannot, for want of memory or randomness.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        // The library takes a source of randomness for compatibility's sake and asks its own.
        let rng = SystemRandom::new();
        let signature = match &self.signer {
            Signer::Ecdsa(pair) => pair.sign(&rng, message).map(|signature| signature.as_ref().to_vec()),
            Signer::Ed25519(pair) => pair.try_sign(message).map(|signature| signature.as_ref().to_vec()),
            Signer::Hmac(key) => Ok(key.sign(message)),
            Signer::Rsa(pair, scheme) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*scheme, &rng, message, &mut signature).map(|()| signature)
            }
        };
        signature.map_err(|_| KeyError::new(KeyErrorKind::SigningFailed, "the key could not sign: try again"))
    }

    /// The key that verifies what this one signs: the public half, or for HMAC the same secret.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying.clone()
    }

    /// The one algorithm that the key signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm()
    }

    /// Why the key should be replaced, if it should.
    pub fn weakness(&self) -> Option<Weakness> {
        self.verifying.weakness()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = self.algorithm();
        let kind = if algorithm.is_hmac() { "secret" } else { "private" };
        write!(f, "SigningKey({algorithm}, {:?} {kind})", algorithm.key_type())
    }
}

fn cannot_sign(found: &str) -> KeyError {
    KeyError::new(
        KeyErrorKind::WrongType,
        format!("this is {found} public key, and only the private key can sign: give that one"),
    )
}

fn damaged(source: aws_lc_rs::error::KeyRejected) -> KeyError {
    KeyError::malformed("the private key is damaged, or its parts do not belong together: export it again")
        .caused_by(source)
}

fn wrong_seed_length() -> KeyError {
    KeyError::malformed("an Ed25519 private key has 32 bytes and this one has not: export it again")
}

#[cfg(test)]
mod tests {
    use super::super::testdata::TestKeys;
    use super::*;

    fn load(algorithm: Algorithm, bytes: &[u8]) -> Result<SigningKey, KeyError> {
        SigningKey::load(algorithm, &SigningSecret::new(bytes))
    }

    #[test]
    fn every_private_encoding_signs_and_its_public_half_verifies() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL {
            let forms = data.encodings_for(algorithm);
            let public = forms.iter().find(|form| !form.is_private()).unwrap();
            let public = VerifyingKey::load(algorithm, &SigningSecret::new(&*public.bytes)).unwrap();
            let private = forms.iter().filter(|form| form.is_private()).collect::<Vec<_>>();
            assert!(private.len() >= if algorithm.is_hmac() { 1 } else { 4 });
            for form in private {
                let key =
                    load(algorithm, &form.bytes).unwrap_or_else(|error| panic!("{}: {error}", form.name));
                assert_eq!(key.algorithm(), algorithm);
                let signature = key.sign(b"message").unwrap();
                assert!(public.verify(b"message", &signature), "{algorithm} {}", form.name);
                assert!(key.verifying_key().verify(b"message", &signature), "{algorithm} {}", form.name);
                assert!(!public.verify(b"other", &signature));
            }
        }
    }

    #[test]
    fn signatures_have_the_lengths_of_jws() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL {
            let length = match algorithm {
                Algorithm::Hs256 => 32,
                Algorithm::Hs384 => 48,
                Algorithm::EdDsa | Algorithm::Es256 | Algorithm::Es256K | Algorithm::Hs512 => 64,
                Algorithm::Es384 => 96,
                Algorithm::Es512 => 132,
                _ => 256,
            };
            let form =
                data.encodings_for(algorithm).into_iter().find(super::super::testdata::Form::is_private);
            let key = load(algorithm, &form.unwrap().bytes).unwrap();
            assert_eq!(key.sign(b"").unwrap().len(), length, "{algorithm}");
        }
    }

    #[test]
    fn deterministic_signatures_are_pyjwts_byte_by_byte() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL {
            if matches!(algorithm.name().as_bytes()[0], b'H' | b'R') || algorithm == Algorithm::EdDsa {
                let form =
                    data.encodings_for(algorithm).into_iter().find(super::super::testdata::Form::is_private);
                let (message, signature) = data.token(algorithm);
                assert_eq!(load(algorithm, &form.unwrap().bytes).unwrap().sign(&message).unwrap(), signature);
            }
        }
    }

    #[test]
    fn a_public_key_cannot_sign() {
        let data = TestKeys::read();
        for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_hmac()) {
            for form in data.encodings_for(algorithm) {
                if form.is_private() || form.name == "Ed25519 public raw_der" {
                    continue;
                }
                let error = load(algorithm, &form.bytes).unwrap_err();
                assert_eq!(error.kind(), KeyErrorKind::WrongType, "{algorithm} {}", form.name);
                assert!(error.to_string().contains("only the private key can sign"), "{error}");
            }
        }
    }

    #[test]
    fn halves_that_do_not_belong_together_are_refused() {
        let data = TestKeys::read();
        for (algorithm, family, member) in [
            (Algorithm::EdDsa, "Ed25519", "x"),
            (Algorithm::Es256, "P-256", "d"),
            (Algorithm::Es256K, "secp256k1", "d"),
            (Algorithm::Es384, "P-384", "d"),
            (Algorithm::Es512, "P-521", "d"),
            (Algorithm::Rs256, "RSA", "d"),
            (Algorithm::Rs256, "RSA", "dp"),
            (Algorithm::Rs256, "RSA", "n"),
        ] {
            let mut jwk = data.jwk(family, "private");
            let value = jwk[member].as_str().unwrap();
            let (first, rest) = value.split_at(value.len() / 2);
            let changed = if rest.starts_with('A') { 'B' } else { 'A' };
            jwk[member] = format!("{first}{changed}{}", &rest[1..]).into();
            let error = load(algorithm, jwk.to_string().as_bytes()).unwrap_err();
            assert_eq!(error.kind(), KeyErrorKind::Malformed, "{family} {member}");
        }
    }

    #[test]
    fn neither_debug_output_nor_errors_show_a_key() {
        let data = TestKeys::read();
        let key = load(Algorithm::EdDsa, &data.form("Ed25519", "private", "pkcs8_pem").bytes).unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(EdDSA, Ed25519 private)");
        assert_eq!(format!("{:?}", key.verifying_key()), "VerifyingKey(EdDSA, Ed25519 public)");
        let key = load(Algorithm::Hs256, b"hunter2").unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(HS256, Hmac secret)");
        assert!(matches!(key.weakness(), Some(Weakness::ShortSecret { .. })));
        for bytes in [
            "hunter2",
            "{\"kty\":\"hunter2\"}",
            "{\"hunter2",
            "ssh-hunter2 hunter2",
            "-----BEGIN hunter2-----",
        ] {
            for algorithm in Algorithm::ALL {
                if let Err(error) = load(algorithm, bytes.as_bytes()) {
                    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
                }
            }
        }
    }

    #[test]
    fn keys_can_be_shared_between_threads() {
        fn shared<T: Clone + Send + Sync + 'static>() {}
        shared::<SigningKey>();
        shared::<VerifyingKey>();
        shared::<super::super::JwkSet>();
    }
}
