//! The small pieces that the formats of stored hashes share.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::Zeroizing;

use crate::entropy::{Entropy, random_alphanumeric};

/// A number as the hashers write it: ASCII digits, no sign, no leading zero.
pub(super) fn decimal(text: &str) -> Option<u32> {
    let canonical =
        text.bytes().all(|byte| byte.is_ascii_digit()) && !(text.len() > 1 && text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// Lower-case hex digits, wiped when dropped.
pub(super) fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    // The capacity is exact: a growing string would leave copies of its first characters behind.
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    text.extend(nibbles.map(|nibble| char::from(b"0123456789abcdef"[usize::from(nibble)])));
    text
}

/// Whether two hashes are equal, in a time that does not tell where they differ.
pub(super) fn is_same(left: impl AsRef<[u8]>, right: impl AsRef<[u8]>) -> bool {
    verify_slices_are_equal(left.as_ref(), right.as_ref()).is_ok()
}

/// A new salt as Django's `BasePasswordHasher.salt`: the fewest characters that hold 128 bits.
pub(super) fn new_salt(entropy: &dyn Entropy) -> String {
    random_alphanumeric(entropy, SALT_CHARS)
}

/// Whether a salt of so many characters holds too little entropy (`must_update_salt`).
pub(super) fn is_short_salt(chars: usize) -> bool {
    chars < SALT_CHARS
}

/// ⌈128 / log₂ 62⌉: `salt_entropy` bits in characters of A–Z, a–z and 0–9.
const SALT_CHARS: usize = 22;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_numbers_are_numbers() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("4294967295"), Some(u32::MAX));
        for text in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1_000",
            "1e3",
            "٣",
            "4294967296",
            "99999999999999999999",
        ] {
            assert_eq!(decimal(text), None, "{text:?}");
        }
    }

    #[test]
    fn hex_is_two_lower_case_digits_a_byte() {
        assert_eq!(*hex(&[0, 9, 0xab, 0xff]), "0009abff");
    }

    #[test]
    fn equal_means_same_length_and_same_bytes() {
        assert!(is_same("abc", b"abc"));
        assert!(!is_same("abc", "abd"));
        assert!(!is_same("abc", "ab"));
    }
}
