//! `scrypt$N$salt$r$p$hash`: RFC 7914, 64 bytes of output in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use scrypt::Params;

use super::encoding::{decimal, is_same, new_salt};
use super::hasher::{Computation, Scheme, StoredHash};
use crate::entropy::Entropy;
use crate::secret::Password;

/// The work factor of scrypt. A hash takes 128 · `block_size` · (`work_factor` + `parallelism`) bytes of memory, at
/// most 1 GiB.
///
/// Django itself, with its `maxmem` of 0, computes no hash that takes more than 32 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScryptCost {
    /// r (`ScryptPasswordHasher.block_size`, 8).
    pub block_size: u32,
    /// p (`ScryptPasswordHasher.parallelism`, 5). One thread does all the work.
    pub parallelism: u32,
    /// N, a power of two above 1 (`ScryptPasswordHasher.work_factor`, 16 384).
    pub work_factor: u32,
}

impl Default for ScryptCost {
    fn default() -> Self {
        Self { block_size: 8, parallelism: 5, work_factor: 1 << 14 }
    }
}

impl ScryptCost {
    fn affordable(self) -> Option<Params> {
        let (n, r, p) =
            (u128::from(self.work_factor), u128::from(self.block_size), u128::from(self.parallelism));
        // Before the library sees them: it multiplies without looking.
        let affordable = 128 * r * (n + p) <= MAX_MEMORY && n * r * p <= MAX_WORK;
        if !affordable || n < 2 || !n.is_power_of_two() {
            return None;
        }
        let log_n = u8::try_from(self.work_factor.ilog2()).ok()?;
        Params::new(log_n, self.block_size, self.parallelism).ok()
    }
}

pub(super) struct ScryptScheme {
    cost: ScryptCost,
    params: Params,
}

impl ScryptScheme {
    pub(super) fn new(cost: ScryptCost) -> Option<Self> {
        Some(Self { cost, params: cost.affordable()? })
    }
}

impl Scheme for ScryptScheme {
    fn encode<'a>(&'a self, password: &Password, entropy: &dyn Entropy) -> Computation<'a, String> {
        let salt = new_salt(entropy);
        let ScryptCost { block_size, parallelism, work_factor } = self.cost;
        let hash = derive(password, &salt, &self.params);
        Computation::Done(format!("{work_factor}${salt}${block_size}${parallelism}${hash}"))
    }

    fn read<'a>(&'a self, fields: &'a str) -> Option<Box<dyn StoredHash + 'a>> {
        let mut fields = fields.splitn(5, '$');
        let work_factor = decimal(fields.next()?)?;
        let salt = fields.next().filter(|salt| !salt.is_empty())?;
        let block_size = decimal(fields.next()?)?;
        let parallelism = decimal(fields.next()?)?;
        let cost = ScryptCost { block_size, parallelism, work_factor };
        let params = cost.affordable()?;
        Some(Box::new(ScryptHash { scheme: self, cost, params, salt, hash: fields.next()? }))
    }
}

struct ScryptHash<'a> {
    scheme: &'a ScryptScheme,
    cost: ScryptCost,
    params: Params,
    salt: &'a str,
    hash: &'a str,
}

impl StoredHash for ScryptHash<'_> {
    fn matches(&self, password: &Password) -> Computation<'_, bool> {
        Computation::Done(is_same(derive(password, self.salt, &self.params), self.hash))
    }

    /// The salt is not looked at: Django's scrypt hasher does not either.
    fn is_outdated(&self) -> bool {
        self.cost != self.scheme.cost
    }
}

#[expect(clippy::expect_used, reason = "the only error is an output that is empty or 128 GiB long")]
fn derive(password: &Password, salt: &str, params: &Params) -> String {
    let mut hash = [0; 64];
    scrypt::scrypt(password.expose().as_bytes(), salt.as_bytes(), params, &mut hash)
        .expect("64 bytes are a length");
    STANDARD.encode(hash)
}

/// 1 GiB, in bytes.
const MAX_MEMORY: u128 = 1 << 30;
/// 256 times the N · r · p of Django's default.
const MAX_WORK: u128 = 256 * (1 << 14) * 8 * 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::hasher::Hasher;
    use crate::password::testing::{assert_current, assert_malformed, assert_outdated};

    const QUICK: ScryptCost = ScryptCost { block_size: 2, parallelism: 3, work_factor: 16 };

    /// Made by Django 5.2's `ScryptPasswordHasher`.
    #[test]
    fn djangos_hashes_verify() {
        #[rustfmt::skip]
        let vectors = [
            (QUICK, "correct horse", "scrypt$16$seasalt0seasalt0seasal$2$3$sVndoDW9duOadQTWHFdF9N35UTj5g6y0AL2OH+7wqOIbPrpY4GaXekNbjMhpQ9dzwaJOwLSu5cJLXmyyJazuYA=="),
            (QUICK, "пароль-密码-🔑", "scrypt$16$seasalt0seasalt0seasal$2$3$Rsw41OHCY9cGq9C5qt7nEWcnTl7Z4ip2XPPdWmf2OddV1p0Y3fdFvjeKkitk6wXsM9NA/YgYzm+a5mNrjgZ7ag=="),
            (QUICK, &"0123456789".repeat(8), "scrypt$16$seasalt0seasalt0seasal$2$3$gT19wqJvj8PL/Y76VN32tyAqltOg/sb8A0eAl/l5u9rZ7LB1+UKDhEEtvkDiNVyhGBDjJqnMLfLHKnahXWZ3wg=="),
            (ScryptCost::default(), "correct horse", "scrypt$16384$seasalt0seasalt0seasal$8$5$7TVUcB8JP2uSOYvqnwYUUNO3mhsdamowEM+9c5j0jrrDdF1Csu8n0r1G68Rm5fX39k4pTZMYJwN974JAe++4IQ=="),
        ];
        for (cost, password, stored) in vectors {
            assert_current(Hasher::Scrypt(cost), password, stored);
        }
    }

    #[test]
    fn other_work_factors_are_outdated() {
        let stored = "scrypt$16$seasalt0seasalt0seasal$1$3$qyx79DhUbsu5NUTMj6EeuT9e5mRiwjtH2bkwgurMQG6MiW/aZDfLilexmG3AmsySGoUUlRcL0s5jasCxr7/lzA==";
        let same = ScryptCost { block_size: 1, ..QUICK };
        assert_current(Hasher::Scrypt(same), "", stored);
        let others = [QUICK, ScryptCost { parallelism: 2, ..same }, ScryptCost { work_factor: 8, ..same }];
        for other in others {
            assert_outdated(Hasher::Scrypt(other), "", stored);
        }
    }

    #[test]
    fn malformed_hashes_are_not_read() {
        for stored in [
            "scrypt",
            "scrypt$16$salt$2$3",
            "scrypt$16$$2$3$hash",
            "scrypt$0$salt$2$3$hash",
            "scrypt$1$salt$2$3$hash",
            "scrypt$15$salt$2$3$hash",
            "scrypt$16$salt$0$3$hash",
            "scrypt$16$salt$2$0$hash",
            "scrypt$16$salt$-2$3$hash",
            "scrypt$16$salt$2$x$hash",
            "scrypt$2147483648$salt$8$5$hash",
            "scrypt$16$salt$4294967295$4294967295$hash",
            "scrypt$2147483648$salt$4294967295$4294967295$hash",
            "scrypt$18446744073709551616$salt$8$5$hash",
        ] {
            assert_malformed(Hasher::Scrypt(QUICK), stored);
        }
    }
}
