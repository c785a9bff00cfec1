//! What must never be printed: each secret is a type of its own whose `Debug` shows nothing of it.
//!
//! `expose` is the only way in, so every place that touches a secret can be found by that word.

use std::fmt;

use zeroize::Zeroizing;

/// The bytes of a key as they were configured: an HMAC secret, or a private or public key as PEM, DER, JWK
/// or raw bytes.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<Vec<u8>>);

impl SigningSecret {
    /// Takes the bytes over.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

/// A password as a person typed it.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A password as Django stores it: `algorithm$…`, or `!…` for one that can never be used.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword(String);

impl StoredPassword {
    /// Takes the stored text over, as it is.
    pub fn new(encoded: impl Into<String>) -> Self {
        Self(encoded.into())
    }

    /// The stored text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// A signed token in the compact form, good for whoever holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainToken(String);

impl PlainToken {
    /// Takes the text over, whatever it is: nothing is verified here.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

macro_rules! never_printed {
    ($($secret:ident),*) => {$(
        impl fmt::Debug for $secret {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($secret), "(…)"))
            }
        }
    )*};
}

never_printed!(Password, PlainToken, SigningSecret, StoredPassword);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_shows_itself_in_debug_output() {
        let shown = format!(
            "{:?} {:?} {:?} {:?}",
            Password::new("hunter2"),
            PlainToken::new("hunter2"),
            SigningSecret::new("hunter2"),
            StoredPassword::new("hunter2"),
        );
        assert_eq!(shown, "Password(…) PlainToken(…) SigningSecret(…) StoredPassword(…)");
    }
}
