//! `docs/benchmarks.md`.

use std::fmt::Write as _;
use std::fs;

use crate::committed;
use crate::comparison::{Outcome, Target, Unit};
use crate::core::instructions;
use crate::curve::{self, Curve};
use crate::failure::{Result, While};
use crate::plot::{self, Series};
use crate::scene::Scene;

pub(crate) fn write(scene: &Scene, outcomes: &[Outcome], curves: &[(Curve, Vec<Series>)]) -> Result<()> {
    let mut page = String::from(HEAD);
    page.push_str("| what | against | ours | theirs | ratio | wanted | |\n|---|---|---|---|---|---|---|\n");
    for outcome in outcomes {
        page.push_str(&row(outcome));
    }
    let notes = scene.root.join("bench/notes.md");
    let _ = write!(page, "\n{}", fs::read_to_string(&notes).during(notes.display())?);
    let folder = scene.root.join("docs/benchmarks");
    fs::create_dir_all(&folder).during(folder.display())?;
    page.push_str("\n## How cost grows\n");
    for (curve, series) in curves {
        let file = format!("{}.svg", curve.id);
        plot::lines(&folder.join(&file), curve.title, curve.x_label, curve.y_label, series)?;
        let _ = write!(page, "\n![{}](benchmarks/{file})\n\n{}", curve.title, curve::table(curve, series));
    }
    match instructions::table() {
        Ok(table) => _ = write!(page, "\n{INSTRUCTIONS}{table}"),
        Err(failure) => eprintln!("bench: no instructions are counted: {failure}"),
    }
    let path = scene.root.join("docs/benchmarks.md");
    fs::write(&path, page).during(path.display())?;
    committed::write(scene, outcomes)
}

fn row(outcome: &Outcome) -> String {
    let comparison = &outcome.comparison;
    let theirs = outcome.theirs.map_or_else(|| "–".to_owned(), |theirs| quantity(theirs, comparison.unit));
    let ours = quantity(outcome.ours, comparison.unit);
    let (ratio, wanted) = match comparison.target {
        Target::AtLeast(bound) => (format!("{:.2}×", outcome.ratio), format!("≥ {bound}×")),
        Target::AtMost(bound) => (format!("{:.2}×", outcome.ratio), format!("≤ {bound}×")),
        Target::Within(bound) => ("–".to_owned(), format!("≤ {}", quantity(bound, comparison.unit))),
    };
    let reached = if comparison.target.is_reached(outcome.ratio) { "reached" } else { "**not reached**" };
    format!(
        "| {} | {} | {ours} | {theirs} | {ratio} | {wanted} | {reached} |\n",
        comparison.what, comparison.against
    )
}

fn quantity(value: f64, unit: Unit) -> String {
    format!("{} {unit}", digits(value))
}

/// Three digits that say something.
pub(crate) fn digits(value: f64) -> String {
    let digits = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}")
}

const HEAD: &str = "# Benchmarks\n\n";

const INSTRUCTIONS: &str = "\
## Instructions

What callgrind counts of one operation: the same on a busy machine. Its processor has no SHA extensions, so the HMAC in each
is dearer there than on most servers.

";
