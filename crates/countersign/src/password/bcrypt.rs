//! `bcrypt$$2b$rounds$…` and `bcrypt_sha256$$2b$rounds$…`: 22 characters of salt and 31 of hash in bcrypt's own base64.

use std::hint::black_box;

use aws_lc_rs::digest;
use bcrypt::{HashParts, hash_with_salt_bytes};

use super::encoding::{hex, is_same};
use super::hasher::{Computation, Scheme, StoredHash};
use crate::entropy::Entropy;
use crate::secret::Password;

/// The work factor of bcrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BcryptCost {
    /// The binary logarithm of the number of rounds: 4 to 20 (`BCryptSHA256PasswordHasher.rounds`, 12).
    pub rounds: u32,
}

impl Default for BcryptCost {
    fn default() -> Self {
        Self { rounds: 12 }
    }
}

impl BcryptCost {
    fn affordable(self) -> Option<Rounds> {
        (4..=MAX_ROUNDS).contains(&self.rounds).then_some(Rounds(self.rounds))
    }
}

/// A [`BcryptCost`] that is affordable.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Rounds(u32);

/// What bcrypt gets to hash.
#[derive(Clone, Copy)]
pub(super) enum Input {
    /// The password.
    ///
    /// DIFFERENCE: bcrypt reads 72 bytes; the rest is ignored as by every bcrypt library until Python's 5.0,
    /// which raises an error, so that hashes made before stay good.
    Password,
    /// The SHA-256 of the password in hex.
    Sha256,
}

impl Input {
    /// The hash in the form `$2b$rounds$…`.
    #[expect(clippy::expect_used, reason = "the only error is a cost out of range")]
    fn hash(self, password: &Password, Rounds(rounds): Rounds, salt: [u8; 16]) -> [u8; 60] {
        let password = password.expose().as_bytes();
        match self {
            Self::Password => hash_with_salt_bytes(password, rounds, salt),
            Self::Sha256 => {
                let digest = hex(digest::digest(&digest::SHA256, password).as_ref());
                hash_with_salt_bytes(digest.as_bytes(), rounds, salt)
            }
        }
        .expect("4 to 31 rounds")
    }
}

pub(super) struct BcryptScheme {
    input: Input,
    rounds: Rounds,
}

impl BcryptScheme {
    pub(super) fn new(input: Input, cost: BcryptCost) -> Option<Self> {
        Some(Self { input, rounds: cost.affordable()? })
    }
}

impl Scheme for BcryptScheme {
    fn encode<'a>(&'a self, password: &Password, entropy: &dyn Entropy) -> Computation<'a, String> {
        let mut salt = [0; 16];
        entropy.fill(&mut salt);
        Computation::Done(self.input.hash(password, self.rounds, salt).map(char::from).iter().collect())
    }

    /// `$2a$`, `$2b$`, `$2x$` and `$2y$` are one algorithm here, as in Python's bcrypt.
    fn read<'a>(&'a self, fields: &'a str) -> Option<Box<dyn StoredHash + 'a>> {
        let parts: HashParts = fields.parse().ok()?;
        let rounds = BcryptCost { rounds: parts.get_cost() }.affordable()?;
        Some(Box::new(BcryptHash { scheme: self, rounds, salt: parts.get_salt_raw(), encoded: fields }))
    }
}

struct BcryptHash<'a> {
    scheme: &'a BcryptScheme,
    rounds: Rounds,
    salt: [u8; 16],
    encoded: &'a str,
}

impl StoredHash for BcryptHash<'_> {
    fn matches(&self, password: &Password) -> Computation<'_, bool> {
        let computed = self.scheme.input.hash(password, self.rounds, self.salt);
        Computation::Done(is_same(&computed[VERSION..], &self.encoded.as_bytes()[VERSION..]))
    }

    fn is_outdated(&self) -> bool {
        self.rounds != self.scheme.rounds
    }

    /// Each round of the logarithm doubles the work, so 2ⁿ hashes of n rounds less cost the same.
    fn harden(&self, password: &Password) -> Computation<'_, ()> {
        let Rounds(wanted) = self.scheme.rounds;
        let Rounds(spent) = self.rounds;
        for _ in 1..1_u32 << wanted.saturating_sub(spent) {
            black_box(self.scheme.input.hash(password, self.rounds, self.salt));
        }
        Computation::Done(())
    }
}

/// The length of `$2b$`.
const VERSION: usize = 4;
/// 256 times the work of Django's default: a minute.
const MAX_ROUNDS: u32 = 20;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::hasher::Hasher;
    use crate::password::testing::{assert_current, assert_malformed, assert_outdated};

    const QUICK: Hasher = Hasher::Bcrypt(BcryptCost { rounds: 4 });
    const QUICK_SHA256: Hasher = Hasher::BcryptSha256(BcryptCost { rounds: 4 });

    /// Made by Django 5.2's `BCryptPasswordHasher` and `BCryptSHA256PasswordHasher`.
    #[test]
    fn djangos_hashes_verify() {
        let long = "0123456789".repeat(8);
        #[rustfmt::skip]
        let vectors = [
            (QUICK, "correct horse", "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"),
            (QUICK, "пароль-密码-🔑", "bcrypt$$2b$04$abcdefghijklmnopqrstuuMx4Fvzbum6fMy0Af9c5UQfPHgwEioYS"),
            (QUICK, "пароль-密码-🔑", "bcrypt$$2a$04$abcdefghijklmnopqrstuuMx4Fvzbum6fMy0Af9c5UQfPHgwEioYS"),
            (QUICK, "пароль-密码-🔑", "bcrypt$$2x$04$abcdefghijklmnopqrstuuMx4Fvzbum6fMy0Af9c5UQfPHgwEioYS"),
            (QUICK, "пароль-密码-🔑", "bcrypt$$2y$04$abcdefghijklmnopqrstuuMx4Fvzbum6fMy0Af9c5UQfPHgwEioYS"),
            (QUICK, &long[..72], "bcrypt$$2b$04$abcdefghijklmnopqrstuum2G75IXDN/xsgbNa/hCiPSKyIHQd70S"),
            (QUICK, "", "bcrypt$$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq"),
            (QUICK, "a\0b", "bcrypt$$2b$04$abcdefghijklmnopqrstuusjHI0zQHpOe3SFDK1IriYv6N79Gzr32"),
            (Hasher::Bcrypt(BcryptCost::default()), "correct horse", "bcrypt$$2b$12$abcdefghijklmnopqrstuuFDJRuYeKkCzo3Wy7h8SxhBSHBAHiPK2"),
            (QUICK_SHA256, "correct horse", "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuIvyWZlBcE3WoQXKqRnwrLYJ6nenE0Bq"),
            (QUICK_SHA256, "пароль-密码-🔑", "bcrypt_sha256$$2y$04$abcdefghijklmnopqrstuuo2tXTrsRF7QX78.7A5G9NTzxuHZTTda"),
            (QUICK_SHA256, &long, "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuhvK7XdV8JtC2nk31L1QuqKFRHB.7yKy"),
            (QUICK_SHA256, "", "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuAGUtA0XVhWMYe2lvlA94phs07MYN67C"),
            (QUICK_SHA256, "a\0b", "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuu9L9OfUs9F74zk2lLltZHjsngJvSteCG"),
        ];
        for (hasher, password, stored) in vectors {
            assert_current(hasher, password, stored);
        }
    }

    /// DIFFERENCE: Python's bcrypt 5 raises an error here.
    #[test]
    fn plain_bcrypt_ignores_what_comes_after_72_bytes() {
        let stored = "bcrypt$$2b$04$abcdefghijklmnopqrstuum2G75IXDN/xsgbNa/hCiPSKyIHQd70S";
        assert_current(QUICK, &"0123456789".repeat(8), stored);
    }

    #[test]
    fn other_rounds_are_outdated() {
        let stored = "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e";
        assert_outdated(Hasher::Bcrypt(BcryptCost { rounds: 5 }), "correct horse", stored);
    }

    #[test]
    fn malformed_hashes_are_not_read() {
        for stored in [
            "bcrypt",
            "bcrypt$",
            "bcrypt$$2b$04",
            "bcrypt$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "bcrypt$$2c$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "bcrypt$$2b$03$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "bcrypt$$2b$21$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "bcrypt$$2b$99$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "bcrypt$$2b$4$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "bcrypt$$2b$04$abcdefghijklmnopqrstuvjydOTSfIH/d5oUHpsygqV5X9xJLQc6e",
            "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6",
            "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6ee",
            "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc+e",
            "bcrypt$$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQäe",
        ] {
            assert_malformed(QUICK, stored);
        }
    }

    #[test]
    fn work_factors_beyond_the_limits_are_refused() {
        for rounds in [0, 3, MAX_ROUNDS + 1, 32, u32::MAX] {
            assert!(Hasher::Bcrypt(BcryptCost { rounds }).prepare().is_none());
        }
    }
}
