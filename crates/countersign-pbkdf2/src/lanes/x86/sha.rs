//! Intel's SHA extensions: four rounds with two instructions, on two registers of state.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_blend_epi16, _mm_extract_epi32, _mm_set_epi32,
    _mm_setzero_si128, _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi32,
    _mm_xor_si128,
};

use crate::sha256::{K, PADDING, Words};
use crate::work::Work;

#[target_feature(enable = "sha,sse4.1,ssse3")]
pub(super) fn one(works: &mut [&mut Work], iterations: u32) {
    streams::<1>(works, iterations);
}

/// The rounds of one stream wait for each other; those of another are done meanwhile.
#[target_feature(enable = "sha,sse4.1,ssse3")]
pub(super) fn two(works: &mut [&mut Work], iterations: u32) {
    streams::<2>(works, iterations);
}

/// Eight words: in order, or as `sha256rnds2` wants a state, with the names of the standard from the highest
/// word down: `abef` and `cdgh`.
type Pair = [__m128i; 2];

/// A stream without a computation computes nothing of meaning.
#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn streams<const N: usize>(works: &mut [&mut Work], iterations: u32) {
    let empty = [[_mm_setzero_si128(); 2]; N];
    let (mut inner, mut outer, mut last, mut sum) = (empty, empty, empty, empty);
    for (n, work) in works.iter().enumerate() {
        (inner[n], outer[n]) = (to_state(pair(&work.inner)), to_state(pair(&work.outer)));
        (last[n], sum[n]) = (pair(&work.last), pair(&work.sum));
    }
    for _ in 0..iterations {
        for keyed in [&inner, &outer] {
            last = compress(keyed, &last);
        }
        for (sum, last) in sum.iter_mut().zip(&last) {
            *sum = [_mm_xor_si128(sum[0], last[0]), _mm_xor_si128(sum[1], last[1])];
        }
    }
    for (n, work) in works.iter_mut().enumerate() {
        (work.last, work.sum) = (words(last[n]), words(sum[n]));
    }
}

/// The digests of messages that are digests, each after the block that led to its state.
#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn compress<const N: usize>(keyed: &[Pair; N], messages: &[Pair; N]) -> [Pair; N] {
    let padding = pair(&[PADDING[0], 0, 0, 0, 0, 0, 0, PADDING[1]]);
    let mut states = *keyed;
    // The sixteen words of the schedule that are needed next, in a ring.
    let mut w = messages.map(|[low, high]| [low, high, padding[0], padding[1]]);
    macro_rules! four_rounds {
        ($($t:literal)*) => {$(
            let k = quad(&K[4 * $t..]);
            for n in 0..N {
                const NOW: usize = $t % 4;
                const LAST: usize = ($t + 3) % 4;
                if $t >= 4 {
                    let shifted = _mm_alignr_epi8(w[n][LAST], w[n][($t + 2) % 4], 4);
                    let begun = _mm_add_epi32(_mm_sha256msg1_epu32(w[n][NOW], w[n][($t + 1) % 4]), shifted);
                    w[n][NOW] = _mm_sha256msg2_epu32(begun, w[n][LAST]);
                }
                let first = _mm_add_epi32(w[n][NOW], k);
                let second = _mm_shuffle_epi32(first, 0b_00_00_11_10);
                let [abef, cdgh] = states[n];
                let two_rounds_on = _mm_sha256rnds2_epu32(cdgh, abef, first);
                states[n] = [_mm_sha256rnds2_epu32(abef, two_rounds_on, second), two_rounds_on];
            }
        )*};
    }
    four_rounds!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
    let mut digests = states;
    for n in 0..N {
        let [abef, cdgh] = states[n];
        digests[n] = in_order([_mm_add_epi32(abef, keyed[n][0]), _mm_add_epi32(cdgh, keyed[n][1])]);
    }
    digests
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn to_state([dcba, hgfe]: Pair) -> Pair {
    let cdab = _mm_shuffle_epi32(dcba, 0b_10_11_00_01);
    let efgh = _mm_shuffle_epi32(hgfe, 0b_00_01_10_11);
    [_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0b_1111_0000)]
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn in_order([abef, cdgh]: Pair) -> Pair {
    let feba = _mm_shuffle_epi32(abef, 0b_00_01_10_11);
    let dchg = _mm_shuffle_epi32(cdgh, 0b_10_11_00_01);
    [_mm_blend_epi16(feba, dchg, 0b_1111_0000), _mm_alignr_epi8(dchg, feba, 8)]
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn pair(words: &Words) -> Pair {
    [quad(words), quad(&words[4..])]
}

/// The first four words.
#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn quad(words: &[u32]) -> __m128i {
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| words[at].cast_signed());
    _mm_set_epi32(d, c, b, a)
}

#[target_feature(enable = "sha,sse4.1,ssse3")]
#[inline]
fn words([low, high]: Pair) -> Words {
    [
        _mm_extract_epi32(low, 0),
        _mm_extract_epi32(low, 1),
        _mm_extract_epi32(low, 2),
        _mm_extract_epi32(low, 3),
        _mm_extract_epi32(high, 0),
        _mm_extract_epi32(high, 1),
        _mm_extract_epi32(high, 2),
        _mm_extract_epi32(high, 3),
    ]
    .map(i32::cast_unsigned)
}
