//! A key with what it asks, to verify many tokens.

use std::num::NonZeroUsize;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::jwt::{SeenTokens, TokenError, Validation, Verified};
use crate::key::KeyRing;

/// Verifies tokens of one key, or of a ring of them. Threads share it by reference.
///
/// ```
/// use countersign::claims::Claims;
/// use countersign::clock::Timestamp;
/// use countersign::jwt::{TokenError, Validation, Verifier, sign};
/// use countersign::key::{Algorithm, SigningKey};
/// use countersign::secret::SigningSecret;
///
/// let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new("a secret of thirty-two bytes, or more"))?;
/// let token = sign(&Claims::parse(r#"{"sub":"ada","exp":1700000300}"#)?, &key, None)?;
///
/// let verifier = Verifier::new(key.verifying_key(), Validation::default());
/// let claims = verifier.verify(token.expose(), Timestamp::from_secs(1_700_000_000))?;
/// assert_eq!(claims.text("sub")?.as_deref(), Some("ada"));
/// let later = verifier.verify(token.expose(), Timestamp::from_secs(1_700_000_300));
/// assert_eq!(later, Err(TokenError::Expired));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Verifier {
    ring: KeyRing,
    validation: Validation,
    seen: SeenTokens,
}

impl Verifier {
    /// With room to remember the signatures of four thousand tokens, if a key is a public one.
    pub fn new(keys: impl Into<KeyRing>, validation: Validation) -> Self {
        let ring = keys.into();
        let seen = SeenTokens::of(&ring);
        Self { ring, validation, seen }
    }

    /// With room for so many instead.
    #[must_use]
    pub fn remembering(mut self, tokens: NonZeroUsize) -> Self {
        self.seen = SeenTokens::new(tokens);
        self
    }

    /// Verifies the signature, unless that has been done, then the claims at the moment `now`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] when all that is wrong up to there is `exp`; else [`TokenError::Invalid`].
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified<Claims>, TokenError> {
        self.seen.verify_by_ring(token, &self.ring, &self.validation, now)
    }
}
