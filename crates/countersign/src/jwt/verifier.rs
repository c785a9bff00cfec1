//! A key with what it asks, to verify many tokens.

use std::num::NonZeroUsize;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::jwt::{SeenTokens, TokenError, Validation, Verified};
use crate::key::VerifyingKey;

/// Verifies tokens of one key. Threads share it by reference.
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
    key: VerifyingKey,
    validation: Validation,
    seen: SeenTokens,
}

impl Verifier {
    /// With room to remember the signatures of four thousand tokens, if the key is a public one.
    pub fn new(key: VerifyingKey, validation: Validation) -> Self {
        let tokens = if key.algorithm().is_hmac() { NonZeroUsize::MIN } else { REMEMBERED };
        Self { key, validation, seen: SeenTokens::new(tokens) }
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
        self.seen.verify(token, &self.key, &self.validation, now)
    }
}

/// How many tokens are remembered, unless something else is said.
pub(crate) const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4096).expect("4096 is not zero");
