//! Signatures that were verified before: a public key's verification costs fifty times as much as finding its answer again.

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
