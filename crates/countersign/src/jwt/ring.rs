//! Which key of several has signed a token.

use std::num::NonZeroUsize;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::jwt::{Invalid, SeenTokens, TokenError, Unverified, Validation, Verified};
use crate::key::KeyRing;

/// How many tokens are remembered, unless something else is said.
pub(crate) const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4096).expect("4096 is not zero");

impl SeenTokens {
    /// Room for what these keys sign: four thousand tokens, or none where every key verifies HMACs.
    pub fn of(ring: &KeyRing) -> Self {
        Self::new(if ring.is_hmac() { NonZeroUsize::MIN } else { REMEMBERED })
    }

    /// [`verify`](Self::verify) with the first key of a ring that may have signed the token, and has.
    ///
    /// # Errors
    ///
    /// As [`Unverified::verify`]; [`Invalid::UnknownKey`] where no key has the name in the header.
    pub fn verify_by_ring(
        &self,
        token: &str,
        ring: &KeyRing,
        validation: &Validation,
        now: Timestamp,
    ) -> Result<Verified<Claims>, TokenError> {
        if let Some(key) = ring.only() {
            return self.verify(token, key, validation, now);
        }
        let unverified = Unverified::parse(token)?;
        if validation.signatures.are_ignored() {
            return unverified.verify_unsigned(validation, now);
        }
        let mut refusal = Invalid::UnknownKey;
        for key in ring.candidates(unverified.header().key_id()) {
            match self.verify(token, key, validation, now) {
                Err(TokenError::Invalid(why @ (Invalid::Algorithm | Invalid::Signature))) => refusal = why,
                decided => return decided,
            }
        }
        Err(refusal.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;
    use crate::jwt::{danger, sign};
    use crate::key::{Algorithm, SigningKey, testdata};
    use crate::secret::{PlainToken, SigningSecret};

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    fn key(letter: char) -> SigningKey {
        let secret = SigningSecret::new(letter.to_string().repeat(32));
        SigningKey::load(Algorithm::Hs256, &secret).unwrap()
    }

    fn token(key: &SigningKey, kid: Option<&str>) -> PlainToken {
        let claims = Claims::parse(r#"{"exp":1700000001}"#).unwrap();
        sign(&claims, key, kid).unwrap()
    }

    fn verify(ring: &KeyRing, token: &PlainToken) -> Result<(), TokenError> {
        let seen = SeenTokens::of(ring);
        seen.verify_by_ring(token.expose(), ring, &Validation::default(), NOW).map(drop)
    }

    #[test]
    fn a_named_key_verifies_what_names_it_and_nothing_else() {
        let ring = KeyRing::named("new", key('n')).retired(Some("old"), key('o').verifying_key());
        assert_eq!(verify(&ring, &token(&key('n'), Some("new"))), Ok(()));
        assert_eq!(verify(&ring, &token(&key('o'), Some("old"))), Ok(()));
        for (letter, kid, why) in [
            ('n', Some("old"), Invalid::Signature),
            ('o', Some("new"), Invalid::Signature),
            ('n', None, Invalid::UnknownKey),
            ('n', Some("new "), Invalid::UnknownKey),
            ('n', Some(""), Invalid::UnknownKey),
        ] {
            assert_eq!(verify(&ring, &token(&key(letter), kid)), Err(why.into()), "{letter} {kid:?}");
        }
    }

    #[test]
    fn a_key_without_a_name_verifies_whatever_it_has_signed() {
        let ring = KeyRing::named("new", key('n')).retired(None, key('o').verifying_key());
        for kid in [None, Some("old"), Some("new")] {
            assert_eq!(verify(&ring, &token(&key('o'), kid)), Ok(()), "{kid:?}");
        }
        assert_eq!(verify(&ring, &token(&key('x'), None)), Err(Invalid::Signature.into()));
        assert_eq!(verify(&KeyRing::new(key('o')), &token(&key('o'), Some("whatever"))), Ok(()));
    }

    #[test]
    fn the_key_that_has_signed_decides_about_the_claims() {
        let ring = KeyRing::new(key('n')).retired(None, key('o').verifying_key());
        let later = NOW + Span::from_secs(1);
        let seen = SeenTokens::of(&ring);
        for letter in ['n', 'o'] {
            let token = token(&key(letter), None);
            let decided = seen.verify_by_ring(token.expose(), &ring, &Validation::default(), later);
            assert_eq!(decided, Err(TokenError::Expired), "{letter}");
        }
    }

    #[test]
    fn keys_of_several_algorithms_stay_bound_to_their_own() {
        let ed25519 = testdata::signing_key(Algorithm::EdDsa);
        let ring = KeyRing::named("ed", ed25519.clone()).retired(Some("hs"), key('h').verifying_key());
        assert_eq!(verify(&ring, &token(&ed25519, Some("ed"))), Ok(()));
        assert_eq!(verify(&ring, &token(&key('h'), Some("hs"))), Ok(()));
        assert_eq!(verify(&ring, &token(&key('h'), Some("ed"))), Err(Invalid::Algorithm.into()));
    }

    #[test]
    fn without_signatures_no_key_need_be_found() {
        let ring = KeyRing::named("new", key('n')).retired(Some("old"), key('o').verifying_key());
        let open = Validation { signatures: danger::ignored_signatures(), ..Validation::default() };
        let seen = SeenTokens::of(&ring);
        let foreign = token(&key('x'), Some("nobody's"));
        assert!(seen.verify_by_ring(foreign.expose(), &ring, &open, NOW).is_ok());
    }
}
