//! The signature algorithms and the type of key that each one needs.

use std::fmt;
use std::str::FromStr;

use super::error::{KeyError, KeyErrorKind};

/// A signature algorithm of JWS. There is no `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Ed25519; Ed448 is not supported (RFC 8037 §3.1).
    EdDsa,
    /// ECDSA over P-256 with SHA-256 (RFC 7518 §3.4).
    Es256,
    /// ECDSA over secp256k1 with SHA-256 (RFC 8812 §3.2).
    Es256K,
    /// ECDSA over P-384 with SHA-384 (RFC 7518 §3.4).
    Es384,
    /// ECDSA over P-521 with SHA-512 (RFC 7518 §3.4).
    Es512,
    /// HMAC with SHA-256 (RFC 7518 §3.2).
    Hs256,
    /// HMAC with SHA-384 (RFC 7518 §3.2).
    Hs384,
    /// HMAC with SHA-512 (RFC 7518 §3.2).
    Hs512,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 7518 §3.5).
    Ps256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes (RFC 7518 §3.5).
    Ps384,
    /// RSASSA-PSS with SHA-512 and a salt of 64 bytes (RFC 7518 §3.5).
    Ps512,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518 §3.3).
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518 §3.3).
    Rs512,
}

impl Algorithm {
    /// Every algorithm, in the alphabetical order of the names.
    pub const ALL: [Self; 14] = [
        Self::Es256,
        Self::Es256K,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
    ];

    /// The name as the `alg` header spells it (RFC 7518 §3.1).
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Es256K => "ES256K",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    /// The algorithm of this name; the letters' case counts (RFC 7515 §4.1.1).
    ///
    /// # Errors
    ///
    /// [`KeyErrorKind::UnknownAlgorithm`] for every other text, `none` in any spelling among them.
    pub fn parse(name: &str) -> Result<Self, KeyError> {
        let known = Self::ALL.into_iter().find(|algorithm| algorithm.name() == name);
        known.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            KeyError::new(
                KeyErrorKind::UnknownAlgorithm,
                format!("the signature algorithm is not known: give one of {names}"),
            )
        })
    }

    /// Is it one of HS256, HS384 and HS512, where the verifier's secret is the signer's?
    pub const fn is_hmac(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// The one type of key that the algorithm works with.
    pub(super) const fn key_type(self) -> KeyType {
        match self {
            Self::EdDsa => KeyType::Ed25519,
            Self::Es256 => KeyType::P256,
            Self::Es256K => KeyType::Secp256k1,
            Self::Es384 => KeyType::P384,
            Self::Es512 => KeyType::P521,
            Self::Hs256 | Self::Hs384 | Self::Hs512 => KeyType::Hmac,
            Self::Ps256 | Self::Ps384 | Self::Ps512 | Self::Rs256 | Self::Rs384 | Self::Rs512 => KeyType::Rsa,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        Self::parse(name)
    }
}

/// What a key is, its curve included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyType {
    Ed25519,
    Hmac,
    P256,
    P384,
    P521,
    Rsa,
    Secp256k1,
}

impl KeyType {
    /// The type with its article, as a sentence needs it.
    pub(super) const fn phrase(self) -> &'static str {
        match self {
            Self::Ed25519 => "an Ed25519",
            Self::Hmac => "an HMAC",
            Self::P256 => "a P-256",
            Self::P384 => "a P-384",
            Self::P521 => "a P-521",
            Self::Rsa => "an RSA",
            Self::Secp256k1 => "a secp256k1",
        }
    }

    /// How many bytes a coordinate of the curve takes; `None` where points have no two coordinates.
    pub(super) const fn coordinate_len(self) -> Option<usize> {
        match self {
            Self::P256 | Self::Secp256k1 => Some(32),
            Self::P384 => Some(48),
            Self::P521 => Some(66),
            Self::Ed25519 | Self::Hmac | Self::Rsa => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_to_its_algorithm_and_shows_as_itself() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.name().parse::<Algorithm>().unwrap(), algorithm);
            assert_eq!(algorithm.to_string(), algorithm.name());
        }
    }

    #[test]
    fn no_other_spelling_is_an_algorithm() {
        for name in
            ["", "none", "None", "NONE", "hs256", "Hs256", " HS256", "HS256\0", "HS1", "EDDSA", "ES521"]
        {
            let error = Algorithm::parse(name).unwrap_err();
            assert_eq!(error.kind(), KeyErrorKind::UnknownAlgorithm, "{name:?}");
            assert!(error.to_string().ends_with("PS512, RS256, RS384, RS512"));
        }
    }

    #[test]
    fn only_the_three_hs_algorithms_are_hmac() {
        let hmac = Algorithm::ALL.into_iter().filter(|algorithm| algorithm.is_hmac());
        assert_eq!(hmac.map(Algorithm::name).collect::<Vec<_>>(), ["HS256", "HS384", "HS512"]);
    }
}
