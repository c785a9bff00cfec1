//! POST with username and password: PBKDF2 at Django's own number of iterations.

use std::thread;
use std::time::Instant;

use serde_json::json;

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::{Failure, Result};
use crate::scene::Scene;
use crate::service::client;
use crate::service::database::Engine;
use crate::service::load::{Asking, Load};
use crate::service::servers::{self, Refreshing, Server};
use crate::service::stage::{PASSWORD, USERS};
use crate::service::versus::in_turn;

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

/// Logins per second. So many and no longer, as in a time that is set whoever has not ended would not count.
fn many(scene: &Scene) -> Result<Measured> {
    let (ours, theirs) = servers(scene)?;
    let rate = |server: &Server| -> Result<f64> {
        let begun = Instant::now();
        thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| scope.spawn(|| (0..LOGINS).try_for_each(|_| one(server).map(drop))))
                .collect();
            clients.into_iter().try_for_each(|client| {
                client.join().unwrap_or_else(|_| Err(Failure::new("a client panicked")))
            })
        })?;
        Ok(f64::from(CLIENTS * LOGINS) / begun.elapsed().as_secs_f64())
    };
    in_turn(scene.service_rounds(), || rate(&ours), || rate(&theirs))
}

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

const CLIENTS: u32 = 16;

/// Of each client.
const LOGINS: u32 = 3;
