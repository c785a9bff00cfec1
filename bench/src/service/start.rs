//! How soon it is there, and what it takes while nobody asks.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::{Failure, Result};
use crate::measure::Samples;
use crate::scene::Scene;
use crate::service::client;
use crate::service::database::Engine;
use crate::service::process::memory;
use crate::service::servers::{self, Refreshing, Server};
use crate::service::stage::Stage;
use crate::service::tokens;
use crate::service::versus::in_turn;

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![
        Comparison {
            id: "start",
            what: "start to listening, PostgreSQL",
            against: "–",
            unit: Unit::Milliseconds,
            target: Target::Within(100.0),
            quick: false,
            measure: starts,
        },
        Comparison {
            id: "idle-memory",
            what: "idle memory, after the first request",
            against: "one gunicorn worker of the Django project, after its first request",
            unit: Unit::Megabytes,
            target: Target::AtMost(0.2),
            quick: false,
            measure: idle,
        },
    ]
}

fn starts(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let configuration = stage.folder.join("start.toml");
    servers::configure(&configuration, &database, "", "blacklist = true\n")?;
    let start = || -> Result<f64> {
        let mut command = Command::new(Stage::countersign()?);
        command.arg("serve").arg("--config").arg(&configuration).stderr(Stdio::piped());
        let begun = Instant::now();
        let mut child = command.spawn()?;
        let lines = child.stderr.take().map(|stderr| BufReader::new(stderr).lines());
        let listens = lines
            .into_iter()
            .flatten()
            .map_while(std::result::Result::ok)
            .any(|line| line.contains("listening"));
        let milliseconds = begun.elapsed().as_secs_f64() * 1e3;
        child.kill()?;
        child.wait()?;
        if listens { Ok(milliseconds) } else { Err(Failure::new("the server ended before it listened")) }
    };
    start()?;
    let ours = (0..10).map(|_| start()).collect::<Result<Samples>>()?;
    Ok(Measured { ours, theirs: Samples::new() })
}

fn idle(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    in_turn(
        3,
        || {
            let ours = servers::countersign(stage, &database, Refreshing::Plain)?;
            resident(&ours, ours.process.id())
        },
        || {
            let theirs = servers::gunicorn(stage, &database)?;
            resident(&theirs, only_child(theirs.process.id())?)
        },
    )
}

fn resident(server: &Server, process: u32) -> Result<f64> {
    for token in tokens::mint("access", [1])? {
        client::get(&server.address, "/api/token/authenticate/", &token.text)?.expect_ok()?;
    }
    memory(process, "VmRSS").ok_or_else(|| Failure::new("the server has ended"))
}

fn only_child(process: u32) -> Result<u32> {
    let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"))?;
    Ok(children.trim().parse()?)
}
