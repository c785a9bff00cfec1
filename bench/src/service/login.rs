//! POST with username and password: PBKDF2 at Django's own number of iterations.

use std::time::Instant;

use serde_json::json;

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::Result;
use crate::scene::Scene;
use crate::service::client;
use crate::service::database::Engine;
use crate::service::load::{Asking, Load};
use crate::service::servers::{self, Refreshing, Server};
use crate::service::stage::{PASSWORD, USERS};
use crate::service::versus::{in_turn, per_second, versus};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![
        Comparison {
            id: "logins",
            what: "logins/s, PBKDF2 at Django 5.2's 1 000 000 iterations, 16 connections",
            against: "SimpleJWT on Django",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(4.0),
            quick: false,
            measure: many,
        },
        Comparison {
            id: "login-alone",
            what: "one login alone, latency",
            against: "SimpleJWT on Django",
            unit: Unit::Milliseconds,
            target: Target::AtMost(0.6),
            quick: false,
            measure: alone,
        },
    ]
}

fn many(scene: &Scene) -> Result<Measured> {
    let (ours, theirs) = servers(scene)?;
    // Long, as Django answers a few in a second.
    let load = load(scene, 16, 8)?;
    versus(scene, (&ours, &load), (&theirs, &load), per_second)
}

/// One at a time: wrk would stop in the middle of one.
fn alone(scene: &Scene) -> Result<Measured> {
    let (ours, theirs) = servers(scene)?;
    in_turn(15, || one(&ours), || one(&theirs))
}

/// How many milliseconds a login takes.
pub(super) fn one(server: &Server) -> Result<f64> {
    let begun = Instant::now();
    client::post(&server.address, PATH, &body(1, PASSWORD))?.expect_ok()?;
    Ok(begun.elapsed().as_secs_f64() * 1e3)
}

/// Both, with proof that they look at the password.
fn servers(scene: &Scene) -> Result<(Server, Server)> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let ours = servers::countersign(stage, &database, Refreshing::Plain)?;
    let theirs = servers::granian(stage, &database, Refreshing::Plain)?;
    for server in [&ours, &theirs] {
        client::post(&server.address, PATH, &body(1, PASSWORD))?.expect_ok()?;
        client::post(&server.address, PATH, &body(1, "wrong"))?.expect_status(401)?;
    }
    Ok((ours, theirs))
}

pub(super) fn load(scene: &Scene, connections: u32, seconds: u32) -> Result<Load> {
    let lines = scene.stage()?.lines((1..=USERS).map(|user| body(user, PASSWORD)))?;
    Ok(Load { path: PATH, asking: Asking::Post, lines, connections, seconds })
}

fn body(user: u64, password: &str) -> String {
    json!({"username": format!("user{user}"), "password": password}).to_string()
}

const PATH: &str = "/api/token/";
