//! Every kernel of this machine against aws-lc, and against published vectors.

use std::num::NonZeroU32;

use aws_lc_rs::pbkdf2;
use proptest::prelude::*;

use super::*;

fn work(password: &[u8], salt: &[u8], iterations: u32) -> Box<Work> {
    Work::new(password, salt, NonZeroU32::new(iterations).unwrap())
}

fn derived_by_aws_lc(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut hash = [0; 32];
    let iterations = NonZeroU32::new(iterations).unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password, &mut hash);
    hash
}

fn bytes(hex: &str) -> [u8; 32] {
    std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
}

/// Runs all that a kernel takes at once to their ends, at most `at_once` iterations at a time.
fn run(kernel: &Kernel, works: &mut [Box<Work>], at_once: u32) {
    loop {
        let mut group: Vec<&mut Work> =
            works.iter_mut().map(|work| &mut **work).filter(|work| work.left > 0).collect();
        let Some(left) = group.iter().map(|work| work.left).min() else { return };
        kernel.run(&mut group, left.min(at_once));
    }
}

/// RFC 7914 §11, and the vectors for SHA-256 that are told everywhere for want of any in RFC 6070: each is the first
/// 32 bytes.
const PUBLISHED: [(&[u8], &[u8], u32, &str); 6] = [
    (b"passwd", b"salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
    (b"Password", b"NaCl", 80_000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"),
    (b"password", b"salt", 1, "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b"),
    (b"password", b"salt", 2, "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3c251dfd6e2d85a95474c43"),
    (b"password", b"salt", 4096, "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a"),
    (b"pass\0word", b"sa\0lt", 4096, "89b69d0516f829893c696226650a86878c029ac13ee276509d5ae58b6466a724"),
];

#[test]
fn every_kernel_computes_the_published_vectors() {
    for kernel in kernels() {
        // As often as there are lanes, so that each vector is once in each lane.
        for turn in 0..kernel.lanes.max(PUBLISHED.len()) {
            let vectors: Vec<_> =
                (0..kernel.lanes).map(|lane| PUBLISHED[(lane + turn) % PUBLISHED.len()]).collect();
            let mut works: Vec<_> =
                vectors.iter().map(|(password, salt, count, _)| work(password, salt, *count)).collect();
            run(&kernel, &mut works, u32::MAX);
            for (work, (.., expected)) in works.iter().zip(vectors) {
                assert_eq!(work.hash().unwrap(), bytes(expected), "{}", kernel.name);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_kernel_computes_what_aws_lc_does(
        jobs in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..200), prop::collection::vec(any::<u8>(), 0..200), 1..60_u32),
            16,
        ),
        // Lanes may stay empty.
        taken in 1..=16_usize,
        at_once in 1..70_u32,
    ) {
        for kernel in kernels() {
            let jobs = &jobs[..taken.min(kernel.lanes)];
            let mut works: Vec<_> =
                jobs.iter().map(|(password, salt, iterations)| work(password, salt, *iterations)).collect();
            run(&kernel, &mut works, at_once);
            for (work, (password, salt, iterations)) in works.iter().zip(jobs) {
                let expected = derived_by_aws_lc(password, salt, *iterations);
                prop_assert_eq!(work.hash(), Some(expected), "{}", kernel.name);
            }
        }
    }
}

#[test]
fn passwords_around_the_length_of_a_block_are_keys_as_hmac_wants_them() {
    for length in [0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 128, 1000] {
        let password = vec![b'x'; length];
        for salt in [0, 50, 51, 52, 55, 60, 64, 200].map(|length| vec![b'y'; length]) {
            assert_eq!(work(&password, &salt, 3).complete(), derived_by_aws_lc(&password, &salt, 3));
        }
    }
}

#[test]
fn any_number_is_computed_whatever_the_kernels_take() {
    for count in 1..=40_u32 {
        let mut works: Vec<_> = (0..count).map(|number| work(&[7], &number.to_be_bytes(), 100)).collect();
        while works[0].left > 0 {
            advance(&mut works.iter_mut().map(|work| &mut **work).collect::<Vec<_>>());
        }
        for (number, work) in (0..count).zip(works) {
            assert_eq!(work.hash(), Some(derived_by_aws_lc(&[7], &number.to_be_bytes(), 100)), "{count}");
        }
    }
    advance(&mut []);
}

#[test]
fn a_slice_ends_with_the_first_that_is_complete_or_after_its_time() {
    let (mut short, mut long) = (work(b"a", b"salt", 11), work(b"b", b"salt", 100_000_000));
    advance(&mut [&mut *short, &mut *long]);
    assert_eq!((short.left, long.left), (0, 99_999_989));
    assert!(short.hash().is_some() && long.hash().is_none());
    advance(&mut [&mut *long]);
    assert!((99_000_000..99_999_989).contains(&long.left), "{}", long.left);
}

fn kernel(name: &'static str, lanes: usize, cost: u32) -> Kernel {
    Kernel { name, lanes, cost, forward: plain::one }
}

/// The kernels, in their order, that a plan takes for so many.
fn taken(plan: &Plan, mut count: usize) -> Vec<&'static str> {
    let mut names = Vec::new();
    while count > 0 {
        let kernel = plan.first(count);
        names.push(kernel.name);
        count = count.saturating_sub(kernel.lanes);
    }
    names
}

#[test]
fn the_cheapest_kernels_are_taken_for_any_number() {
    let all = [kernel("plain", 1, 430), kernel("one", 1, 95), kernel("two", 2, 150), kernel("8", 8, 465)];
    let plan = Plan::new(all.into_iter().chain([kernel("16", 16, 670)]).collect());
    assert_eq!(plan.width, 16);
    assert_eq!(taken(&plan, 1), ["one"]);
    assert_eq!(taken(&plan, 2), ["two"]);
    assert_eq!(taken(&plan, 3).len(), 2);
    assert_eq!(taken(&plan, 4), ["two", "two"]);
    assert_eq!(taken(&plan, 8), ["8"]);
    assert_eq!(taken(&plan, 12), ["16"]);
    assert_eq!(taken(&plan, 16), ["16"]);
    assert_eq!(taken(&plan, 18), ["16", "two"]);
    assert_eq!([1, 2, 3, 8, 16, 17, 32].map(|count| plan.cost(count)), [95, 150, 245, 465, 670, 765, 1340]);
}

#[test]
fn a_thread_takes_no_more_than_gain_by_it() {
    let sha = Plan::new(vec![kernel("plain", 1, 430), kernel("one", 1, 95), kernel("two", 2, 150)]);
    assert_eq!(sha.width, 2);
    let avx2 = Plan::new(vec![kernel("plain", 1, 430), kernel("avx2", 8, 800)]);
    assert_eq!((avx2.width, taken(&avx2, 1), taken(&avx2, 2)), (8, vec!["plain"], vec!["avx2"]));
    assert_eq!(Plan::new(vec![kernel("plain", 1, 430)]).width, 1);
}
