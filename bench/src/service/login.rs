//! POST with username and password: PBKDF2 at Django's own number of iterations.

use serde_json::json;

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::Result;
use crate::scene::Scene;
use crate::service::client;
use crate::service::database::Engine;
use crate::service::load::{Asking, Load, Seen};
use crate::service::servers::{self, Refreshing};
use crate::service::stage::{PASSWORD, USERS};
use crate::service::versus::{per_second, versus};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![
        Comparison {
            id: "logins",
            what: "logins/s, PBKDF2 at Django 5.2's 1 000 000 iterations, 16 connections",
            against: "SimpleJWT on Django",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(4.0),
            quick: false,
            measure: |scene| measure(scene, 16, 8, per_second),
        },
        Comparison {
            id: "login-alone",
            what: "one login alone, latency",
            against: "SimpleJWT on Django",
            unit: Unit::Milliseconds,
            target: Target::AtMost(0.6),
            quick: false,
            measure: |scene| measure(scene, 1, 4, |seen| seen.median),
        },
    ]
}

fn measure(scene: &Scene, connections: u32, seconds: u32, of: fn(&Seen) -> f64) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let ours = servers::countersign(stage, &database, Refreshing::Plain)?;
    let theirs = servers::granian(stage, &database, Refreshing::Plain)?;
    for server in [&ours, &theirs] {
        client::post(&server.address, PATH, &body(1, PASSWORD))?.expect_ok()?;
        client::post(&server.address, PATH, &body(1, "wrong"))?.expect_status(401)?;
    }
    let load = load(scene, connections, seconds)?;
    versus(scene, (&ours, &load), (&theirs, &load), of)
}

pub(super) fn load(scene: &Scene, connections: u32, seconds: u32) -> Result<Load> {
    let lines = scene.stage()?.lines((1..=USERS).map(|user| body(user, PASSWORD)))?;
    Ok(Load { path: PATH, asking: Asking::Post, lines, connections, seconds })
}

fn body(user: u64, password: &str) -> String {
    json!({"username": format!("user{user}"), "password": password}).to_string()
}

const PATH: &str = "/api/token/";
