//! `md5$salt$hash`: MD5 of the salt and the password, in hex.

use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::encoding::{hex, is_same, is_short_salt, new_salt};
use super::hasher::{Computation, Scheme, StoredHash};
use crate::entropy::Entropy;
use crate::secret::Password;

pub(super) struct Md5Scheme;

impl Scheme for Md5Scheme {
    fn encode<'a>(&'a self, password: &Password, entropy: &dyn Entropy) -> Computation<'a, String> {
        let salt = new_salt(entropy);
        Computation::Done(format!("{salt}${}", *salted(&salt, password)))
    }

    /// An empty salt is malformed: Django takes such a hash for `unsalted_md5`, which it no longer has.
    fn read<'a>(&'a self, fields: &'a str) -> Option<Box<dyn StoredHash + 'a>> {
        let (salt, hash) = fields.split_once('$').filter(|(salt, _)| !salt.is_empty())?;
        Some(Box::new(Md5Hash { salt, hash }))
    }
}

struct Md5Hash<'a> {
    salt: &'a str,
    hash: &'a str,
}

impl StoredHash for Md5Hash<'_> {
    fn matches(&self, password: &Password) -> Computation<'_, bool> {
        Computation::Done(is_same(&*salted(self.salt, password), self.hash))
    }

    fn is_outdated(&self) -> bool {
        is_short_salt(self.salt.chars().count())
    }
}

fn salted(salt: &str, password: &Password) -> Zeroizing<String> {
    hex(&Md5::new().chain_update(salt).chain_update(password.expose()).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::hasher::Hasher;
    use crate::password::testing::{assert_current, assert_malformed, assert_outdated};

    /// Made by Django 5.2's `MD5PasswordHasher`.
    #[test]
    fn djangos_hashes_verify() {
        for (password, stored) in [
            ("correct horse", "md5$seasalt0seasalt0seasal$da4012249dc6aec2a2816ed2ea83bf66"),
            ("пароль-密码-🔑", "md5$seasalt0seasalt0seasal$187da29bc5f504867b6a81f8094e0524"),
            (&"0123456789".repeat(8), "md5$seasalt0seasalt0seasal$1b0d09fddce8692914ffb7aa81555f17"),
            ("", "md5$seasalt0seasalt0seasal$720d3524d8d0dfb8c80d3205f5e73825"),
        ] {
            assert_current(Hasher::Md5, password, stored);
        }
        assert_outdated(Hasher::Md5, "пароль-密码-🔑", "md5$sält$c46ec8aa5b9544977e575e20b8d50070");
    }

    #[test]
    fn malformed_hashes_are_not_read() {
        for stored in ["md5", "md5$", "md5$salt", "md5$$5f4dcc3b5aa765d61d8327deb882cf99"] {
            assert_malformed(Hasher::Md5, stored);
        }
    }

    #[test]
    fn upper_case_hex_is_another_hash() {
        let hash = Md5Hash { salt: "seasalt0seasalt0seasal", hash: "720D3524D8D0DFB8C80D3205F5E73825" };
        assert!(!matches!(hash.matches(&Password::new("")), Computation::Done(true)));
    }
}
