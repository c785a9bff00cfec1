//! `pbkdf2_sha256$iterations$salt$hash` and `pbkdf2_sha1$…`: RFC 8018 §5.2, one block of output in base64.

use std::hint::black_box;
use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_pbkdf2::Work;

use super::encoding::{decimal, is_same, is_short_salt, new_salt};
use super::hasher::{Computation, Scheme, StoredHash};
use crate::entropy::Entropy;
use crate::secret::Password;

/// The work factor of PBKDF2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pbkdf2Cost {
    /// How often the password is hashed: 1 to 256 000 000 (`PBKDF2PasswordHasher.iterations`, 1 000 000).
    pub iterations: u32,
}

impl Default for Pbkdf2Cost {
    fn default() -> Self {
        Self { iterations: 1_000_000 }
    }
}

impl Pbkdf2Cost {
    fn affordable(self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.iterations).filter(|iterations| iterations.get() <= MAX_ITERATIONS)
    }
}

/// The hash function under PBKDF2.
#[derive(Clone, Copy)]
pub(super) enum Digest {
    Sha1,
    Sha256,
}

impl Digest {
    /// What is made of the hash in base64, which is as long as the digest.
    fn derive<'a, T>(
        self,
        password: &Password,
        salt: &str,
        iterations: NonZeroU32,
        then: impl FnOnce(String) -> T + 'a,
    ) -> Computation<'a, T> {
        let (password, salt) = (password.expose().as_bytes(), salt.as_bytes());
        let (algorithm, length) = match self {
            Self::Sha1 => (pbkdf2::PBKDF2_HMAC_SHA1, 20),
            Self::Sha256 if is_derived_in_lanes() => {
                let work = Work::new(password, salt, iterations);
                return Computation::Derive(work, Box::new(|hash| then(STANDARD.encode(hash))));
            }
            Self::Sha256 => (pbkdf2::PBKDF2_HMAC_SHA256, 32),
        };
        let mut hash = [0; 32];
        let hash = &mut hash[..length];
        pbkdf2::derive(algorithm, iterations, salt, password, hash);
        Computation::Done(then(STANDARD.encode(hash)))
    }
}

/// Whether PBKDF2-HMAC-SHA256 is computed beside others on this machine.
pub(super) fn is_derived_in_lanes() -> bool {
    countersign_pbkdf2::pays()
}

pub(super) struct Pbkdf2Scheme {
    digest: Digest,
    iterations: NonZeroU32,
}

impl Pbkdf2Scheme {
    pub(super) fn new(digest: Digest, cost: Pbkdf2Cost) -> Option<Self> {
        Some(Self { digest, iterations: cost.affordable()? })
    }
}

impl Scheme for Pbkdf2Scheme {
    fn encode<'a>(&'a self, password: &Password, entropy: &dyn Entropy) -> Computation<'a, String> {
        let (salt, iterations) = (new_salt(entropy), self.iterations);
        let with = salt.clone();
        self.digest.derive(password, &with, iterations, move |hash| format!("{iterations}${salt}${hash}"))
    }

    fn read<'a>(&'a self, fields: &'a str) -> Option<Box<dyn StoredHash + 'a>> {
        let mut fields = fields.splitn(3, '$');
        let iterations = Pbkdf2Cost { iterations: decimal(fields.next()?)? }.affordable()?;
        let salt = fields.next().filter(|salt| !salt.is_empty())?;
        Some(Box::new(Pbkdf2Hash { scheme: self, iterations, salt, hash: fields.next()? }))
    }
}

struct Pbkdf2Hash<'a> {
    scheme: &'a Pbkdf2Scheme,
    iterations: NonZeroU32,
    salt: &'a str,
    hash: &'a str,
}

impl StoredHash for Pbkdf2Hash<'_> {
    fn matches(&self, password: &Password) -> Computation<'_, bool> {
        self.scheme.digest.derive(password, self.salt, self.iterations, |hash| is_same(hash, self.hash))
    }

    fn is_outdated(&self) -> bool {
        self.iterations != self.scheme.iterations || is_short_salt(self.salt.chars().count())
    }

    fn harden(&self, password: &Password) -> Computation<'_, ()> {
        let missing = self.scheme.iterations.get().saturating_sub(self.iterations.get());
        NonZeroU32::new(missing).map_or(Computation::Done(()), |missing| {
            self.scheme.digest.derive(password, self.salt, missing, |hash| drop(black_box(hash)))
        })
    }
}

/// 256 times Django's default: minutes of work, which no project chose on purpose.
const MAX_ITERATIONS: u32 = 256_000_000;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::password::hasher::{Hasher, HereAndNow};
    use crate::password::testing::{assert_current, assert_malformed, assert_outdated};

    const QUICK: Hasher = Hasher::Pbkdf2Sha256(Pbkdf2Cost { iterations: 100 });
    const QUICK_SHA1: Hasher = Hasher::Pbkdf2Sha1(Pbkdf2Cost { iterations: 100 });

    /// Made by Django 5.2's `PBKDF2PasswordHasher` and `PBKDF2SHA1PasswordHasher`.
    #[test]
    fn djangos_hashes_verify() {
        #[rustfmt::skip]
        let vectors = [
            (QUICK, "correct horse", "pbkdf2_sha256$100$seasalt0seasalt0seasal$eAimbdEClef/fNjWN7idKOWYr4FN110xYyn6gK+Wie4="),
            (QUICK, "пароль-密码-🔑", "pbkdf2_sha256$100$seasalt0seasalt0seasal$4PlC9/eeO/x9i5fcT0Qc3ag6KVrW0peBEERlDdbgg/A="),
            (QUICK, &"0123456789".repeat(8), "pbkdf2_sha256$100$seasalt0seasalt0seasal$z2LeJkFDSlbGpF8g0IxVmBi50Ak3JEtB2VvmVDzSqrI="),
            (QUICK_SHA1, "correct horse", "pbkdf2_sha1$100$seasalt0seasalt0seasal$jJDYYW2CJxe+H6WJ2OXaubNU3NA="),
            (QUICK_SHA1, "пароль-密码-🔑", "pbkdf2_sha1$100$seasalt0seasalt0seasal$Qf0dZ99MyoGPPHKAdKcc8TcUyXg="),
            (QUICK_SHA1, &"0123456789".repeat(8), "pbkdf2_sha1$100$seasalt0seasalt0seasal$latEtkVnhY+BR5QHLvdWT6dOgEU="),
            (Hasher::Pbkdf2Sha256(Pbkdf2Cost::default()), "correct horse", "pbkdf2_sha256$1000000$seasalt0seasalt0seasal$VfBzmoC9n5EyjK1r4Xjw8mWpkld72qLclt7Cpz7sY5o="),
        ];
        for (hasher, password, stored) in vectors {
            assert_current(hasher, password, stored);
        }
    }

    #[test]
    fn other_iterations_and_short_salts_are_outdated() {
        #[rustfmt::skip]
        let vectors = [
            (QUICK, "", "pbkdf2_sha256$1$seasalt0seasalt0seasal$6t96zgi2TyQf5rUhA0AiKhFGi59L4VP1n9+sNbBN7Wc="),
            (QUICK, "пароль-密码-🔑", "pbkdf2_sha256$3$sält$seHAvhy/SGBbu934QwuEaqiHSbMYrm99IEZiBgsYAsc="),
            (Hasher::Pbkdf2Sha256(Pbkdf2Cost { iterations: 3 }), "пароль-密码-🔑", "pbkdf2_sha256$3$sält$seHAvhy/SGBbu934QwuEaqiHSbMYrm99IEZiBgsYAsc="),
            (Hasher::Pbkdf2Sha256(Pbkdf2Cost { iterations: 99 }), "correct horse", "pbkdf2_sha256$100$seasalt0seasalt0seasal$eAimbdEClef/fNjWN7idKOWYr4FN110xYyn6gK+Wie4="),
            (QUICK_SHA1, "", "pbkdf2_sha1$1$seasalt0seasalt0seasal$lgNVcjye1FvW7QYfyOHeRsdnrI8="),
        ];
        for (hasher, password, stored) in vectors {
            assert_outdated(hasher, password, stored);
        }
    }

    #[test]
    fn malformed_hashes_are_not_read() {
        for stored in [
            "pbkdf2_sha256",
            "pbkdf2_sha256$",
            "pbkdf2_sha256$100",
            "pbkdf2_sha256$100$salt",
            "pbkdf2_sha256$100$$6t96zgi2TyQf5rUhA0AiKhFGi59L4VP1n9+sNbBN7Wc=",
            "pbkdf2_sha256$0$salt$hash",
            "pbkdf2_sha256$-1$salt$hash",
            "pbkdf2_sha256$0100$salt$hash",
            "pbkdf2_sha256$ten$salt$hash",
            "pbkdf2_sha256$256000001$salt$hash",
            "pbkdf2_sha256$4294967296$salt$hash",
            "pbkdf2_sha256$99999999999999999999999$salt$hash",
        ] {
            assert_malformed(QUICK, stored);
        }
    }

    #[test]
    fn a_hash_that_is_not_base64_or_not_whole_matches_nothing() {
        let hash = "6t96zgi2TyQf5rUhA0AiKhFGi59L4VP1n9+sNbBN7Wc=";
        for hash in ["", "****", &hash[..43], &format!("{hash}="), &format!("{hash}$"), "$"] {
            let fields = format!("1$seasalt0seasalt0seasal${hash}");
            let scheme = QUICK.prepare().unwrap();
            let read = scheme.read(&fields).unwrap();
            let matches = read.matches(&Password::new("")).at(&HereAndNow).now_or_never();
            assert_eq!(matches, Some(false), "{hash}");
        }
    }

    #[test]
    fn work_factors_beyond_the_limits_are_refused() {
        for iterations in [0, MAX_ITERATIONS + 1, u32::MAX] {
            assert!(Hasher::Pbkdf2Sha256(Pbkdf2Cost { iterations }).prepare().is_none());
        }
    }
}
