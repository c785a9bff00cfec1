//! What x86-64 processors can do beside the plain kernel: SHA extensions, AVX-512.

mod eight;
mod sha;

use super::Kernel;
use super::plain::side_by_side;
use crate::work::Work;

/// Those that this processor has the features for.
///
/// The SHA extensions are the fastest way to compute one: two streams of them fill the unit, and a third would
/// wait. Sixteen lanes of AVX-512 cost less for each than that, but all of it even if half of them are empty; so do
/// eight for half as many. Eight lanes of AVX2, without rotations, are slower than two streams.
pub(super) fn kernels() -> impl Iterator<Item = Kernel> {
    let sha = is_x86_feature_detected!("sha")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1");
    let avx512 = is_x86_feature_detected!("avx512f");
    let avx512_on_256 = avx512 && is_x86_feature_detected!("avx512vl");
    [
        (sha, Kernel { name: "SHA extensions", lanes: 1, cost: 95, forward: sha::one }),
        (sha, Kernel { name: "SHA extensions, two streams", lanes: 2, cost: 150, forward: sha::two }),
        (avx512_on_256, Kernel { name: "AVX-512, 8 lanes", lanes: 8, cost: 465, forward: eight::eight }),
        (avx512, Kernel { name: "AVX-512, 16 lanes", lanes: 16, cost: 670, forward: sixteen }),
    ]
    .into_iter()
    .filter_map(|(has_features, kernel)| has_features.then_some(kernel))
}

/// Sixteen lanes, widened by the compiler to registers of 512 bits.
#[target_feature(enable = "avx512f")]
fn sixteen(works: &mut [&mut Work], iterations: u32) {
    side_by_side::<16>(works, iterations);
}
