//! Verifications while everybody logs in.

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::{Failure, Result};
use crate::scene::Scene;
use crate::service::database::Engine;
use crate::service::servers::{self, Refreshing};
use crate::service::versus::in_turn;
use crate::service::{login, verify};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![Comparison {
        id: "verify-in-storm",
        what: "p99 of verify while 64 clients log in",
        against: "p99 of verify alone",
        unit: Unit::Milliseconds,
        target: Target::AtMost(3.0),
        quick: false,
        measure,
    }]
}

fn measure(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let ours = servers::countersign(stage, &stage.database(Engine::Postgres)?, Refreshing::Plain)?;
    let verifying = verify::load(scene)?;
    let storm = login::load(scene, 64, Scene::SECONDS + 2)?;
    in_turn(
        scene.service_rounds(),
        || {
            let logins = storm.start(&ours.address)?;
            let seen = verifying.run(&ours.address)?;
            let logins = logins.finish()?;
            // What is beyond the bound is told so (503), which is what the bound is for.
            if logins.failed > 0 || logins.requests == 0.0 {
                return Err(Failure::new(format!("logins were not answered: {logins:?}")));
            }
            // Who is still waiting in the server is none of what comes next: it is the turn of one more when theirs is over.
            login::one(&ours)?;
            Ok(seen.p99)
        },
        || Ok(verifying.run(&ours.address)?.p99),
    )
}
