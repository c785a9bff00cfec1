//! A password must not be one that everybody thinks of first.

use std::collections::HashSet;
use std::fmt;

use aws_lc_rs::digest;

use super::text::strip;
use super::{PasswordIssue, PasswordRule};
use crate::secret::Password;
use crate::user::Fields;

/// `CommonPasswordValidator`: no password that stands in a list, in lower case and without blanks around it.
#[derive(Clone)]
pub struct CommonPasswords(List);

#[derive(Clone)]
enum List {
    Djangos,
    Own(HashSet<String>),
}

impl CommonPasswords {
    /// Django's list of the 20 000 most common ones.
    ///
    /// The list itself is not here: 48 bits of each entry's SHA-256 are, which one password in 14 thousand million
    /// has by accident.
    pub fn djangos() -> Self {
        Self(List::Djangos)
    }

    /// A list of one's own, a password a line, in lower case (`password_list_path`).
    pub fn listed(list: &str) -> Self {
        let lines = list.split(['\n', '\r']);
        Self(List::Own(lines.map(|line| strip(line).to_owned()).collect()))
    }
}

impl PasswordRule for CommonPasswords {
    fn check(&self, password: &Password, _: Option<&Fields>) -> Option<PasswordIssue> {
        let text = password.expose().to_lowercase();
        let text = strip(&text);
        let listed = match &self.0 {
            List::Djangos => FINGERPRINTS.as_chunks().0.binary_search(&fingerprint(text)).is_ok(),
            List::Own(list) => list.contains(text),
        };
        listed.then(|| PasswordIssue::new("password_too_common", "This password is too common."))
    }
}

impl fmt::Debug for CommonPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            List::Djangos => "CommonPasswords(Django's)",
            List::Own(_) => "CommonPasswords(…)",
        })
    }
}

type Fingerprint = [u8; 6];

fn fingerprint(text: &str) -> Fingerprint {
    let mut fingerprint = Fingerprint::default();
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    fingerprint.copy_from_slice(&digest.as_ref()[..size_of::<Fingerprint>()]);
    fingerprint
}

/// In order, one after the other: written by `scripts/common-passwords` from the list of the pinned Django.
static FINGERPRINTS: &[u8] = include_bytes!("common.bin");

#[cfg(test)]
mod tests {
    use super::*;

    fn is_common(rule: &CommonPasswords, password: &str) -> bool {
        rule.check(&Password::new(password), None).is_some()
    }

    #[test]
    fn what_everybody_thinks_of_first_is_known_in_any_case() {
        let rule = CommonPasswords::djangos();
        for common in ["password", "PassWord", " password\n", "123456", "qwerty", "iloveyou"] {
            assert!(is_common(&rule, common), "{common:?}");
        }
        for rare in ["", "pass word", "correct horse battery staple", "passwörd"] {
            assert!(!is_common(&rule, rare), "{rare:?}");
        }
    }

    #[test]
    fn the_fingerprints_are_whole_in_order_and_different() {
        let (fingerprints, rest) = FINGERPRINTS.as_chunks::<6>();
        assert!(rest.is_empty());
        assert!(fingerprints.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn a_list_of_ones_own_is_in_place_of_djangos() {
        let rule = CommonPasswords::listed("countersign\r\n open sesame \n");
        assert!(is_common(&rule, "Open Sesame") && is_common(&rule, "COUNTERSIGN"));
        assert!(!is_common(&rule, "password"));
        assert_eq!(format!("{rule:?}"), "CommonPasswords(…)");
    }
}
