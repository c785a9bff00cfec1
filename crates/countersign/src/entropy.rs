//! Randomness, passed in like the clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest;

/// Where random bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

impl<E: Entropy + ?Sized> Entropy for Arc<E> {
    fn fill(&self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}

/// The operating system's generator.
///
/// # Panics
///
/// When the operating system has no randomness to give: nothing safe can be issued then.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the system's randomness")]
    #[expect(clippy::expect_used, reason = "without randomness nothing safe can be issued")]
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// The same bytes for the same seed, in the same order: for tests only, every secret made from it is public.
#[derive(Debug, Default)]
pub struct SeededEntropy {
    seed: u64,
    drawn: AtomicU64,
}

impl SeededEntropy {
    /// A generator whose output is a function of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { seed, drawn: AtomicU64::new(0) }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let mut block = [0; 16];
            block[..8].copy_from_slice(&self.seed.to_be_bytes());
            block[8..].copy_from_slice(&self.drawn.fetch_add(1, Ordering::SeqCst).to_be_bytes());
            chunk.copy_from_slice(&digest::digest(&digest::SHA256, &block).as_ref()[..chunk.len()]);
        }
    }
}

/// A UUID of version 4 as 32 hex digits, the form in which Django's packages write `jti`.
pub fn uuid4_hex(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    id.simple().encode_lower(&mut uuid::Uuid::encode_buffer()).to_owned()
}

/// `bytes` random bytes, each as two lower-case hex digits.
pub fn random_hex(entropy: &dyn Entropy, bytes: usize) -> String {
    let mut drawn = vec![0; bytes];
    entropy.fill(&mut drawn);
    let nibbles = drawn.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.map(|nibble| char::from(b"0123456789abcdef"[usize::from(nibble)])).collect()
}

/// `length` characters drawn evenly from A–Z, a–z and 0–9, as Django's `get_random_string`.
pub fn random_alphanumeric(entropy: &dyn Entropy, length: usize) -> String {
    let mut text = String::with_capacity(length);
    let mut pool = [0; 64];
    while text.len() < length {
        entropy.fill(&mut pool);
        // 248 is the largest multiple of 62 in a byte: larger draws would favour the first characters.
        let even = pool.iter().filter(|byte| **byte < 248);
        text.extend(
            even.map(|byte| char::from(ALPHANUMERIC[usize::from(byte % 62)])).take(length - text.len()),
        );
    }
    text
}

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_id_is_a_version_4_uuid_in_hex() {
        let id = uuid4_hex(&SystemEntropy);
        assert_eq!(id.len(), 32);
        assert_eq!(&id[12..13], "4");
        assert!(matches!(&id[16..17], "8" | "9" | "a" | "b"));
        assert_ne!(id, uuid4_hex(&SystemEntropy));
    }

    #[test]
    fn random_hex_has_two_digits_a_byte() {
        for bytes in [0, 1, 20, 127] {
            let text = random_hex(&SystemEntropy, bytes);
            assert_eq!(text.len(), 2 * bytes);
            assert!(text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        }
    }

    #[test]
    fn random_strings_have_the_asked_length_and_alphabet() {
        for length in [0, 1, 22, 200] {
            let text = random_alphanumeric(&SystemEntropy, length);
            assert_eq!(text.len(), length);
            assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
    }

    #[test]
    fn a_seed_repeats_its_bytes_and_no_draw_repeats_another() {
        let (mut first, mut second, mut again) = ([0; 40], [0; 40], [0; 40]);
        let seeded = SeededEntropy::new(7);
        seeded.fill(&mut first);
        seeded.fill(&mut second);
        SeededEntropy::new(7).fill(&mut again);
        assert_eq!(first, again);
        assert_ne!(first, second);
    }
}
