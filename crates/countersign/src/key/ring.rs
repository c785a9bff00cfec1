//! Several keys, of which one signs.

use std::fmt;

use super::signing::SigningKey;
use super::verifying::VerifyingKey;

/// One key to sign with, perhaps, and whatever there is to verify with: the key of now, and those of before.
///
/// A key may have a name, which stands in the header of what it signs (`kid`, RFC 7515 §4.1.4). A named key verifies what names it and
/// nothing else. One without a name verifies whatever its signature is on, as `SIGNING_KEY` does in Django: no package writes
/// a `kid`.
///
/// To replace a key, sign with the new one and keep the old one for as long as what it has signed is good:
///
/// ```
/// use countersign::key::{Algorithm, KeyRing, SigningKey};
/// use countersign::secret::SigningSecret;
/// use countersign::token::{Access, Tokens};
///
/// let old = SigningKey::load(Algorithm::Hs256, &SigningSecret::new("the secret of last year, 32 bytes"))?;
/// let new = SigningKey::load(Algorithm::Hs256, &SigningSecret::new("the secret of this year, 32 bytes"))?;
/// let before = Tokens::new(old.clone());
/// let token = before.sign(&before.issue::<Access>(7))?;
///
/// let ring = KeyRing::named("2026", new).retired(None, old.verifying_key());
/// assert!(Tokens::new(ring).verify::<Access>(token.expose()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyRing {
    signing: Option<Named<SigningKey>>,
    verifying: Vec<Named<VerifyingKey>>,
}

#[derive(Clone)]
struct Named<K> {
    kid: Option<Box<str>>,
    key: K,
}

impl KeyRing {
    /// One key without a name, whose public half verifies.
    pub fn new(signing: SigningKey) -> Self {
        let verifying = signing.verifying_key();
        Self::pair(Some(signing), verifying)
    }

    /// One key by this name, whose public half verifies.
    pub fn named(kid: impl Into<Box<str>>, signing: SigningKey) -> Self {
        let kid = Some(kid.into());
        let verifying = Named { kid: kid.clone(), key: signing.verifying_key() };
        Self { signing: Some(Named { kid, key: signing }), verifying: vec![verifying] }
    }

    /// One key to verify with, and perhaps another to sign with, both without a name (`SIGNING_KEY`, `VERIFYING_KEY`).
    pub fn pair(signing: Option<SigningKey>, verifying: VerifyingKey) -> Self {
        Self {
            signing: signing.map(|key| Named { kid: None, key }),
            verifying: vec![Named { kid: None, key: verifying }],
        }
    }

    /// No key to verify with yet.
    pub(crate) fn signing(signing: Option<SigningKey>) -> Self {
        Self { signing: signing.map(|key| Named { kid: None, key }), verifying: Vec::new() }
    }

    /// With a key that signs no more, and verifies what it has signed. Keys are tried in the order in which they came.
    #[must_use]
    pub fn retired(mut self, kid: Option<&str>, key: VerifyingKey) -> Self {
        self.verifying.push(Named { kid: kid.map(Into::into), key });
        self
    }

    /// The key to sign with, and its name.
    pub fn signs_with(&self) -> Option<(&SigningKey, Option<&str>)> {
        self.signing.as_ref().map(|named| (&named.key, named.kid.as_deref()))
    }

    /// The keys that may have signed a token whose header has this `kid`.
    pub fn candidates<'a>(&'a self, kid: Option<&'a str>) -> impl Iterator<Item = &'a VerifyingKey> {
        let fits = move |named: &&Named<VerifyingKey>| named.kid.is_none() || named.kid.as_deref() == kid;
        self.verifying.iter().filter(fits).map(|named| &named.key)
    }

    /// The key that verifies every token, if there is only that one: then no header need be read to choose.
    pub(crate) fn only(&self) -> Option<&VerifyingKey> {
        match &*self.verifying {
            [Named { kid: None, key }] => Some(key),
            _ => None,
        }
    }

    /// Whether every key verifies HMACs.
    pub(crate) fn is_hmac(&self) -> bool {
        self.verifying.iter().all(|named| named.key.algorithm().is_hmac())
    }
}

/// The names, and no key.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<_> = self.verifying.iter().map(|named| (named.key.algorithm(), &named.kid)).collect();
        f.debug_struct("KeyRing")
            .field("signs_with", &self.signs_with().map(|(key, kid)| (key.algorithm(), kid)))
            .field("verifies_with", &named)
            .finish_non_exhaustive()
    }
}

impl From<SigningKey> for KeyRing {
    fn from(signing: SigningKey) -> Self {
        Self::new(signing)
    }
}

/// It signs nothing.
impl From<VerifyingKey> for KeyRing {
    fn from(verifying: VerifyingKey) -> Self {
        Self::pair(None, verifying)
    }
}
