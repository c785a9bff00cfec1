//! Passwords as Django stores them: verified, replaced when outdated, and hashed off the async threads.
//!
//! - The first hasher of [`PasswordHashers`] hashes new passwords; every listed one verifies, no other does
//!   (`PASSWORD_HASHERS`).
//! - A correct password whose stored hash is not what would be made today comes back with its replacement.
//! - An unknown user, an unusable password, an algorithm that is not listed and a hash that cannot be read cost
//!   one hash. A wrong password costs it too where the stored hash is a cheaper one of the preferred PBKDF2 or
//!   bcrypt.
//! - Hashes are compared in constant time.
//!
//! What it does not do: after a change of the preferred hasher, or of the work factor of Argon2 or scrypt, the
//! hashes stored before cost what they did, so until their owners log in their names can be told apart by time,
//! as in Django.
//!
//! DIFFERENCE: where Django raises an error (a malformed hash, a cost beyond its library's limits) the password
//! is simply wrong. A stored hash is not computed if it would take more than 256 times the work of Django's
//! default, or more than 1 GiB of memory.
//!
//! ```
//! use countersign::entropy::SystemEntropy;
//! use countersign::password::{Hasher, PasswordHashers, Pbkdf2Cost, Verification};
//! use countersign::secret::{Password, StoredPassword};
//!
//! let quick = Hasher::Pbkdf2Sha256(Pbkdf2Cost { iterations: 10 });
//! let hashers = PasswordHashers::new(vec![quick, Hasher::Md5])?;
//!
//! let stored = hashers.make(&Password::new("correct horse"), &SystemEntropy);
//! let verify = |text, stored| hashers.verify(&Password::new(text), stored, &SystemEntropy);
//! assert_eq!(verify("correct horse", &stored), Verification::Correct);
//! assert_eq!(verify("battery staple", &stored), Verification::Wrong);
//!
//! let old = StoredPassword::new("md5$seasalt$b614725f4cc025a51ab6a354d12890ab");
//! assert!(matches!(verify("correct horse", &old), Verification::CorrectButOutdated { .. }));
//!
//! let unlisted = StoredPassword::new("argon2$argon2id$v=19$m=102400,t=2,p=8$c2Vhc2FsdA$xwIk5y4");
//! assert_eq!(verify("correct horse", &unlisted), Verification::Wrong);
//! # Ok::<(), countersign::password::PasswordHashersError>(())
//! ```

mod argon2;
mod bcrypt;
mod encoding;
mod hasher;
mod hashers;
mod md5;
mod pbkdf2;
mod pool;
mod scrypt;
#[cfg(test)]
mod testing;
pub mod validation;

pub use argon2::Argon2Cost;
pub use bcrypt::BcryptCost;
pub use hasher::Hasher;
pub use hashers::{PasswordHashers, PasswordHashersError, PasswordHashersErrorKind, Verification};
pub use pbkdf2::Pbkdf2Cost;
pub use pool::{Busy, HashingPool, PoolSize};
pub use scrypt::ScryptCost;

use crate::entropy::{Entropy, random_alphanumeric};
use crate::secret::StoredPassword;

/// A stored password that no password matches: `!` and 40 random characters (`set_unusable_password`).
///
/// Random, so that what is derived from the stored hash (`CHECK_REVOKE_TOKEN`, reset links) changes with it.
pub fn unusable_password(entropy: &dyn Entropy) -> StoredPassword {
    StoredPassword::new(format!("{UNUSABLE_PREFIX}{}", random_alphanumeric(entropy, 40)))
}

/// Whether some password could match: not one of [`unusable_password`]'s (`has_usable_password`).
pub fn is_usable(stored: &StoredPassword) -> bool {
    !stored.expose().starts_with(UNUSABLE_PREFIX)
}

const UNUSABLE_PREFIX: char = '!';

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn unusable_passwords_have_djangos_form_and_differ() {
        let stored = unusable_password(&SystemEntropy);
        assert_eq!(stored.expose().len(), 41);
        assert!(!is_usable(&stored));
        assert!(stored != unusable_password(&SystemEntropy));
        assert!(is_usable(&StoredPassword::new("md5$salt$hash")));
    }
}
