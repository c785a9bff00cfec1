//! `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash`: RFC 9106, salt and hash in base64 without padding.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::encoding::{decimal, is_same, is_short_salt, new_salt};
use super::hasher::{Computation, Scheme, StoredHash};
use crate::entropy::Entropy;
use crate::secret::Password;

/// The work factor of Argon2. At most 1 GiB of memory, and 256 times the work of the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argon2Cost {
    /// Memory in KiB, at least 8 · `parallelism` (`Argon2PasswordHasher.memory_cost`, 102 400).
    pub memory_cost: u32,
    /// Lanes (`Argon2PasswordHasher.parallelism`, 8). One thread computes them all: a pool's threads serve its callers.
    pub parallelism: u32,
    /// Passes over the memory (`Argon2PasswordHasher.time_cost`, 2).
    pub time_cost: u32,
}

impl Default for Argon2Cost {
    fn default() -> Self {
        Self { memory_cost: 102_400, parallelism: 8, time_cost: 2 }
    }
}

impl Argon2Cost {
    fn affordable(self, hash_length: usize) -> Option<Params> {
        let work = u64::from(self.memory_cost) * u64::from(self.time_cost);
        if self.memory_cost > MAX_MEMORY || work > MAX_WORK {
            return None;
        }
        Params::new(self.memory_cost, self.time_cost, self.parallelism, Some(hash_length)).ok()
    }
}

/// New hashes are of the variety argon2id, version 0x13 and 32 bytes long.
pub(super) struct Argon2Scheme {
    cost: Argon2Cost,
    params: Params,
}

impl Argon2Scheme {
    pub(super) fn new(cost: Argon2Cost) -> Option<Self> {
        Some(Self { cost, params: cost.affordable(HASH_LENGTH)? })
    }
}

impl Scheme for Argon2Scheme {
    #[expect(clippy::expect_used, reason = "without memory no password can be hashed; nothing else can fail")]
    fn encode<'a>(&'a self, password: &Password, entropy: &dyn Entropy) -> Computation<'a, String> {
        let salt = new_salt(entropy);
        let mut hash = [0; HASH_LENGTH];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone())
            .hash_password_into(password.expose().as_bytes(), salt.as_bytes(), &mut hash)
            .expect("enough memory for one hash");
        let Argon2Cost { memory_cost, parallelism, time_cost } = self.cost;
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash));
        Computation::Done(format!(
            "argon2id$v=19$m={memory_cost},t={time_cost},p={parallelism}${salt}${hash}"
        ))
    }

    /// A hash without `v=` is of version 0x10.
    fn read<'a>(&'a self, fields: &'a str) -> Option<Box<dyn StoredHash + 'a>> {
        let fields: Vec<&str> = fields.splitn(6, '$').collect();
        let (variety, version, costs, salt, hash) = match fields[..] {
            [variety, costs, salt, hash] => (variety, "v=16", costs, salt, hash),
            [variety, version, costs, salt, hash] => (variety, version, costs, salt, hash),
            _ => return None,
        };
        let variety = match variety {
            "argon2d" => Algorithm::Argon2d,
            "argon2i" => Algorithm::Argon2i,
            "argon2id" => Algorithm::Argon2id,
            _ => return None,
        };
        let version = match version {
            "v=16" => Version::V0x10,
            "v=19" => Version::V0x13,
            _ => return None,
        };
        let salt = STANDARD_NO_PAD.decode(salt).ok().filter(|salt| salt.len() >= argon2::MIN_SALT_LEN)?;
        let hash = STANDARD_NO_PAD.decode(hash).ok()?;
        let cost = read_cost(costs)?;
        let params = cost.affordable(hash.len())?;
        Some(Box::new(Argon2Hash { scheme: self, variety, version, cost, params, salt, hash }))
    }
}

fn read_cost(text: &str) -> Option<Argon2Cost> {
    let mut costs = text.splitn(3, ',');
    let mut cost = |name| decimal(costs.next()?.strip_prefix(name)?);
    let (memory_cost, time_cost, parallelism) = (cost("m=")?, cost("t=")?, cost("p=")?);
    Some(Argon2Cost { memory_cost, parallelism, time_cost })
}

struct Argon2Hash<'a> {
    scheme: &'a Argon2Scheme,
    variety: Algorithm,
    version: Version,
    cost: Argon2Cost,
    params: Params,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl StoredHash for Argon2Hash<'_> {
    fn matches(&self, password: &Password) -> Computation<'_, bool> {
        let mut hash = vec![0; self.hash.len()];
        let hashed = Argon2::new(self.variety, self.version, self.params.clone()).hash_password_into(
            password.expose().as_bytes(),
            &self.salt,
            &mut hash,
        );
        Computation::Done(hashed.is_ok_and(|()| is_same(hash, &self.hash)))
    }

    fn is_outdated(&self) -> bool {
        self.variety != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.cost != self.scheme.cost
            || self.hash.len() != HASH_LENGTH
            || is_short_salt(self.salt.len())
    }
}

/// `argon2.DEFAULT_HASH_LENGTH`, in bytes.
const HASH_LENGTH: usize = 32;
/// 1 GiB, in KiB.
const MAX_MEMORY: u32 = 1 << 20;
/// 256 times the memory and passes of Django's default, in KiB.
const MAX_WORK: u64 = 256 * 102_400 * 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::password::hasher::Hasher;
    use crate::password::testing::{assert_current, assert_malformed, assert_outdated};

    const QUICK: Argon2Cost = Argon2Cost { memory_cost: 101, parallelism: 3, time_cost: 2 };

    /// Made by Django 5.2's `Argon2PasswordHasher`.
    #[test]
    fn djangos_hashes_verify() {
        let stored = "argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdDBzZWFzYWx0MHNlYXNhbA$zUzqUjS8yy6CX1uE3IfuNrHI9aCqTodMzY7jRuK4Tu8";
        assert_current(Hasher::Argon2(Argon2Cost::default()), "correct horse", stored);
    }

    /// Made by argon2-cffi's `hash_secret` with 24 bytes of output, and verified by Django 5.2.
    #[test]
    fn every_variety_and_version_verifies_and_is_outdated() {
        let long = "0123456789".repeat(8);
        let non_ascii = "пароль-密码-🔑";
        for (password, variety, hash) in [
            (non_ascii, "argon2i$v=16", "Db6cSZNYjWkycR1tmQAiSBMjSy11ZxI2"),
            (non_ascii, "argon2i", "Db6cSZNYjWkycR1tmQAiSBMjSy11ZxI2"),
            ("correct horse", "argon2i$v=19", "Vq6vjPdEApdOtMUG7pNBdmX2wkN8d0jb"),
            (non_ascii, "argon2i$v=19", "O+VVfrdM98KsFMw+YJKV2WWiUyQDuxgl"),
            (&long, "argon2i$v=19", "/vmaeX4p7lS+o54orhDAeERn1x0MiUV5"),
            ("", "argon2i$v=19", "4Rz75feilJup2imy6FT93j/6tRfIcUtZ"),
            (non_ascii, "argon2d$v=16", "2OjgxRy9Y3gaosYx6NAQ+9/kF/FuWAgR"),
            (non_ascii, "argon2d", "2OjgxRy9Y3gaosYx6NAQ+9/kF/FuWAgR"),
            ("correct horse", "argon2d$v=19", "t2rx3Vj2Z6QuBqPp+Qq4AAZ26kXNRMRh"),
            (non_ascii, "argon2d$v=19", "dA5M93bE2G4v08aKMD31gwEtZyUmCvBu"),
            (&long, "argon2d$v=19", "YpQyx1EpjMUydO/mh/L1oPtm04TKYwKk"),
            ("", "argon2d$v=19", "mXaq+Pluv6FbDs5xUu8lNb7zhxA1hQh3"),
            (non_ascii, "argon2id$v=16", "keDCGZi3d/lx1DiVqV8Ep7zD4/fckONd"),
            (non_ascii, "argon2id", "keDCGZi3d/lx1DiVqV8Ep7zD4/fckONd"),
            ("correct horse", "argon2id$v=19", "mUqkohj/uieDxxdidSODUpqkA3Ka8xgf"),
            (non_ascii, "argon2id$v=19", "BAa4MUzXEu+5oZzKUJ8DyrH6BPIiB3CI"),
            (&long, "argon2id$v=19", "RfVb4US1/ofeER5GnZRLrTfZl7Z3xsBA"),
            ("", "argon2id$v=19", "hK8rE6N4WEaG/WFMUd7/25U4wOiX5pRy"),
        ] {
            let stored = format!("argon2${variety}$m=101,t=2,p=3$c2Vhc2FsdDBzZWFzYWx0MHNlYXNhbA${hash}");
            assert_outdated(Hasher::Argon2(QUICK), password, &stored);
        }
    }

    #[test]
    fn every_part_of_the_cost_makes_a_hash_outdated() {
        let scheme = Argon2Scheme::new(QUICK).unwrap();
        let Computation::Done(made) = scheme.encode(&Password::new(""), &SystemEntropy) else {
            panic!("Argon2 leaves nothing to do")
        };
        let stored = format!("argon2${made}");
        assert_current(Hasher::Argon2(QUICK), "", &stored);
        for other in [
            Argon2Cost { memory_cost: 100, ..QUICK },
            Argon2Cost { parallelism: 2, ..QUICK },
            Argon2Cost { time_cost: 1, ..QUICK },
        ] {
            assert_outdated(Hasher::Argon2(other), "", &stored);
        }
    }

    #[test]
    fn a_short_salt_makes_a_hash_outdated() {
        let scheme = Argon2Scheme::new(QUICK).unwrap();
        let hash = STANDARD_NO_PAD.encode([0; 32]);
        for (salt, outdated) in [([b's'; 22].as_slice(), false), (&[b's'; 21], true)] {
            let salt = STANDARD_NO_PAD.encode(salt);
            let fields = format!("argon2id$v=19$m=101,t=2,p=3${salt}${hash}");
            assert_eq!(scheme.read(&fields).unwrap().is_outdated(), outdated);
        }
    }

    #[test]
    fn malformed_hashes_are_not_read() {
        let (salt, hash) = ("c2Vhc2FsdDBzZWFzYWx0MHNlYXNhbA", "mUqkohj/uieDxxdidSODUpqkA3Ka8xgf");
        for stored in [
            "argon2".to_owned(),
            "argon2$argon2id".to_owned(),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3${salt}"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3${salt}${hash}$"),
            format!("argon2$argon2x$v=19$m=101,t=2,p=3${salt}${hash}"),
            format!("argon2$$argon2id$v=19$m=101,t=2,p=3${salt}${hash}"),
            format!("argon2$argon2id$v=18$m=101,t=2,p=3${salt}${hash}"),
            format!("argon2$argon2id$v=19$t=2,m=101,p=3${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=2${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3,keyid=AA${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=0101,t=2,p=3${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=23,t=2,p=3${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=0,p=3${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=0${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=1048577,t=1,p=1${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=4294967295,t=1,p=1${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=4294967295,p=1${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=1,p=4294967295${salt}${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3$c2FsdA${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3${salt}==${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3$*${hash}"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3${salt}$"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3${salt}$AAA"),
            format!("argon2$argon2id$v=19$m=101,t=2,p=3${salt}$not base64"),
        ] {
            assert_malformed(Hasher::Argon2(QUICK), &stored);
        }
    }

    #[test]
    fn work_factors_beyond_the_limits_are_refused() {
        for cost in [
            Argon2Cost { memory_cost: 23, ..QUICK },
            Argon2Cost { memory_cost: MAX_MEMORY + 1, ..QUICK },
            Argon2Cost { memory_cost: MAX_MEMORY, time_cost: 51, ..QUICK },
            Argon2Cost { parallelism: 0, ..QUICK },
            Argon2Cost { time_cost: 0, ..QUICK },
        ] {
            assert!(Hasher::Argon2(cost).prepare().is_none(), "{cost:?}");
        }
    }
}
