//! Why a key, or a set of keys, is refused.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use aws_lc_rs::error::KeyRejected;

/// Why a key cannot be used. Shown, it is a sentence for whoever configured the key: what is wrong and what to do.
/// It never quotes the key, or any text found inside it.
#[derive(Clone, Debug)]
pub struct KeyError {
    kind: KeyErrorKind,
    sentence: Cow<'static, str>,
    source: Option<KeyRejected>,
}

impl KeyError {
    pub(super) fn new(kind: KeyErrorKind, sentence: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, sentence: sentence.into(), source: None }
    }

    pub(super) fn malformed(sentence: &'static str) -> Self {
        Self::new(KeyErrorKind::Malformed, sentence)
    }

    /// Keeps what the cryptographic library said: only one of its fixed words, nothing of the key.
    pub(super) fn caused_by(mut self, source: KeyRejected) -> Self {
        self.source = Some(source);
        self
    }

    /// What is wrong, for a program to decide on.
    pub fn kind(&self) -> KeyErrorKind {
        self.kind
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl Error for KeyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// The kinds of [`KeyError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyErrorKind {
    /// There is nothing in it.
    Empty,
    /// The private key is encrypted with a passphrase.
    Encrypted,
    /// The bytes are no key, or a damaged one.
    Malformed,
    /// A set of keys has none that fits the algorithm.
    NoUsableKey,
    /// An asymmetric key, or a certificate, given as an HMAC secret.
    PublicKeyAsSecret,
    /// The key could not sign: the cryptographic library failed.
    SigningFailed,
    /// More bytes, or more keys, than is sensible.
    TooLarge,
    /// No signature algorithm has this name.
    UnknownAlgorithm,
    /// A key in a form, or of a size, that is not read here.
    Unsupported,
    /// A key too short to be safe with any setting.
    Weak,
    /// A good key, but not for this algorithm or this purpose.
    WrongType,
}
