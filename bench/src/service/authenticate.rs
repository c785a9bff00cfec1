//! GET with a bearer token: the user's row is loaded each time, and shown.

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::{Failure, Result};
use crate::scene::Scene;
use crate::service::database::Engine;
use crate::service::load::{Asking, Load};
use crate::service::servers::{self, Refreshing, Server};
use crate::service::stage::USERS;
use crate::service::versus::{per_second, versus};
use crate::service::{client, tokens};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![
        Comparison {
            id: "authenticate-sqlite",
            what: "authenticate, the user row loaded each time, SQLite",
            against: "the same view in Django",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(25.0),
            quick: false,
            measure: |scene| measure(scene, Engine::Sqlite),
        },
        Comparison {
            id: "authenticate-postgres",
            what: "authenticate, the user row loaded each time, PostgreSQL",
            against: "the same view in Django",
            unit: Unit::RequestsPerSecond,
            target: Target::AtLeast(12.0),
            quick: false,
            measure: |scene| measure(scene, Engine::Postgres),
        },
    ]
}

fn measure(scene: &Scene, engine: Engine) -> Result<Measured> {
    let stage = scene.stage()?;
    let database = stage.database(engine)?;
    let ours = servers::countersign(stage, &database, Refreshing::Plain)?;
    let theirs = servers::granian(stage, &database, Refreshing::Plain)?;
    let load = load(scene, "access", USERS)?;
    answer_alike(&ours, &theirs)?;
    versus(scene, (&ours, &load), (&theirs, &load), per_second)
}

/// Tokens of a hundred users, evenly spread among the first so many.
pub(super) fn load(scene: &Scene, kind: &str, users: u64) -> Result<Load> {
    let asked = (1..=USERS).map(|n| n * users / USERS);
    let lines = scene.stage()?.lines(tokens::mint(kind, asked)?.into_iter().map(|token| token.text))?;
    Ok(Load { path: PATH, asking: Asking::Get, lines, connections: 16, seconds: Scene::SECONDS })
}

/// Both show the same of the same user.
fn answer_alike(ours: &Server, theirs: &Server) -> Result<()> {
    for token in tokens::mint("access", [7])? {
        let answers = [ours, theirs].map(|server| {
            let answer = client::get(&server.address, PATH, &token.text)?.expect_ok()?;
            Ok::<_, Failure>(serde_json::from_str::<serde_json::Value>(&answer.body)?)
        });
        let [ours, theirs] = answers;
        let (ours, theirs) = (ours?, theirs?);
        if ours != theirs {
            return Err(Failure::new(format!("ours shows {ours}, Django {theirs}")));
        }
    }
    Ok(())
}

const PATH: &str = "/api/token/authenticate/";
