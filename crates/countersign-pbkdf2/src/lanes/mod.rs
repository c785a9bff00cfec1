//! Several PBKDF2 computations side by side, in whatever way this machine is fastest at so many.
//!
//! One computation is a chain: no step can begin before the last one ended, and most of the processor waits.
//! Steps of different passwords have nothing to do with each other, so they fill what one leaves empty.
//!
//! Where a processor has none of the [`x86`] kernels the work is aws-lc's, one at a time: on ARM its SHA-256
//! instructions do more than four lanes of NEON could.

mod plain;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::LazyLock;

use crate::work::Work;

/// Whether computing here is faster than one at a time with aws-lc: whether this machine has more than the
/// plain kernel, which every machine has.
pub fn pays() -> bool {
    PLAN.kernels.len() > 1
}

/// How many computations a thread should have under way at most: the fewest with which each is cheapest.
pub fn width() -> usize {
    PLAN.width
}

/// Goes on with all of them by as many iterations as take about a quarter of a millisecond, or until one is complete.
///
/// What is complete already would hold the others up: leave it out.
pub fn advance(works: &mut [&mut Work]) {
    let Some(left) = works.iter().map(|work| work.left).min() else { return };
    let iterations = left.min(SLICE / PLAN.cost(works.len()));
    let mut rest = works;
    while !rest.is_empty() {
        let kernel = PLAN.first(rest.len());
        let group;
        (group, rest) = rest.split_at_mut(kernel.lanes.min(rest.len()));
        kernel.run(group, iterations);
    }
}

/// About how long [`advance`] takes, in nanoseconds: long enough that what happens between is nothing, short
/// enough that who comes and goes between does not wait.
const SLICE: u32 = 250_000;

/// A way to compute.
struct Kernel {
    name: &'static str,
    /// How many it computes at once, at most.
    lanes: usize,
    /// What an iteration of them all costs, in nanoseconds on a Sapphire Rapids of 2023. The ratios decide, and
    /// they are alike on other processors.
    cost: u32,
    /// Unsafe to call where the processor lacks the features it was compiled for; so a kernel is made only
    /// where it has them.
    forward: unsafe fn(&mut [&mut Work], u32),
}

impl Kernel {
    /// Goes on with up to `lanes` computations, each of which has so many iterations left.
    #[expect(unsafe_code, reason = "the one place where code runs that not every processor can run")]
    fn run(&self, works: &mut [&mut Work], iterations: u32) {
        assert!(works.len() <= self.lanes && works.iter().all(|work| work.left >= iterations));
        // SAFETY: the functions are safe but for the features that they were compiled for, and a `Kernel` with
        // such a function is made by `x86::kernels` alone, after it saw that this processor has them.
        unsafe { (self.forward)(works, iterations) };
        for work in works {
            work.left -= iterations;
        }
    }
}

/// All kernels that this machine can run, the plain one first.
fn kernels() -> Vec<Kernel> {
    let plain = Kernel { name: "plain", lanes: 1, cost: 430, forward: plain::one };
    let mut kernels = vec![plain];
    #[cfg(target_arch = "x86_64")]
    kernels.extend(x86::kernels());
    kernels
}

/// The cheapest way to compute any number of passwords, made once.
struct Plan {
    kernels: Vec<Kernel>,
    /// For each number of computations, from none on: what an iteration of all costs, and the kernel that takes
    /// the first of them.
    steps: Vec<(u32, usize)>,
    width: usize,
}

static PLAN: LazyLock<Plan> = LazyLock::new(|| {
    let plan = Plan::new(kernels());
    let names: Vec<_> = plan.kernels.iter().map(|kernel| kernel.name).collect();
    tracing::debug!(kernels = ?names, side_by_side = plan.width, "PBKDF2 with SHA-256 can be computed");
    plan
});

impl Plan {
    fn new(kernels: Vec<Kernel>) -> Self {
        let widest = kernels.iter().map(|kernel| kernel.lanes).max().unwrap_or(1);
        let mut steps = vec![(0, 0)];
        for count in 1..=widest {
            let cheapest = kernels.iter().enumerate().map(|(at, kernel)| {
                let (rest, _) = steps[count.saturating_sub(kernel.lanes)];
                (kernel.cost + rest, at)
            });
            steps.extend(cheapest.min());
        }
        // Picoseconds are enough to tell, and of equals the first is taken.
        let width = (1..=widest).min_by_key(|count| u64::from(steps[*count].0) * 1000 / *count as u64);
        let width = width.unwrap_or(1);
        Self { kernels, steps, width }
    }

    /// What an iteration of so many costs, in nanoseconds.
    fn cost(&self, count: usize) -> u32 {
        let widest = self.steps.len() - 1;
        let (rest, full) = (count % widest, u32::try_from(count / widest).unwrap_or(u32::MAX));
        self.steps[rest].0.saturating_add(full.saturating_mul(self.steps[widest].0)).max(1)
    }

    /// The kernel for the first of so many.
    fn first(&self, count: usize) -> &Kernel {
        &self.kernels[self.steps[count.min(self.steps.len() - 1)].1]
    }
}
