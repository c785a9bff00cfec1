//! The keys an authority signs and verifies with: its own, or somebody else's by `kid`.

use std::error::Error as StdError;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::authority::Failure;
use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind};
use crate::jwt::{Invalid, REMEMBERED, SeenTokens, TokenError, Unverified, Validation, Verified, sign};
use crate::key::{KeyRing, SigningKey, VerifyingKey};
use crate::secret::PlainToken;

/// What to sign with, if anything, and what to verify with.
///
/// What `JWT_ENCODE_HANDLER` and `JWT_DECODE_HANDLER` do in Django: keys of one's own are a [`KeyRing`], and keys
/// from elsewhere are [`RemoteKeys`].
pub struct Keys {
    ring: KeyRing,
    remote: Option<Arc<dyn RemoteKeys>>,
    seen: SeenTokens,
}

impl Keys {
    /// Keys of one's own.
    pub fn new(ring: impl Into<KeyRing>) -> Self {
        let ring = ring.into();
        Self { seen: SeenTokens::of(&ring), ring, remote: None }
    }

    /// Somebody else's keys to verify with (`JWK_URL`), and perhaps one of ours to sign with.
    pub fn remote(signing: Option<SigningKey>, verifying: Arc<dyn RemoteKeys>) -> Self {
        let ring = KeyRing::signing(signing);
        Self { ring, remote: Some(verifying), seen: SeenTokens::new(REMEMBERED) }
    }

    /// With room to [remember](SeenTokens) the signatures of so many tokens, instead of four thousand.
    #[must_use]
    pub fn remembering(mut self, tokens: NonZeroUsize) -> Self {
        self.seen = SeenTokens::new(tokens);
        self
    }

    pub(super) fn sign(&self, claims: &Claims) -> Result<PlainToken, Error> {
        let (key, kid) = self.ring.signs_with().ok_or_else(|| Error::new(ErrorKind::NoSigningKey))?;
        sign(claims, key, kid).map_err(|error| Error::with_source(ErrorKind::Signing, error))
    }

    /// Verifies a token's signature, and its registered claims at the moment `now`.
    ///
    /// # Errors
    ///
    /// [`Refusal::Token`](super::Refusal::Token) for a token that is not good;
    /// [`ErrorKind::KeysUnavailable`] when nobody can tell.
    pub async fn verify(
        &self,
        token: &PlainToken,
        validation: &Validation,
        now: Timestamp,
    ) -> Result<Verified<Claims>, Failure> {
        let token = token.expose();
        match &self.remote {
            _ if validation.signatures.are_ignored() => {
                Ok(Unverified::parse(token)?.verify_unsigned(validation, now)?)
            }
            None => Ok(self.seen.verify_by_ring(token, &self.ring, validation, now)?),
            Some(keys) => {
                let unknown = TokenError::from(Invalid::UnknownKey);
                let unverified = Unverified::parse(token)?;
                let Some(kid) = unverified.header().key_id() else { return Err(unknown.into()) };
                let key = keys.find(kid).await;
                let key = key.map_err(|error| Error::with_source(ErrorKind::KeysUnavailable, error))?;
                Ok(self.seen.verify(token, &key.ok_or(unknown)?, validation, now)?)
            }
        }
    }
}

impl From<KeyRing> for Keys {
    fn from(ring: KeyRing) -> Self {
        Self::new(ring)
    }
}

impl From<SigningKey> for Keys {
    fn from(signing: SigningKey) -> Self {
        Self::new(signing)
    }
}

/// Keys that somebody else publishes, found by `kid` (`JWK_URL`).
pub trait RemoteKeys: Send + Sync {
    /// The key by that id; `None` when the publisher is known not to have it.
    fn find<'a>(&'a self, kid: &'a str) -> BoxFuture<'a, Result<Option<VerifyingKey>, RemoteKeysError>>;
}

/// The publisher cannot be asked, and what it said before is not there or too old.
#[derive(Debug)]
pub struct RemoteKeysError(Box<dyn StdError + Send + Sync>);

impl RemoteKeysError {
    /// With the cause.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

impl fmt::Display for RemoteKeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the publisher of the keys cannot be asked")
    }
}

impl StdError for RemoteKeysError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
