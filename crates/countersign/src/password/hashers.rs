//! The configured list of hashers, and the rule by which a password is verified with it.

use std::error::Error;
use std::fmt;
use std::hint::black_box;

use futures_util::FutureExt;

use super::argon2::Argon2Cost;
use super::bcrypt::BcryptCost;
use super::hasher::{Derive, Hasher, HereAndNow, Scheme, StoredHash};
use super::is_usable;
use super::pbkdf2::{Pbkdf2Cost, is_derived_in_lanes};
use super::scrypt::ScryptCost;
use crate::entropy::Entropy;
use crate::secret::{Password, StoredPassword};

/// The hashers of a project: the first, the *preferred* one, makes new hashes; all of them verify
/// (`PASSWORD_HASHERS`).
///
/// The `Default` is Django 5.2's: `pbkdf2_sha256`, `pbkdf2_sha1`, `argon2`, `bcrypt_sha256`, `scrypt`.
#[derive(Debug)]
pub struct PasswordHashers {
    preferred: Listed,
    others: Vec<Listed>,
}

impl PasswordHashers {
    /// The hashers in the order of `PASSWORD_HASHERS`. Of two with one name the first counts.
    ///
    /// # Errors
    ///
    /// When the list is empty, or a work factor is not one that the algorithm knows and a server can afford.
    pub fn new(hashers: Vec<Hasher>) -> Result<Self, PasswordHashersError> {
        let mut listed = hashers.into_iter().map(Listed::new);
        let preferred = listed.next().ok_or(PasswordHashersErrorKind::Empty)??;
        Ok(Self { preferred, others: listed.collect::<Result<_, _>>()? })
    }

    /// The hasher that makes new hashes.
    pub const fn preferred(&self) -> Hasher {
        self.preferred.hasher
    }

    /// Hashes a password with the preferred hasher and a new salt (`make_password`).
    ///
    /// # Panics
    ///
    /// When there is not the memory that Argon2 was configured to take.
    pub fn make(&self, password: &Password, entropy: &dyn Entropy) -> StoredPassword {
        at_once(self.make_at(&HereAndNow, password, entropy))
    }

    /// [`make`](Self::make) at a place where PBKDF2 may be computed beside others.
    pub(super) async fn make_at(
        &self,
        place: &impl Derive,
        password: &Password,
        entropy: &dyn Entropy,
    ) -> StoredPassword {
        let Listed { hasher, scheme } = &self.preferred;
        let fields = scheme.encode(password, entropy).at(place).await;
        StoredPassword::new(format!("{}${fields}", hasher.name()))
    }

    /// Spends the time of one hash made today: what a user who does not exist costs, so that names cannot be
    /// told apart by time.
    ///
    /// # Panics
    ///
    /// As [`make`](Self::make).
    pub fn burn(&self, password: &Password, entropy: &dyn Entropy) {
        at_once(self.burn_at(&HereAndNow, password, entropy));
    }

    /// [`burn`](Self::burn) at a place where PBKDF2 may be computed beside others.
    pub(super) async fn burn_at(&self, place: &impl Derive, password: &Password, entropy: &dyn Entropy) {
        black_box(self.make_at(place, password, entropy).await);
    }

    /// Verifies a password against a stored one (`verify_password`), and hashes it anew when it is correct
    /// but its hash is outdated.
    ///
    /// # Panics
    ///
    /// As [`make`](Self::make).
    pub fn verify(
        &self,
        password: &Password,
        stored: &StoredPassword,
        entropy: &dyn Entropy,
    ) -> Verification {
        at_once(self.verify_at(&HereAndNow, password, stored, entropy))
    }

    /// [`verify`](Self::verify) at a place where PBKDF2 may be computed beside others.
    pub(super) async fn verify_at(
        &self,
        place: &impl Derive,
        password: &Password,
        stored: &StoredPassword,
        entropy: &dyn Entropy,
    ) -> Verification {
        let Some((hasher, hash)) = self.read(stored) else {
            self.burn_at(place, password, entropy).await;
            return Verification::Wrong;
        };
        let same_hasher = hasher.name() == self.preferred.hasher.name();
        let outdated = !same_hasher || hash.is_outdated();
        match (hash.matches(password).at(place).await, outdated) {
            (true, false) => Verification::Correct,
            (true, true) => {
                let replacement = self.make_at(place, password, entropy).await;
                Verification::CorrectButOutdated { replacement }
            }
            (false, true) if same_hasher => {
                hash.harden(password).at(place).await;
                Verification::Wrong
            }
            (false, _) => Verification::Wrong,
        }
    }

    /// Whether making a hash begins with what can be computed beside others.
    pub(super) fn makes_beside_others(&self) -> bool {
        matches!(self.preferred.hasher, Hasher::Pbkdf2Sha256(_)) && is_derived_in_lanes()
    }

    /// Whether verifying against this hash begins with what can be computed beside others.
    pub(super) fn verifies_beside_others(&self, stored: &StoredPassword) -> bool {
        self.read(stored).map_or_else(
            || self.makes_beside_others(),
            |(hasher, _)| matches!(hasher, Hasher::Pbkdf2Sha256(_)) && is_derived_in_lanes(),
        )
    }

    /// The hasher of a stored password, and what it read; `None` for what can never be correct.
    pub(super) fn read<'a>(
        &'a self,
        stored: &'a StoredPassword,
    ) -> Option<(Hasher, Box<dyn StoredHash + 'a>)> {
        if !is_usable(stored) {
            return None;
        }
        let (name, fields) = stored.expose().split_once('$')?;
        let mut listed = std::iter::once(&self.preferred).chain(&self.others);
        let Listed { hasher, scheme } = listed.find(|listed| listed.hasher.name() == name)?;
        Some((*hasher, scheme.read(fields)?))
    }
}

impl Default for PasswordHashers {
    #[expect(clippy::expect_used, reason = "the list is a constant, and a test makes it")]
    fn default() -> Self {
        Self::new(vec![
            Hasher::Pbkdf2Sha256(Pbkdf2Cost::default()),
            Hasher::Pbkdf2Sha1(Pbkdf2Cost::default()),
            Hasher::Argon2(Argon2Cost::default()),
            Hasher::BcryptSha256(BcryptCost::default()),
            Hasher::Scrypt(ScryptCost::default()),
        ])
        .expect("Django's own hashers are affordable")
    }
}

/// The result of what waits for nothing.
#[expect(clippy::expect_used, reason = "here and now nothing is waited for")]
fn at_once<T>(computation: impl Future<Output = T>) -> T {
    computation.now_or_never().expect("nothing is waited for")
}

struct Listed {
    hasher: Hasher,
    scheme: Box<dyn Scheme>,
}

impl Listed {
    fn new(hasher: Hasher) -> Result<Self, PasswordHashersError> {
        let scheme = hasher.prepare().ok_or(PasswordHashersErrorKind::WorkFactor(hasher))?;
        Ok(Self { hasher, scheme })
    }
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.hasher.fmt(f)
    }
}

/// What came of verifying a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// It is the stored password.
    Correct,
    /// It is the stored password, but its hash is not what would be made today: store the replacement.
    CorrectButOutdated {
        /// The same password, hashed by the preferred hasher.
        replacement: StoredPassword,
    },
    /// It is not the stored password, or no password could be.
    Wrong,
}

impl Verification {
    /// Whether the password was correct, outdated or not.
    pub const fn is_correct(&self) -> bool {
        !matches!(self, Self::Wrong)
    }
}

/// Why a list of hashers was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordHashersError(PasswordHashersErrorKind);

impl PasswordHashersError {
    /// The reason.
    pub const fn kind(&self) -> PasswordHashersErrorKind {
        self.0
    }
}

impl From<PasswordHashersErrorKind> for PasswordHashersError {
    fn from(kind: PasswordHashersErrorKind) -> Self {
        Self(kind)
    }
}

impl fmt::Display for PasswordHashersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            PasswordHashersErrorKind::Empty => f.write_str("no password hasher is listed"),
            PasswordHashersErrorKind::WorkFactor(hasher) => {
                write!(f, "the password hasher {} cannot work as hard as {hasher:?}", hasher.name())
            }
        }
    }
}

impl Error for PasswordHashersError {}

/// The reasons for which a list of hashers is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PasswordHashersErrorKind {
    /// There is no first one.
    Empty,
    /// This hasher's work factor is not one that its algorithm knows and a server can afford.
    WorkFactor(Hasher),
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::password::hasher::Computation;
    use crate::password::testing::assert_current;
    use crate::password::unusable_password;

    const QUICK: Hasher = Hasher::Pbkdf2Sha256(Pbkdf2Cost { iterations: 10 });

    #[test]
    fn the_default_list_is_djangos() {
        let hashers = PasswordHashers::default();
        let names: Vec<_> = hashers.others.iter().map(|listed| listed.hasher.name()).collect();
        assert_eq!(hashers.preferred().name(), "pbkdf2_sha256");
        assert_eq!(names, ["pbkdf2_sha1", "argon2", "bcrypt_sha256", "scrypt"]);
    }

    #[test]
    fn an_empty_list_and_an_absurd_work_factor_are_refused() {
        let refused = |hashers| PasswordHashers::new(hashers).unwrap_err().kind();
        assert_eq!(refused(vec![]), PasswordHashersErrorKind::Empty);
        let absurd = Hasher::Pbkdf2Sha1(Pbkdf2Cost { iterations: 0 });
        assert_eq!(refused(vec![QUICK, absurd]), PasswordHashersErrorKind::WorkFactor(absurd));
    }

    #[test]
    fn what_every_hasher_makes_is_current_and_has_djangos_form() {
        let scrypt = ScryptCost { block_size: 1, parallelism: 1, work_factor: 2 };
        let argon2 = Argon2Cost { memory_cost: 8, parallelism: 1, time_cost: 1 };
        for (hasher, prefix, length) in [
            (QUICK, "pbkdf2_sha256$10$", 84),
            (Hasher::Pbkdf2Sha1(Pbkdf2Cost { iterations: 10 }), "pbkdf2_sha1$10$", 66),
            (Hasher::Argon2(argon2), "argon2$argon2id$v=19$m=8,t=1,p=1$", 107),
            (Hasher::Bcrypt(BcryptCost { rounds: 4 }), "bcrypt$$2b$04$", 67),
            (Hasher::BcryptSha256(BcryptCost { rounds: 4 }), "bcrypt_sha256$$2b$04$", 74),
            (Hasher::Scrypt(scrypt), "scrypt$2$", 124),
            (Hasher::Md5, "md5$", 59),
        ] {
            let hashers = PasswordHashers::new(vec![hasher]).unwrap();
            for text in ["", "correct horse", "a\0b", "пароль-密码-🔑", &"long".repeat(1000)] {
                let made = hashers.make(&Password::new(text), &SystemEntropy);
                assert!(made.expose().starts_with(prefix), "{}", made.expose());
                assert_eq!(made.expose().len(), length, "{}", made.expose());
                assert_current(hasher, text, made.expose());
                assert!(made != hashers.make(&Password::new(text), &SystemEntropy), "the salt is new");
            }
        }
    }

    #[test]
    fn a_hash_of_another_listed_hasher_is_outdated() {
        let hashers = PasswordHashers::new(vec![QUICK, Hasher::Md5]).unwrap();
        let md5 = PasswordHashers::new(vec![Hasher::Md5]).unwrap();
        let password = Password::new("correct horse");
        let stored = md5.make(&password, &SystemEntropy);
        let Verification::CorrectButOutdated { replacement } =
            hashers.verify(&password, &stored, &SystemEntropy)
        else {
            panic!("md5 is not preferred")
        };
        assert!(replacement.expose().starts_with("pbkdf2_sha256$10$"));
        assert_eq!(hashers.verify(&password, &replacement, &SystemEntropy), Verification::Correct);
    }

    /// Counts the salts that are drawn from it: one for each hash that is made.
    #[derive(Default)]
    struct CountedEntropy(AtomicU32);

    impl Entropy for CountedEntropy {
        fn fill(&self, bytes: &mut [u8]) {
            self.0.fetch_add(1, Ordering::SeqCst);
            bytes.fill(7);
        }
    }

    #[test]
    fn what_can_never_be_correct_costs_one_hash() {
        let hashers = PasswordHashers::new(vec![QUICK]).unwrap();
        let unusable = unusable_password(&SystemEntropy);
        for stored in [
            unusable.expose(),
            "!pbkdf2_sha256$10$salt$hash",
            "",
            "$",
            "gibberish",
            "pbkdf2_sha256",
            "pbkdf2_sha256$0$salt$hash",
            "md5$seasalt0seasalt0seasal$720d3524d8d0dfb8c80d3205f5e73825",
            "5f4dcc3b5aa765d61d8327deb882cf99",
            "sha1$$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
        ] {
            let entropy = CountedEntropy::default();
            let verification = hashers.verify(&Password::new(""), &StoredPassword::new(stored), &entropy);
            assert_eq!(verification, Verification::Wrong, "{stored}");
            assert_eq!(entropy.0.into_inner(), 1, "{stored}");
        }
        let entropy = CountedEntropy::default();
        hashers.burn(&Password::new(""), &entropy);
        assert_eq!(entropy.0.into_inner(), 1);
    }

    /// Reads `password` or `password$old`, and counts how often it hardened.
    struct PlainScheme(Arc<AtomicU32>);

    impl Scheme for PlainScheme {
        fn encode<'a>(&'a self, password: &Password, _entropy: &dyn Entropy) -> Computation<'a, String> {
            Computation::Done(password.expose().to_owned())
        }

        fn read<'a>(&'a self, fields: &'a str) -> Option<Box<dyn StoredHash + 'a>> {
            let plain = fields.strip_suffix("$old");
            Some(Box::new(PlainHash { scheme: self, plain: plain.unwrap_or(fields), old: plain.is_some() }))
        }
    }

    struct PlainHash<'a> {
        scheme: &'a PlainScheme,
        plain: &'a str,
        old: bool,
    }

    impl StoredHash for PlainHash<'_> {
        fn matches(&self, password: &Password) -> Computation<'_, bool> {
            Computation::Done(self.plain == password.expose())
        }

        fn is_outdated(&self) -> bool {
            self.old
        }

        fn harden(&self, _password: &Password) -> Computation<'_, ()> {
            self.scheme.0.fetch_add(1, Ordering::SeqCst);
            Computation::Done(())
        }
    }

    #[test]
    fn only_a_wrong_password_against_an_outdated_hash_of_the_preferred_hasher_is_hardened() {
        let hardened = Arc::new(AtomicU32::new(0));
        let plain = |hasher| Listed { hasher, scheme: Box::new(PlainScheme(Arc::clone(&hardened))) };
        let hashers = PasswordHashers { preferred: plain(QUICK), others: vec![plain(Hasher::Md5)] };
        for (stored, password, times) in [
            ("pbkdf2_sha256$horse", "horse", 0),
            ("pbkdf2_sha256$horse", "wrong", 0),
            ("pbkdf2_sha256$horse$old", "horse", 0),
            ("pbkdf2_sha256$horse$old", "wrong", 1),
            ("md5$horse$old", "horse", 0),
            ("md5$horse$old", "wrong", 0),
        ] {
            hashers.verify(&Password::new(password), &StoredPassword::new(stored), &SystemEntropy);
            assert_eq!(hardened.swap(0, Ordering::SeqCst), times, "{stored} {password}");
        }
    }
}
