//! Lanes of plain numbers, which the compiler widens where its caller's features allow.

use zeroize::Zeroize;

use crate::sha256::{Words, compress, padded};
use crate::work::Work;

/// One alone, for any processor.
pub(super) fn one(works: &mut [&mut Work], iterations: u32) {
    side_by_side::<1>(works, iterations);
}

/// Up to `N` computations. Lanes without one compute nothing of meaning.
#[expect(clippy::inline_always, reason = "only inside of its caller does it have the caller's features")]
#[inline(always)]
pub(super) fn side_by_side<const N: usize>(works: &mut [&mut Work], iterations: u32) {
    let mut lanes = Lanes::<N>::load(works);
    for _ in 0..iterations {
        for keyed in [&lanes.inner, &lanes.outer] {
            hash(keyed, &mut lanes.last);
        }
        for word in 0..8 {
            for lane in 0..N {
                lanes.sum[word][lane] ^= lanes.last[word][lane];
            }
        }
    }
    lanes.store(works);
}

/// Replaces each lane's digest by that of the block it makes, after the lane's key.
///
/// The loop over lanes is the vector: one lane is one turn of it. A function of its own, as that two references
/// are of different places is what the compiler has to know, and knows of arguments.
#[expect(clippy::inline_always, reason = "as side_by_side")]
#[inline(always)]
fn hash<const N: usize>(keyed: &Across<N>, last: &mut Across<N>) {
    for lane in 0..N {
        let digest = compress(of_lane(keyed, lane), padded(of_lane(last, lane)));
        for word in 0..8 {
            last[word][lane] = digest[word];
        }
    }
}

/// All first words together, then all second ones, and so on.
type Across<const N: usize> = [[u32; N]; 8];

/// Aligned as the widest registers are.
#[repr(align(64))]
struct Lanes<const N: usize> {
    inner: Across<N>,
    outer: Across<N>,
    last: Across<N>,
    sum: Across<N>,
}

impl<const N: usize> Lanes<N> {
    fn load(works: &[&mut Work]) -> Self {
        let mut lanes = Self { inner: [[0; N]; 8], outer: [[0; N]; 8], last: [[0; N]; 8], sum: [[0; N]; 8] };
        for (lane, work) in works.iter().enumerate() {
            for word in 0..8 {
                lanes.inner[word][lane] = work.inner[word];
                lanes.outer[word][lane] = work.outer[word];
                lanes.last[word][lane] = work.last[word];
                lanes.sum[word][lane] = work.sum[word];
            }
        }
        lanes
    }

    fn store(&self, works: &mut [&mut Work]) {
        for (lane, work) in works.iter_mut().enumerate() {
            work.last = of_lane(&self.last, lane);
            work.sum = of_lane(&self.sum, lane);
        }
    }
}

impl<const N: usize> Drop for Lanes<N> {
    fn drop(&mut self) {
        let Self { inner, outer, last, sum } = self;
        for across in [inner, outer, last, sum] {
            across.zeroize();
        }
    }
}

#[expect(clippy::many_single_char_names, reason = "the words of a state")]
#[expect(clippy::inline_always, reason = "as side_by_side")]
#[inline(always)]
fn of_lane<const N: usize>(across: &Across<N>, lane: usize) -> Words {
    let [a, b, c, d, e, f, g, h] = across;
    [a[lane], b[lane], c[lane], d[lane], e[lane], f[lane], g[lane], h[lane]]
}
