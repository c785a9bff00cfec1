//! POST verify: the endpoint that touches no database.

use serde_json::json;

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::Result;
use crate::scene::Scene;
use crate::service::database::Engine;
use crate::service::load::{Asking, Load};
use crate::service::servers::{self, Refreshing};
use crate::service::stage::USERS;
use crate::service::versus::{per_second, versus};
use crate::service::{client, tokens};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![
        Comparison {
            id: "verify-http-echo",
            what: "POST verify over HTTP, 16 connections",
            against: "a bare axum JSON echo",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(0.9),
            quick: false,
            measure: beside_echo,
        },
        Comparison {
            id: "verify-axum-echo",
            what: "the same, `countersign-axum` alone in a program of one's own",
            against: "a bare axum JSON echo",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(0.9),
            quick: true,
            measure: library_beside_echo,
        },
        Comparison {
            id: "verify-django",
            what: "POST verify over HTTP, 16 connections",
            against: "SimpleJWT on Django, granian, all cores",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(35.0),
            quick: false,
            measure: beside_django,
        },
    ]
}

fn beside_echo(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let ours = servers::countersign(stage, &stage.database(Engine::Postgres)?, Refreshing::Plain)?;
    let theirs = servers::beside(stage, "echo")?;
    let load = load(scene)?;
    versus(scene, (&ours, &load), (&theirs, &load), per_second)
}

fn library_beside_echo(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let ours = servers::beside(stage, "verifier")?;
    let theirs = servers::beside(stage, "echo")?;
    let load = load(scene)?;
    refuses_forgeries(&ours.address, load.path)?;
    versus(scene, (&ours, &load), (&theirs, &load), per_second)
}

fn beside_django(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let ours = servers::countersign(stage, &database, Refreshing::Plain)?;
    let theirs = servers::granian(stage, &database, Refreshing::Plain)?;
    let load = load(scene)?;
    for server in [&ours, &theirs] {
        refuses_forgeries(&server.address, load.path)?;
    }
    versus(scene, (&ours, &load), (&theirs, &load), per_second)
}

/// A hundred access tokens in turn.
pub(super) fn load(scene: &Scene) -> Result<Load> {
    let bodies =
        tokens::mint("access", 1..=USERS)?.into_iter().map(|token| json!({"token": token.text}).to_string());
    let lines = scene.stage()?.lines(bodies)?;
    Ok(Load { path: PATH, asking: Asking::Post, lines, connections: 16, seconds: Scene::SECONDS })
}

/// Who says yes to everything is fast, too.
fn refuses_forgeries(address: &str, path: &str) -> Result<()> {
    for token in tokens::mint("access", [1])? {
        // Whatever the last character is, it is another one.
        let (rest, last) = token.text.split_at(token.text.len() - 1);
        let other = if last == "A" { "E" } else { "A" };
        let forged = json!({"token": format!("{rest}{other}")}).to_string();
        let genuine = json!({"token": token.text}).to_string();
        client::post(address, path, &genuine)?.expect_ok()?;
        client::post(address, path, &forged)?.expect_status(401)?;
    }
    Ok(())
}

const PATH: &str = "/api/token/verify/";
