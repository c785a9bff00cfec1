//! Signatures that were verified before: to verify with a public key costs a hundred times as much as to find the answer
//! again.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::jwt::{TokenError, Unverified, Validation, Verified};
use crate::key::VerifyingKey;

/// Tokens whose signatures a public key has verified, by their exact bytes and that key. Nobody waits for anybody here.
///
/// Only the signature is remembered: `exp` and everything else that a [`Validation`] asks is asked every time. A token that does
/// not verify is not remembered, so nobody can fill this with anything but what the keys' owner has signed. What is
/// full forgets: each token has two places, and takes one of them from whoever has it.
///
/// An HMAC is not remembered: computing it is as fast.
pub struct SeenTokens {
    places: Box<[ArcSwapOption<Seen>]>,
}

struct Seen {
    token: Box<str>,
    key: VerifyingKey,
    claims: Claims,
}

/// A longer token is verified every time: it would take the room of many.
const LONGEST: usize = 4096;

impl SeenTokens {
    /// Room for so many tokens, rounded up to a power of two. Each takes about three times its length in memory, and none has more
    /// than four kilobytes.
    pub fn new(tokens: NonZeroUsize) -> Self {
        let places = tokens.get().max(2).next_power_of_two();
        Self { places: (0..places).map(|_| ArcSwapOption::empty()).collect() }
    }

    /// Verifies a token with `key`, whose signature is computed unless it was before. `unverified` is the token split,
    /// where that has been done.
    ///
    /// # Errors
    ///
    /// As [`Unverified::verify`].
    pub fn verify(
        &self,
        token: &str,
        key: &VerifyingKey,
        validation: &Validation,
        now: Timestamp,
    ) -> Result<Verified<Claims>, TokenError> {
        if key.algorithm().is_hmac() || validation.signatures.are_ignored() || token.len() > LONGEST {
            return Unverified::parse(token)?.verify(key, validation, now);
        }
        let places = self.places_of(token);
        for place in places {
            let seen = self.places[place].load();
            if let Some(seen) = seen.as_deref().filter(|seen| seen.is(token, key)) {
                validation.check(&seen.claims, now)?;
                return Ok(Verified::held(seen.claims.clone()));
            }
        }
        let claims = Unverified::parse(token)?.verify_signature(key)?;
        validation.check(&claims, now)?;
        let free = places.into_iter().find(|place| self.places[*place].load().is_none());
        let seen = Seen { token: token.into(), key: key.clone(), claims: claims.clone() };
        self.places[free.unwrap_or(places[0])].store(Some(Arc::new(seen)));
        Ok(Verified::held(claims))
    }

    /// The signature is as good as random, so some of it tells where a token belongs. Whoever makes tokens up that belong elsewhere
    /// finds nothing there.
    fn places_of(&self, token: &str) -> [usize; 2] {
        let bytes = token.as_bytes();
        let from_the_end = |back: usize| {
            let start = bytes.len().saturating_sub(back);
            bytes[start..].first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight))
        };
        let mixed = from_the_end(SPREAD).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        #[expect(clippy::cast_possible_truncation, reason = "any of its bits will do")]
        let place = |bits: u64| bits as usize & (self.places.len() - 1);
        [place(mixed >> 32), place(mixed >> 16)]
    }
}

/// So many characters before a token's end begin those that are looked at: inside of every signature, and before the last bytes
/// of an Ed25519 signature, which are no more than a few different ones.
const SPREAD: usize = 40;

impl Seen {
    fn is(&self, token: &str, key: &VerifyingKey) -> bool {
        // How much of a token is right is nobody's business, even if it takes a guess with the right signature to ask.
        verify_slices_are_equal(self.token.as_bytes(), token.as_bytes()).is_ok() && self.key.is_same_as(key)
    }
}

impl fmt::Debug for SeenTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeenTokens").field("places", &self.places.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::jwt::{Invalid, sign};
    use crate::key::testdata::signing_key;
    use crate::key::{Algorithm, SigningKey};

    const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

    impl SeenTokens {
        fn count(&self) -> usize {
            self.places.iter().filter(|place| place.load().is_some()).count()
        }
    }

    fn seen(tokens: usize) -> SeenTokens {
        SeenTokens::new(tokens.try_into().unwrap())
    }

    fn token(key: &SigningKey, json: &str) -> String {
        sign(&Claims::parse(json).unwrap(), key, None).unwrap().expose().to_owned()
    }

    fn verify(
        seen: &SeenTokens,
        token: &str,
        key: &SigningKey,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        let claims = seen.verify(token, &key.verifying_key(), &Validation::default(), now)?;
        Ok(claims.to_json())
    }

    #[test]
    fn a_token_that_was_seen_says_what_it_said_and_its_times_are_asked_again() {
        for algorithm in [Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256] {
            let (seen, key) = (seen(8), signing_key(algorithm));
            let json = r#"{"exp":1700000001,"sub":"ada","\u0061":[1]}"#;
            let token = token(&key, json);
            let said = verify(&seen, &token, &key, NOW).unwrap();
            assert_eq!(said, r#"{"exp":1700000001,"sub":"ada","a":[1]}"#);
            assert_eq!((verify(&seen, &token, &key, NOW), seen.count()), (Ok(said), 1), "{algorithm}");
            let later = Timestamp::from_secs(1_700_000_001);
            assert_eq!(verify(&seen, &token, &key, later), Err(TokenError::Expired), "{algorithm}");
        }
    }

    #[test]
    fn no_other_spelling_and_no_other_key_is_let_in_by_what_was_seen() {
        let (seen, key) = (seen(8), signing_key(Algorithm::Es256));
        let good = token(&key, r#"{"sub":"ada"}"#);
        assert!(verify(&seen, &good, &key, NOW).is_ok());
        for index in 0..good.len() {
            let mut other = good.clone().into_bytes();
            other[index] = if other[index] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert!(other == good || verify(&seen, &other, &key, NOW).is_err(), "{index}");
        }
        for other in [format!("{good}A"), format!("{good}="), format!(" {good}"), good[1..].to_owned()] {
            assert!(verify(&seen, &other, &key, NOW).is_err(), "{other}");
        }
        let wrong = Err(TokenError::Invalid(Invalid::Algorithm));
        assert_eq!(verify(&seen, &good, &signing_key(Algorithm::EdDsa), NOW), wrong);
        // The same numbers, but another key to us: it has to look for itself.
        assert!(verify(&seen, &good, &signing_key(Algorithm::Es256), NOW).is_ok());
    }

    #[test]
    fn what_does_not_verify_and_what_takes_much_room_is_not_remembered() {
        let (seen, key) = (seen(8), signing_key(Algorithm::EdDsa));
        let good = token(&key, r#"{"sub":"ada"}"#);
        let forged = token(&key, r#"{"sub":"eve"}"#);
        let mixed = format!("{}.{}", forged.rsplit_once('.').unwrap().0, good.rsplit_once('.').unwrap().1);
        assert_eq!(verify(&seen, &mixed, &key, NOW), Err(TokenError::Invalid(Invalid::Signature)));
        assert!(verify(&seen, &token(&key, r#"{"exp":1}"#), &key, NOW).is_err());
        let long = token(&key, &format!(r#"{{"sub":"{}"}}"#, "x".repeat(LONGEST)));
        assert!(verify(&seen, &long, &key, NOW).is_ok());
        let hmac = signing_key(Algorithm::Hs256);
        assert!(verify(&seen, &token(&hmac, "{}"), &hmac, NOW).is_ok());
        for short in ["", ".", "..", "a.b.c"] {
            assert!(verify(&seen, short, &key, NOW).is_err());
        }
        assert_eq!(seen.count(), 0);
    }

    #[test]
    fn many_threads_with_more_tokens_than_there_is_room_for_all_get_their_own_claims() {
        let (seen, key) = (seen(16), signing_key(Algorithm::EdDsa));
        let tokens: Vec<_> = (0..64).map(|number| format!(r#"{{"sub":"{number}"}}"#)).collect();
        let tokens: Vec<_> = tokens.into_iter().map(|json| (token(&key, &json), json)).collect();
        thread::scope(|scope| {
            for first in 0..4 {
                let (seen, key, tokens) = (&seen, &key, &tokens);
                scope.spawn(move || {
                    for (token, json) in tokens.iter().cycle().skip(first * 16).take(256) {
                        assert_eq!(verify(seen, token, key, NOW).as_ref(), Ok(json));
                    }
                });
            }
        });
        assert!((2..=16).contains(&seen.count()), "{}", seen.count());
    }
}
