//! A PBKDF2-HMAC-SHA256 under way, which can be left after any iteration and gone on with.

use std::num::NonZeroU32;

use aws_lc_rs::digest;
use zeroize::{Zeroize, Zeroizing};

use crate::lanes;
use crate::sha256::{INITIAL, Words, compress};

/// A PBKDF2-HMAC-SHA256 under way (RFC 8018 §5.2): one block of output, which is all that Django takes of it.
///
/// HMAC hashes a block that is made of the key before anything else, once inside and once outside. Those two
/// states are kept, so an iteration is two compressions of one block each.
pub struct Work {
    /// The state after the key's inner block.
    pub(crate) inner: Words,
    /// The state after the key's outer block.
    pub(crate) outer: Words,
    /// The digest of the last iteration.
    pub(crate) last: Words,
    /// All digests so far, xored.
    pub(crate) sum: Words,
    /// How many iterations are left.
    pub(crate) left: u32,
}

impl Work {
    /// Does the first iteration, which is the one that reads the salt; `iterations - 1` are left.
    ///
    /// On the heap, where it stays: its secrets are in one place, and wiped there.
    pub fn new(password: &[u8], salt: &[u8], iterations: NonZeroU32) -> Box<Self> {
        let mut key = Zeroizing::new([0; BLOCK]);
        if password.len() > BLOCK {
            key[..32].copy_from_slice(digest::digest(&digest::SHA256, password).as_ref());
        } else {
            key[..password.len()].copy_from_slice(password);
        }
        let keyed = |pad: u8| absorb(INITIAL, &*Zeroizing::new(key.map(|byte| byte ^ pad)));
        let mut work = Box::new(Self {
            inner: keyed(0x36),
            outer: keyed(0x5c),
            last: INITIAL,
            sum: INITIAL,
            left: iterations.get() - 1,
        });
        let counted = [salt, &1_u32.to_be_bytes()].concat();
        let inside = bytes(finish(work.inner, &counted));
        work.last = finish(work.outer, &inside);
        work.sum = work.last;
        work
    }

    /// The hash, if no iteration is left.
    pub fn hash(&self) -> Option<[u8; 32]> {
        (self.left == 0).then(|| bytes(self.sum))
    }

    /// Computes it here and now, beside nothing else.
    pub fn complete(&mut self) -> [u8; 32] {
        while self.left > 0 {
            lanes::advance(&mut [self]);
        }
        bytes(self.sum)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let Self { inner, outer, last, sum, left: _ } = self;
        for words in [inner, outer, last, sum] {
            words.zeroize();
        }
    }
}

/// The state after a block.
fn absorb(state: Words, block: &[u8]) -> Words {
    let mut words = [0; 16];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    compress(state, words)
}

/// The digest of a message that follows the key's block, with the padding of FIPS 180-4 §5.1.1.
fn finish(keyed: Words, message: &[u8]) -> Words {
    let mut padded = message.to_vec();
    padded.push(0x80);
    padded.resize((padded.len() + 8).next_multiple_of(BLOCK) - 8, 0);
    padded.extend((8 * (BLOCK + message.len()) as u64).to_be_bytes());
    padded.chunks_exact(BLOCK).fold(keyed, absorb)
}

fn bytes(words: Words) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.chunks_exact_mut(4).zip(words) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

/// The length of SHA-256's blocks.
const BLOCK: usize = 64;
