//! HMACs with a secret that has been prepared (RFC 2104 §4): what every message begins with is computed once.

use aws_lc_rs::hmac as longer;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A prepared secret.
///
/// HS256 is what nearly every token has. For it a copy of two states on the stack, as `RustCrypto` makes it, takes two thirds of the
/// time that aws-lc takes, whose contexts are made for any hash function. For the longer ones aws-lc is the faster.
pub(super) enum MacKey {
    Longer(Box<longer::Key>),
    Sha256(Hmac<Sha256>),
}

impl MacKey {
    #[expect(clippy::expect_used, reason = "HMAC takes a secret of any length")]
    pub(super) fn new(hash: longer::Algorithm, secret: &[u8]) -> Self {
        if hash == longer::HMAC_SHA256 {
            Self::Sha256(Hmac::new_from_slice(secret).expect("HMAC takes a secret of any length"))
        } else {
            Self::Longer(Box::new(longer::Key::new(hash, secret)))
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Longer(key) => longer::sign(key, message).as_ref().to_vec(),
            Self::Sha256(key) => key.clone().chain_update(message).finalize().into_bytes().to_vec(),
        }
    }

    /// In constant time, as far as the bytes of a whole signature go.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Longer(key) => longer::verify(key, message, signature).is_ok(),
            Self::Sha256(key) => key.clone().chain_update(message).verify_slice(signature).is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 4231 §4.2, §4.3 and §4.7, whose secret is longer than a block.
    #[test]
    fn the_rfcs_own_messages_have_the_rfcs_own_macs() {
        let long = [0xaa; 131];
        for (secret, message, mac) in [
            (
                &[0x0b; 20][..],
                &b"Hi There"[..],
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &long,
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let made = MacKey::new(longer::HMAC_SHA256, secret).sign(message);
            let bytes =
                mac.as_bytes().chunks(2).map(|byte| u8::from_str_radix(str::from_utf8(byte).unwrap(), 16));
            assert_eq!(Ok(made), bytes.collect());
        }
    }

    proptest! {
        #[test]
        fn any_message_has_the_mac_that_the_other_library_gives_it(
            secret in prop::collection::vec(any::<u8>(), 1..200),
            message in prop::collection::vec(any::<u8>(), 0..400),
            other in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            for hash in [longer::HMAC_SHA256, longer::HMAC_SHA384, longer::HMAC_SHA512] {
                let key = MacKey::new(hash, &secret);
                let expected = longer::sign(&longer::Key::new(hash, &secret), &message);
                prop_assert_eq!(&key.sign(&message), expected.as_ref());
                prop_assert!(key.verify(&message, expected.as_ref()));
                prop_assert!(!key.verify(&message, &expected.as_ref()[1..]));
                prop_assert!(!key.verify(&message, &other));
            }
        }
    }
}
