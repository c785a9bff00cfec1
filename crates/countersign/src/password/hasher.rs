//! Django's hashers by name.

use countersign_pbkdf2::Work;

use super::argon2::{self, Argon2Cost};
use super::bcrypt::{self, BcryptCost};
use super::md5;
use super::pbkdf2::{self, Pbkdf2Cost};
use super::scrypt::{self, ScryptCost};
use crate::entropy::Entropy;
use crate::secret::Password;

/// One of Django's hashers with its work factor.
///
/// The `Default` of each work factor is what Django 5.2 uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hasher {
    /// `argon2`: `Argon2PasswordHasher`.
    Argon2(Argon2Cost),
    /// `bcrypt`: `BCryptPasswordHasher`. Reads no more than the first 72 bytes of a password.
    Bcrypt(BcryptCost),
    /// `bcrypt_sha256`: `BCryptSHA256PasswordHasher`.
    BcryptSha256(BcryptCost),
    /// `md5`: `MD5PasswordHasher`. Too fast to protect a password: for the tests of a project, and to let
    /// old rows in once.
    Md5,
    /// `pbkdf2_sha1`: `PBKDF2SHA1PasswordHasher`.
    Pbkdf2Sha1(Pbkdf2Cost),
    /// `pbkdf2_sha256`: `PBKDF2PasswordHasher`, Django's default.
    Pbkdf2Sha256(Pbkdf2Cost),
    /// `scrypt`: `ScryptPasswordHasher`.
    Scrypt(ScryptCost),
}

impl Hasher {
    /// The hasher of this name with Django 5.2's work factor: its algorithm as before the first `$` of a stored
    /// hash, or its class as in `PASSWORD_HASHERS` (`django.contrib.auth.hashers.PBKDF2PasswordHasher`).
    pub fn named(name: &str) -> Option<Self> {
        let class = name.strip_prefix("django.contrib.auth.hashers.");
        Self::all().into_iter().find(|hasher| name == hasher.name() || class == Some(hasher.class()))
    }

    /// The algorithm's name, as before the first `$` of a stored hash.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Argon2(_) => "argon2",
            Self::Bcrypt(_) => "bcrypt",
            Self::BcryptSha256(_) => "bcrypt_sha256",
            Self::Md5 => "md5",
            Self::Pbkdf2Sha1(_) => "pbkdf2_sha1",
            Self::Pbkdf2Sha256(_) => "pbkdf2_sha256",
            Self::Scrypt(_) => "scrypt",
        }
    }

    /// The name of Django's class.
    const fn class(&self) -> &'static str {
        match self {
            Self::Argon2(_) => "Argon2PasswordHasher",
            Self::Bcrypt(_) => "BCryptPasswordHasher",
            Self::BcryptSha256(_) => "BCryptSHA256PasswordHasher",
            Self::Md5 => "MD5PasswordHasher",
            Self::Pbkdf2Sha1(_) => "PBKDF2SHA1PasswordHasher",
            Self::Pbkdf2Sha256(_) => "PBKDF2PasswordHasher",
            Self::Scrypt(_) => "ScryptPasswordHasher",
        }
    }

    fn all() -> [Self; 7] {
        [
            Self::Argon2(Argon2Cost::default()),
            Self::Bcrypt(BcryptCost::default()),
            Self::BcryptSha256(BcryptCost::default()),
            Self::Md5,
            Self::Pbkdf2Sha1(Pbkdf2Cost::default()),
            Self::Pbkdf2Sha256(Pbkdf2Cost::default()),
            Self::Scrypt(ScryptCost::default()),
        ]
    }

    /// Ready to hash; `None` if the work factor is not one that the algorithm knows and a server can afford.
    pub(super) fn prepare(&self) -> Option<Box<dyn Scheme>> {
        Some(match *self {
            Self::Argon2(cost) => Box::new(argon2::Argon2Scheme::new(cost)?),
            Self::Bcrypt(cost) => Box::new(bcrypt::BcryptScheme::new(bcrypt::Input::Password, cost)?),
            Self::BcryptSha256(cost) => Box::new(bcrypt::BcryptScheme::new(bcrypt::Input::Sha256, cost)?),
            Self::Md5 => Box::new(md5::Md5Scheme),
            Self::Pbkdf2Sha1(cost) => Box::new(pbkdf2::Pbkdf2Scheme::new(pbkdf2::Digest::Sha1, cost)?),
            Self::Pbkdf2Sha256(cost) => Box::new(pbkdf2::Pbkdf2Scheme::new(pbkdf2::Digest::Sha256, cost)?),
            Self::Scrypt(cost) => Box::new(scrypt::ScryptScheme::new(cost)?),
        })
    }
}

/// A hasher whose work factor is known to be affordable.
///
/// What it writes and reads are a stored hash's *fields*: all that comes after `algorithm$`.
pub(super) trait Scheme: Send + Sync {
    /// Hashes the password with a new salt.
    fn encode<'a>(&'a self, password: &Password, entropy: &dyn Entropy) -> Computation<'a, String>;

    /// Reads the fields of a stored hash; `None` if they are malformed or cost more than a server can afford.
    fn read<'a>(&'a self, fields: &'a str) -> Option<Box<dyn StoredHash + 'a>>;
}

/// A stored hash that was read, beside the scheme that read it.
pub(super) trait StoredHash {
    /// Whether this is the hash of the password.
    fn matches(&self, password: &Password) -> Computation<'_, bool>;

    /// Whether the scheme would make another kind of hash today (`must_update`).
    fn is_outdated(&self) -> bool;

    /// Spends the time by which this hash is cheaper than one made today (`harden_runtime`).
    ///
    /// Does nothing where work factors of two kinds cannot be subtracted, as in Django.
    fn harden(&self, _password: &Password) -> Computation<'_, ()> {
        Computation::Done(())
    }
}

/// What a scheme computes, or how far it came without the work that can be done beside that of others.
pub(super) enum Computation<'a, T> {
    /// Computed.
    Done(T),
    /// A PBKDF2-HMAC-SHA256 is left to do, and what its hash is for.
    Derive(Box<Work>, Box<dyn FnOnce([u8; 32]) -> T + 'a>),
}

impl<T> Computation<'_, T> {
    /// The result, once the place where hashes are derived has done what is left.
    pub(super) async fn at(self, place: &impl Derive) -> T {
        match self {
            Self::Done(result) => result,
            Self::Derive(work, then) => then(place.derive(work).await),
        }
    }
}

/// A place where PBKDF2-HMAC-SHA256 is computed.
pub(super) trait Derive {
    /// The hash.
    async fn derive(&self, work: Box<Work>) -> [u8; 32];
}

/// On this thread, at once: nothing is waited for.
pub(super) struct HereAndNow;

impl Derive for HereAndNow {
    async fn derive(&self, mut work: Box<Work>) -> [u8; 32] {
        work.complete()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashers_are_found_by_algorithm_and_by_class() {
        for hasher in Hasher::all() {
            assert_eq!(Hasher::named(hasher.name()), Some(hasher));
            let path = format!("django.contrib.auth.hashers.{}", hasher.class());
            assert_eq!(Hasher::named(&path), Some(hasher));
        }
        for unknown in ["", "sha1", "unsalted_md5", "PBKDF2_SHA256", "PBKDF2PasswordHasher", "pbkdf2_sha256$"]
        {
            assert_eq!(Hasher::named(unknown), None, "{unknown:?}");
        }
    }

    #[test]
    fn djangos_work_factors_are_affordable() {
        assert!(Hasher::all().iter().all(|hasher| hasher.prepare().is_some()));
    }
}
