//! What is wrong with a key that is accepted all the same.

use std::fmt;

use super::algorithm::Algorithm;

/// A key that works and should be replaced. Shown, it is a sentence for a log or a startup check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Weakness {
    /// The secret that `django-admin startproject` writes: it is in the repository's history.
    InsecureDjangoKey,
    /// An HMAC secret shorter than the hash's output (RFC 7518 §3.2).
    ShortSecret {
        /// The algorithm that the key is for.
        algorithm: Algorithm,
        /// The secret's length in bytes.
        length: usize,
        /// The length in bytes that it should have.
        least: usize,
    },
}

impl Weakness {
    /// The worse of what is wrong with an HMAC secret: a secret that others know is worse than a short one.
    pub(super) fn of_secret(algorithm: Algorithm, secret: &[u8], least: usize) -> Option<Self> {
        if secret.starts_with(b"django-insecure-") {
            return Some(Self::InsecureDjangoKey);
        }
        (secret.len() < least).then_some(Self::ShortSecret { algorithm, length: secret.len(), least })
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InsecureDjangoKey => f.write_str(
                "the signing key begins with \"django-insecure-\": it was made for development, \
                 put a new random secret in its place",
            ),
            Self::ShortSecret { algorithm, length, least } => write!(
                f,
                "the signing key is {length} bytes long and {algorithm} needs at least {least}: \
                 put a longer random secret in its place",
            ),
        }
    }
}
