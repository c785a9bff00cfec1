//! Splitting a compact token and decoding its parts, before anything is believed.

use smallvec::SmallVec;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::jwt::base64url;
use crate::jwt::{Header, Invalid, TokenError, Validation, Verified};
use crate::key::VerifyingKey;

/// How long a token may be, in bytes; a longer one is refused before any of it is decoded.
pub const MAX_TOKEN_BYTES: usize = 64 * 1024;

/// A token that has been split, and whose header has been read: enough to choose a key, not to trust.
#[derive(Debug)]
pub struct Unverified<'t> {
    header: Header,
    signing_input: &'t str,
    payload: &'t str,
    signature: SmallVec<[u8; USUAL_SIGNATURE]>,
}

/// Those of RSA, P-384 and P-521 are longer.
const USUAL_SIGNATURE: usize = 64;

impl<'t> Unverified<'t> {
    /// Splits `header.payload.signature` (RFC 7515 §7.1).
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] when the token is too long, is not three parts of unpadded base64url, or has
    /// a header that is not understood.
    pub fn parse(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Invalid::TooLong.into());
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(Invalid::Segments)?;
        let (header, payload) = signing_input.split_once('.').ok_or(Invalid::Segments)?;
        let header = match Header::of_usual(header) {
            Some(header) => header,
            None => Header::parse(&decoded(header)?)?,
        };
        let mut bytes = SmallVec::from_elem(0, base64url::decoded_length(signature.len()));
        base64url::decode_into(signature, &mut bytes).ok_or(Invalid::Base64)?;
        Ok(Self { header, signing_input, payload, signature: bytes })
    }

    /// The header: what selects the key.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The claims as they stand, believed by nobody: to show a person what a token says.
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] when the payload is not a claims set.
    pub fn claims_without_verification(&self) -> Result<Claims, TokenError> {
        let payload = String::from_utf8(decoded(self.payload)?).map_err(|_| Invalid::Claims)?;
        Claims::parse(payload).map_err(|_| Invalid::Claims.into())
    }

    /// Verifies the signature with `key`, then the claims at the moment `now`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] when all that is wrong up to there is `exp`; else [`TokenError::Invalid`].
    pub fn verify(
        &self,
        key: &VerifyingKey,
        validation: &Validation,
        now: Timestamp,
    ) -> Result<Verified<Claims>, TokenError> {
        if validation.signatures.are_ignored() {
            return self.verify_unsigned(validation, now);
        }
        let claims = self.verify_signature(key)?;
        validation.check(&claims, now)?;
        Ok(Verified::held(claims))
    }

    /// The claims that `key` has signed, whatever they say.
    pub(super) fn verify_signature(&self, key: &VerifyingKey) -> Result<Claims, TokenError> {
        if self.header.algorithm() != key.algorithm().name() {
            return Err(Invalid::Algorithm.into());
        }
        if !key.verify(self.signing_input.as_bytes(), &self.signature) {
            return Err(Invalid::Signature.into());
        }
        self.claims_without_verification()
    }

    /// The same where no signature is asked for, so that no key need be found; refused if one is.
    pub(crate) fn verify_unsigned(
        &self,
        validation: &Validation,
        now: Timestamp,
    ) -> Result<Verified<Claims>, TokenError> {
        if !validation.signatures.are_ignored() {
            return Err(Invalid::Signature.into());
        }
        let claims = self.claims_without_verification()?;
        validation.check(&claims, now)?;
        Ok(Verified::held(claims))
    }
}

fn decoded(part: &str) -> Result<Vec<u8>, Invalid> {
    base64url::decode(part).ok_or(Invalid::Base64)
}
