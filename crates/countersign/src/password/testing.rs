//! What the tests of every algorithm assert about a stored hash.

use super::hasher::Hasher;
use super::hashers::{PasswordHashers, Verification};
use crate::entropy::SystemEntropy;
use crate::secret::{Password, StoredPassword};

/// The hash is of this password and no other, and is what the hasher would make today.
#[track_caller]
pub(super) fn assert_current(hasher: Hasher, password: &str, stored: &str) {
    let verify = verifier(hasher, stored);
    assert_eq!(verify(password), Verification::Correct, "{stored}");
    assert_eq!(verify("wrong"), Verification::Wrong, "{stored}");
}

/// The hash is of this password and no other, and its replacement is what the hasher would make today.
#[track_caller]
pub(super) fn assert_outdated(hasher: Hasher, password: &str, stored: &str) {
    let verify = verifier(hasher, stored);
    let Verification::CorrectButOutdated { replacement } = verify(password) else {
        panic!("{stored} is not outdated")
    };
    assert_current(hasher, password, replacement.expose());
    assert_eq!(verify("wrong"), Verification::Wrong, "{stored}");
}

/// The hasher does not read the hash, and no password is correct.
#[track_caller]
pub(super) fn assert_malformed(hasher: Hasher, stored: &str) {
    let hashers = PasswordHashers::new(vec![hasher]).unwrap();
    assert!(hashers.read(&StoredPassword::new(stored)).is_none(), "{stored}");
    assert_eq!(verifier(hasher, stored)(""), Verification::Wrong, "{stored}");
}

fn verifier(hasher: Hasher, stored: &str) -> impl Fn(&str) -> Verification {
    let hashers = PasswordHashers::new(vec![hasher]).unwrap();
    let stored = StoredPassword::new(stored);
    move |password| hashers.verify(&Password::new(password), &stored, &SystemEntropy)
}
