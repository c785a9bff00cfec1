//! Keys as JWS uses them: prepared once, bound to one algorithm, and never printed.
//!
//! The rules:
//!
//! 1. A key has one [`Algorithm`], chosen when it is loaded. A token's header cannot choose another (RFC 8725 §3.1).
//! 2. A key is whatever the configured bytes are: PEM (PKCS#1, PKCS#8, SEC 1, SPKI), the same as DER, a JWK
//!    (RFC 7517, RFC 7518 §6, RFC 8037, RFC 8812), an OpenSSH public key, or raw bytes where they have one meaning.
//! 3. A private key is accepted where a public one is wanted, its public half is used. The reverse is an error.
//! 4. A key of another type or curve than the algorithm's is refused, and so is RSA under 2048 bits.
//! 5. A public key is never an HMAC secret: whoever has it could sign tokens. PEM, DER, SSH and JWK text is refused
//!    for HS256, HS384 and HS512; a JWK of type `oct` is loaded as the octets that it carries.
//! 6. A weak HMAC secret is loaded, and [`SigningKey::weakness`] says so.
//!
//! Key files that are encrypted with a passphrase, certificates and OpenSSH's private key format are not read; the
//! error says what to do instead.
//!
//! ```
//! use countersign::key::{Algorithm, KeyErrorKind, SigningKey};
//! use countersign::secret::SigningSecret;
//!
//! let secret = SigningSecret::new("a secret of at least thirty-two bytes");
//! let signing = SigningKey::load(Algorithm::Hs256, &secret)?;
//! let signature = signing.sign(b"header.claims")?;
//! assert!(signing.verifying_key().verify(b"header.claims", &signature));
//! assert!(!signing.verifying_key().verify(b"header.forged", &signature));
//!
//! let public = SigningSecret::new("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA…\n-----END PUBLIC KEY-----\n");
//! let refused = SigningKey::load(Algorithm::Hs256, &public).unwrap_err();
//! assert_eq!(refused.kind(), KeyErrorKind::PublicKeyAsSecret);
//! # Ok::<(), countersign::key::KeyError>(())
//! ```

mod algorithm;
mod der;
mod error;
mod hmac_secret;
mod jwk;
mod jwk_set;
mod mac;
mod material;
mod pem;
mod ring;
mod scheme;
mod signing;
mod ssh;
mod verifying;
mod weakness;

#[cfg(test)]
pub(crate) mod testdata;

pub use algorithm::Algorithm;
pub use error::{KeyError, KeyErrorKind};
pub use jwk_set::JwkSet;
pub use ring::KeyRing;
pub use signing::SigningKey;
pub use verifying::VerifyingKey;
pub use weakness::Weakness;
