//! Eight lanes in registers of 256 bits, with what AVX-512 has for them: rotations, and logic of three operands.
//!
//! Said in instructions, as the compiler finds vectors of eight in plain lanes only sometimes.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_extract_epi32, _mm256_ror_epi32, _mm256_set_epi32, _mm256_set1_epi32,
    _mm256_setzero_si256, _mm256_srli_epi32, _mm256_ternarylogic_epi32, _mm256_xor_si256,
};

use crate::sha256::{K, PADDING, Words};
use crate::work::Work;

/// Up to eight computations. Lanes without one compute nothing of meaning.
#[target_feature(enable = "avx512f,avx512vl")]
pub(super) fn eight(works: &mut [&mut Work], iterations: u32) {
    let inner = across(works, |work| &work.inner);
    let outer = across(works, |work| &work.outer);
    let mut last = across(works, |work| &work.last);
    let mut sum = across(works, |work| &work.sum);
    for _ in 0..iterations {
        for keyed in [&inner, &outer] {
            last = compress(keyed, &last);
        }
        for (sum, last) in sum.iter_mut().zip(last) {
            *sum = _mm256_xor_si256(*sum, last);
        }
    }
    let (last, sum) = (last.map(|words| of_lanes(words)), sum.map(|words| of_lanes(words)));
    for (lane, work) in works.iter_mut().enumerate() {
        work.last = last.map(|words| words[lane]);
        work.sum = sum.map(|words| words[lane]);
    }
}

/// As `sha256::compress` of a padded digest, in each lane.
#[expect(clippy::many_single_char_names, reason = "the names of the standard")]
#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn compress(keyed: &[__m256i; 8], message: &[__m256i; 8]) -> [__m256i; 8] {
    let mut w = [_mm256_setzero_si256(); 16];
    w[..8].copy_from_slice(message);
    (w[8], w[15]) = (in_all_lanes(PADDING[0]), in_all_lanes(PADDING[1]));
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *keyed;
    macro_rules! rounds {
        ($($t:literal)*) => {$(
            if $t >= 16 {
                let (x, y) = (w[($t + 1) % 16], w[($t + 14) % 16]);
                let small_0 = xor(_mm256_ror_epi32::<7>(x), _mm256_ror_epi32::<18>(x), _mm256_srli_epi32::<3>(x));
                let small_1 = xor(_mm256_ror_epi32::<17>(y), _mm256_ror_epi32::<19>(y), _mm256_srli_epi32::<10>(y));
                let before = _mm256_add_epi32(w[$t % 16], w[($t + 9) % 16]);
                w[$t % 16] = _mm256_add_epi32(before, _mm256_add_epi32(small_0, small_1));
            }
            let big_1 = xor(_mm256_ror_epi32::<6>(e), _mm256_ror_epi32::<11>(e), _mm256_ror_epi32::<25>(e));
            let choice = _mm256_ternarylogic_epi32::<CHOICE>(e, f, g);
            let known = _mm256_add_epi32(h, _mm256_add_epi32(w[$t % 16], in_all_lanes(K[$t])));
            let first = _mm256_add_epi32(known, _mm256_add_epi32(big_1, choice));
            let big_0 = xor(_mm256_ror_epi32::<2>(a), _mm256_ror_epi32::<13>(a), _mm256_ror_epi32::<22>(a));
            let second = _mm256_add_epi32(big_0, _mm256_ternarylogic_epi32::<MAJORITY>(a, b, c));
            (h, g, f, e) = (g, f, e, _mm256_add_epi32(d, first));
            (d, c, b, a) = (c, b, a, _mm256_add_epi32(first, second));
        )*};
    }
    rounds!(
         0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    );
    let mut digest = [a, b, c, d, e, f, g, h];
    for (word, keyed) in digest.iter_mut().zip(keyed) {
        *word = _mm256_add_epi32(*word, *keyed);
    }
    digest
}

/// What `_mm256_ternarylogic_epi32` does with three bits, as the column of results in its table.
const XOR: i32 = 0b_1001_0110;
/// The second where the first is set, else the third.
const CHOICE: i32 = 0b_1100_1010;
const MAJORITY: i32 = 0b_1110_1000;

#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn xor(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
    _mm256_ternarylogic_epi32::<XOR>(a, b, c)
}

#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn in_all_lanes(word: u32) -> __m256i {
    _mm256_set1_epi32(word.cast_signed())
}

/// All first words, then all second ones, and so on.
#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn across(works: &[&mut Work], part: fn(&Work) -> &Words) -> [__m256i; 8] {
    let mut vectors = [_mm256_setzero_si256(); 8];
    for (word, vector) in vectors.iter_mut().enumerate() {
        let of = |lane: usize| works.get(lane).map_or(0, |work| part(work)[word].cast_signed());
        *vector = _mm256_set_epi32(of(7), of(6), of(5), of(4), of(3), of(2), of(1), of(0));
    }
    vectors
}

#[target_feature(enable = "avx512f,avx512vl")]
#[inline]
fn of_lanes(vector: __m256i) -> [u32; 8] {
    [
        _mm256_extract_epi32(vector, 0),
        _mm256_extract_epi32(vector, 1),
        _mm256_extract_epi32(vector, 2),
        _mm256_extract_epi32(vector, 3),
        _mm256_extract_epi32(vector, 4),
        _mm256_extract_epi32(vector, 5),
        _mm256_extract_epi32(vector, 6),
        _mm256_extract_epi32(vector, 7),
    ]
    .map(i32::cast_unsigned)
}
