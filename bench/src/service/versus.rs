use crate::comparison::Measured;
use crate::failure::Result;
use crate::measure::{Samples, alternate};
use crate::scene::Scene;
use crate::service::load::{Load, Seen};
use crate::service::servers::Server;

/// Asks the one and the other in turn, and keeps of each run what `of` finds.
pub(super) fn versus(
    scene: &Scene,
    ours: (&Server, &Load),
    theirs: (&Server, &Load),
    of: fn(&Seen) -> f64,
) -> Result<Measured> {
    in_turn(
        scene.service_rounds(),
        || Ok(of(&ours.1.run(&ours.0.address)?)),
        || Ok(of(&theirs.1.run(&theirs.0.address)?)),
    )
}

/// The same for any two.
pub(super) fn in_turn(
    rounds: usize,
    mut ours: impl FnMut() -> Result<f64>,
    mut theirs: impl FnMut() -> Result<f64>,
) -> Result<Measured> {
    let [ours, theirs] = pair(alternate(rounds, &mut [&mut ours, &mut theirs])?);
    Ok(Measured { ours, theirs })
}

fn pair(samples: Vec<Samples>) -> [Samples; 2] {
    let mut samples = samples.into_iter();
    [(); 2].map(|()| samples.next().unwrap_or_default())
}

pub(super) fn per_second(seen: &Seen) -> f64 {
    seen.per_second
}
