//! `docs/benchmarks.md`: the table of the last full run, what was compared on what, and what is to be said of it.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use countersign::clock::{Clock, SystemClock};

use crate::Run;
use crate::committed;
use crate::comparison::{Outcome, Target, Unit};
use crate::core::instructions;
use crate::curve::{self, Curve};
use crate::failure::{Result, While};
use crate::machine;
use crate::plot::{self, Series};
use crate::scene::Scene;
use crate::service;

/// Writes the page, its plots and the ratios.
pub(crate) fn write(scene: &Scene, run: &Run, took: Duration) -> Result<()> {
    let notes = scene.root.join("bench/notes.md");
    let notes = fs::read_to_string(&notes).during(notes.display())?;
    let minutes = took.as_secs().div_ceil(60);
    let mut page =
        format!("{HEAD}\n{} Everything ran on {}, in {minutes} minutes.\n\n", ALTERNATION, today());
    page.push_str("| what | against | ours | theirs | ratio | wanted | |\n|---|---|---|---|---|---|---|\n");
    page.extend(run.outcomes.iter().map(row));
    page.extend(run.failures.iter().map(|failure| format!("\n**Not measured in this run**: {failure}\n")));
    let _ = write!(page, "\n{}\n\n## How cost grows\n", notes.trim());
    draw(scene, &run.curves, &mut page)?;
    match instructions::table() {
        Ok(table) => _ = write!(page, "\n{INSTRUCTIONS}\n{table}"),
        Err(failure) => eprintln!("bench: no instructions are counted: {failure}"),
    }
    let _ = write!(page, "\n## The machine\n\n{}", list(&machine::machine()));
    let _ = write!(page, "\n## The versions\n\n{}", list(&versions(scene)?));
    let path = scene.root.join("docs/benchmarks.md");
    fs::write(&path, page).during(path.display())?;
    committed::write(scene, &run.outcomes)
}

fn row(outcome: &Outcome) -> String {
    let comparison = &outcome.comparison;
    let theirs = outcome.theirs.map_or_else(|| "–".to_owned(), |theirs| quantity(theirs, comparison.unit));
    let ours = quantity(outcome.ours, comparison.unit);
    let ratio = format!("{:.2}× ±{:.0} %", outcome.ratio, outcome.spread * 50.0);
    let (ratio, wanted) = match comparison.target {
        Target::AtLeast(bound) => (ratio, format!("≥ {bound}×")),
        Target::AtMost(bound) => (ratio, format!("≤ {bound}×")),
        Target::Within(bound) => ("–".to_owned(), format!("≤ {bound} {}", comparison.unit)),
    };
    let reached = if comparison.target.is_reached(outcome.ratio) { "reached" } else { "**not reached**" };
    format!(
        "| {} | {} | {ours} | {theirs} | {ratio} | {wanted} | {reached} |\n",
        comparison.what, comparison.against
    )
}

fn draw(scene: &Scene, curves: &[(Curve, Vec<Series>)], page: &mut String) -> Result<()> {
    let folder = scene.root.join("docs/benchmarks");
    fs::create_dir_all(&folder).during(folder.display())?;
    for (curve, series) in curves {
        let file = format!("{}.svg", curve.id);
        plot::lines(&folder.join(&file), curve.title, curve.x_label, curve.y_label, series)?;
        let _ = write!(page, "\n![{}](benchmarks/{file})\n\n{}", curve.title, curve::table(curve, series));
    }
    Ok(())
}

fn quantity(value: f64, unit: Unit) -> String {
    let separator = if unit == Unit::RequestsPerSecond { "" } else { " " };
    format!("{}{separator}{unit}", digits(value))
}

/// Three digits that say something.
pub(crate) fn digits(value: f64) -> String {
    let digits = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

/// Rust's from the lock file, everybody else's from themselves.
fn versions(scene: &Scene) -> Result<Vec<String>> {
    let lock = scene.root.join("bench/Cargo.lock");
    let lock: toml::Table =
        fs::read_to_string(&lock).during(lock.display())?.parse().during(lock.display())?;
    let packages = lock["package"].as_array().into_iter().flatten();
    let of = |package: &toml::Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    let crates = packages
        .map(|package| (of(package, "name"), of(package, "version")))
        .filter(|(name, _)| CRATES.contains(&name.as_str()))
        .map(|(name, version)| format!("{name} {version}"));
    let mut versions: Vec<String> = machine::rust().into_iter().chain(crates).collect();
    versions.extend(service::versions(scene)?);
    Ok(versions)
}

fn list(items: &[String]) -> String {
    items.iter().fold(String::new(), |list, item| list + "- " + item + "\n")
}

fn today() -> String {
    let now = jiff::Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or_default();
    now.strftime("%Y-%m-%d").to_string()
}

const HEAD: &str = "# Benchmarks

`./scripts/bench` writes this page. Each comparison runs both sides in turn, in one run, on one machine: the numbers of either mean
little elsewhere, their ratio does. A ratio is the median of the ratios round by round, and ± half of what the middle half of them
spans. \"≥\" is about how many times as fast ours is, \"≤\" about how much of their time or memory it takes.
";

const ALTERNATION: &str = "A server's turn takes seconds, the core's a quarter of one; the first round does not count. wrk asks, and \
every answer must be a success.";

const INSTRUCTIONS: &str = "## Instructions

What callgrind counts of one operation, which is the same on a busy machine. Its processor has no SHA extensions, so that the HMAC in each
is dearer there than on most servers.
";

const CRATES: [&str; 6] = ["aws-lc-rs", "axum", "countersign", "hyper", "jsonwebtoken", "serde_json"];
