//! POST refresh, without and with rotation.

use serde_json::json;

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::{Failure, Result};
use crate::scene::Scene;
use crate::service::database::{Database, Engine};
use crate::service::load::{Asking, Load};
use crate::service::servers::{self, Refreshing, Server};
use crate::service::stage::{Stage, USERS};
use crate::service::versus::{in_turn, per_second, versus};
use crate::service::{pgbench, tokens};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![
        Comparison {
            id: "refresh-sqlite",
            what: "refresh without rotation, SQLite",
            against: "SimpleJWT on Django",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(30.0),
            quick: false,
            measure: |scene| plain(scene, Engine::Sqlite),
        },
        Comparison {
            id: "refresh-postgres",
            what: "refresh without rotation, PostgreSQL",
            against: "SimpleJWT on Django",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(12.0),
            quick: false,
            measure: |scene| plain(scene, Engine::Postgres),
        },
        Comparison {
            id: "rotate-django",
            what: "refresh with rotation and blacklist, PostgreSQL",
            against: "SimpleJWT on Django",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(10.0),
            quick: false,
            measure: rotating,
        },
        Comparison {
            id: "rotate-pgbench",
            what: "refresh with rotation and blacklist, PostgreSQL",
            against: "pgbench with the same statements, prepared, as many clients",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(0.8),
            quick: false,
            measure: beside_pgbench,
        },
    ]
}

fn plain(scene: &Scene, engine: Engine) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(engine)?;
    let ours = servers::countersign(stage, &database, Refreshing::Plain)?;
    let theirs = servers::granian(stage, &database, Refreshing::Plain)?;
    let bodies = tokens::mint("refresh", 1..=USERS)?
        .into_iter()
        .map(|token| json!({"refresh": token.text}).to_string());
    let lines = stage.lines(bodies)?;
    let load = Load { path: PATH, asking: Asking::Post, lines, connections: 16, seconds: Scene::SECONDS };
    versus(scene, (&ours, &load), (&theirs, &load), per_second)
}

fn rotating(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let ours = servers::countersign(stage, &database, Refreshing::Rotating)?;
    let theirs = servers::granian(stage, &database, Refreshing::Rotating)?;
    in_turn(scene.service_rounds(), || rotate(stage, &database, &ours), || rotate(stage, &database, &theirs))
}

fn beside_pgbench(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let ours = servers::countersign(stage, &database, Refreshing::Rotating)?;
    let script = pgbench::Script::recorded(stage, &database, &ours)?;
    in_turn(
        scene.service_rounds(),
        || rotate(stage, &database, &ours),
        || script.run(&database, CONNECTIONS, Scene::SECONDS),
    )
}

/// Refreshes per second. Each token is used once; what was answered is in the blacklist afterwards, no more and no less than
/// what was still under way when the time was over.
pub(super) fn rotate(stage: &Stage, database: &Database, server: &Server) -> Result<f64> {
    let minted = tokens::mint("refresh", 1..=USERS)?;
    tokens::record(database, &minted)?;
    let lines = stage.lines(minted.into_iter().map(|token| token.text))?;
    let load =
        Load { path: PATH, asking: Asking::Rotate, lines, connections: CONNECTIONS, seconds: Scene::SECONDS };
    let before = blacklisted(database)?;
    let seen = load.run(&server.address)?;
    let rotated = blacklisted(database)? - before;
    if rotated < seen.requests || rotated > seen.requests + f64::from(CONNECTIONS) {
        return Err(Failure::new(format!(
            "{} refreshes were answered, and {rotated} are in the blacklist",
            seen.requests
        )));
    }
    Ok(seen.per_second)
}

pub(super) fn blacklisted(database: &Database) -> Result<f64> {
    Ok(database.query("SELECT count(*) FROM token_blacklist_blacklistedtoken")?.parse()?)
}

pub(super) const PATH: &str = "/api/token/refresh/";

const CONNECTIONS: u32 = 16;
