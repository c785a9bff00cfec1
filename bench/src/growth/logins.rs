//! More logins at once.

use std::num::NonZeroU32;

use crate::core::passwords::Logins;
use crate::failure::{Failure, Result};
use crate::measure::{alternate, median};
use crate::plot::Series;
use crate::scene::Scene;

/// A tenth of Django's iterations, so that it can be asked often.
pub(super) fn waiting(scene: &Scene) -> Result<Vec<Series>> {
    let iterations = NonZeroU32::new(100_000).ok_or_else(|| Failure::new("no iterations"))?;
    let logins = Logins::new(iterations)?;
    let mut lines = ["Countersign's hashing pool", "aws-lc's PBKDF2"].map(Series::of);
    for number in [1, 2, 4, 8, 16, 32] {
        let samples =
            alternate(scene.rounds(), &mut [&mut || logins.pooled(number), &mut || Ok(logins.bare(number))])?;
        for (line, samples) in lines.iter_mut().zip(&samples) {
            #[expect(clippy::cast_precision_loss, reason = "a few")]
            line.points.push((number as f64, median(samples)));
        }
    }
    Ok(lines.into())
}
