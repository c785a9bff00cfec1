//! Countersign beside its peers: every comparison of `docs/benchmarks.md`, in alternation, in one run.
//!
//! `./scripts/bench` is how it is run: that one builds the servers first and has a PostgreSQL.

mod committed;
mod comparison;
mod core;
mod curve;
mod failure;
mod growth;
mod machine;
mod measure;
mod plot;
mod report;
mod scene;
mod service;

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use crate::committed::Ratios;
use crate::comparison::{Comparison, Outcome};
use crate::curve::Curve;
use crate::failure::{Failure, Result};
use crate::plot::Series;
use crate::scene::Scene;

/// Runs the comparisons and writes docs/benchmarks.md.
#[derive(Parser)]
struct Cli {
    /// The quick ones only, in less than two minutes: writes nothing, fails where one lost more than a quarter of what is committed
    #[arg(long)]
    quick: bool,
    /// Only what has one of these names; writes nothing
    #[arg(long, num_args = 1.., value_name = "NAME")]
    only: Vec<String>,
    /// Says what there is, and runs nothing
    #[arg(long)]
    list: bool,
    /// Counts the instructions of the core's operations with callgrind; writes nothing
    #[arg(long)]
    instructions: bool,
    /// Does one operation of the core so many times, for callgrind to count
    #[arg(long, hide = true, num_args = 2, value_names = ["NAME", "TIMES"])]
    operate: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: &Cli) -> Result<ExitCode> {
    if let [name, times] = cli.operate.as_slice() {
        core::instructions::operate(name, times.parse()?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if cli.instructions {
        print!("{}", core::instructions::table()?);
        return Ok(ExitCode::SUCCESS);
    }
    let comparisons: Vec<Comparison> =
        core::comparisons().into_iter().chain(service::comparisons()).collect();
    let curves: Vec<Curve> = growth::curves().into_iter().chain(service::curves()).collect();
    if cli.list {
        list(&comparisons, &curves);
        return Ok(ExitCode::SUCCESS);
    }
    check_names(&cli.only, &comparisons, &curves)?;

    let (scene, begun) = (Scene::new(cli.quick)?, Instant::now());
    let wanted = |id: &str, quick: bool| match cli.only.as_slice() {
        [] => quick || !cli.quick,
        names => names.iter().any(|name| name == id),
    };
    let mut run = Run::default();
    for comparison in comparisons.into_iter().filter(|it| wanted(it.id, it.quick)) {
        if let Some(outcome) = run.timed(comparison.id, || comparison.run(&scene)) {
            println!("{outcome}");
            run.outcomes.push(outcome);
        }
    }
    for curve in curves.into_iter().filter(|it| wanted(it.id, false)) {
        if let Some(lines) = run.timed(curve.id, || (curve.run)(&scene)) {
            println!("{}", curve::summary(curve.id, &lines));
            run.curves.push((curve, lines));
        }
    }
    if cli.quick {
        let committed = committed::read(&scene)?;
        run.repeat_losses(&scene, &committed)?;
        run.failures.extend(committed::losses(&committed, &run.outcomes));
    } else if cli.only.is_empty() {
        report::write(&scene, &run, begun.elapsed())?;
    }
    for failure in &run.failures {
        eprintln!("bench: {failure}");
    }
    Ok(if run.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a run has found so far.
#[derive(Default)]
struct Run {
    outcomes: Vec<Outcome>,
    curves: Vec<(Curve, Vec<Series>)>,
    /// A sentence for each that could not be measured, or lost. The others are run all the same.
    failures: Vec<String>,
}

impl Run {
    /// Measures again what lost: code that became slower is slow every time, and a machine that was busy is not.
    fn repeat_losses(&mut self, scene: &Scene, committed: &Ratios) -> Result<()> {
        for outcome in &mut self.outcomes {
            for _ in 0..REPETITIONS {
                if !committed::is_loss(committed, outcome) {
                    break;
                }
                eprintln!("{}: {:.3}, again …", outcome.comparison.id, outcome.ratio);
                *outcome = outcome.comparison.run(scene)?;
            }
        }
        Ok(())
    }

    /// Says on standard error what runs and how long it took.
    fn timed<T>(&mut self, id: &str, measure: impl FnOnce() -> Result<T>) -> Option<T> {
        eprint!("{id} …");
        let start = Instant::now();
        let result = measure();
        eprintln!(" {:.1} s", start.elapsed().as_secs_f64());
        match result {
            Ok(found) => Some(found),
            Err(failure) => {
                eprintln!("{id}: {failure}");
                self.failures.push(format!("{id}: {failure}"));
                None
            }
        }
    }
}

/// How often what lost is measured again, at most.
const REPETITIONS: usize = 2;

fn list(comparisons: &[Comparison], curves: &[Curve]) {
    for comparison in comparisons {
        let quick = if comparison.quick { "quick" } else { "" };
        println!("{:<28} {quick:<6} {} / {}", comparison.id, comparison.what, comparison.against);
    }
    for curve in curves {
        println!("{:<28} {:<6} {}", curve.id, "", curve.title);
    }
}

fn check_names(names: &[String], comparisons: &[Comparison], curves: &[Curve]) -> Result<()> {
    let known = |name: &String| {
        comparisons.iter().any(|it| it.id == name.as_str()) || curves.iter().any(|it| it.id == name.as_str())
    };
    match names.iter().find(|name| !known(name)) {
        Some(name) => {
            Err(Failure::new(format!("there is no comparison `{name}`; `--list` says what there is")))
        }
        None => Ok(()),
    }
}
