//! `bench/ratios.toml`: what the last full run found, which later ones must not lose.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::comparison::Outcome;
use crate::failure::{Result, While};
use crate::scene::Scene;

/// A loss of more than this share fails.
const TOLERANCE: f64 = 0.25;

pub(crate) type Ratios = BTreeMap<String, f64>;

pub(crate) fn read(scene: &Scene) -> Result<Ratios> {
    let path = path(scene);
    let text = fs::read_to_string(&path).during(path.display())?;
    toml::from_str(&text).during(path.display())
}

pub(crate) fn write(scene: &Scene, outcomes: &[Outcome]) -> Result<()> {
    let mut text = String::from(
        "# Written by ./scripts/bench; `./scripts/bench --quick` fails where one of them is lost by more than a quarter.\n",
    );
    // What could not be measured this time keeps what it had.
    let mut ratios = read(scene)?;
    ratios.extend(outcomes.iter().map(|outcome| (outcome.comparison.id.to_owned(), outcome.ratio)));
    for (id, ratio) in ratios {
        let _ = writeln!(text, "{id} = {ratio:.3}");
    }
    let path = path(scene);
    fs::write(&path, text).during(path.display())
}

/// Whether it lost; what is not committed yet cannot.
pub(crate) fn is_loss(committed: &Ratios, outcome: &Outcome) -> bool {
    let before = committed.get(outcome.comparison.id);
    before.is_some_and(|before| outcome.comparison.target.is_loss(*before, outcome.ratio, TOLERANCE))
}

/// A sentence for each that lost.
pub(crate) fn losses(committed: &Ratios, outcomes: &[Outcome]) -> Vec<String> {
    outcomes
        .iter()
        .filter(|outcome| is_loss(committed, outcome))
        .map(|outcome| {
            let id = outcome.comparison.id;
            format!(
                "{id}: the ratio is {:.3}, and was {:.3} when bench/ratios.toml was written: more than {:.0} % are lost",
                outcome.ratio,
                committed[id],
                TOLERANCE * 100.0
            )
        })
        .collect()
}

fn path(scene: &Scene) -> PathBuf {
    scene.root.join("bench/ratios.toml")
}
