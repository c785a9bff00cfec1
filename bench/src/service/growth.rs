//! How the cost grows of what goes over HTTP.

use crate::curve::Curve;
use crate::failure::{Failure, Result};
use crate::measure::{alternate, median};
use crate::plot::Series;
use crate::scene::Scene;
use crate::service::authenticate;
use crate::service::database::{Database, Engine};
use crate::service::load::{Asking, Load};
use crate::service::refresh::{PATH, blacklisted};
use crate::service::servers::{self, Refreshing, Server};
use crate::service::stage::{Stage, USERS};
use crate::service::tokens;

pub(super) fn curves() -> Vec<Curve> {
    vec![
        Curve {
            id: "users",
            title: "authenticate on PostgreSQL, 16 connections",
            x_label: "users",
            y_label: "µs a request",
            run: users,
        },
        Curve {
            id: "servers",
            title: "16 connections spread over the servers, on one machine and one PostgreSQL",
            x_label: "servers",
            y_label: "µs a request",
            run: many_servers,
        },
    ]
}

fn users(scene: &Scene) -> Result<Vec<Series>> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let ours = servers::countersign(stage, &database, Refreshing::Plain)?;
    let theirs = servers::granian(stage, &database, Refreshing::Plain)?;
    let mut lines =
        ["Countersign", "Django"].map(|name| Series { name: name.to_owned(), points: Vec::new() });
    let mut present = USERS;
    for users in [100, 1_000, 10_000, 100_000, 1_000_000] {
        add_users(&database, present + 1, users)?;
        present = users;
        let load = authenticate::load(scene, "access", users)?;
        let samples = alternate(
            ROUNDS,
            &mut [&mut || Ok(1e6 / load.run(&ours.address)?.per_second), &mut || {
                Ok(1e6 / load.run(&theirs.address)?.per_second)
            }],
        )?;
        for (line, samples) in lines.iter_mut().zip(&samples) {
            #[expect(clippy::cast_precision_loss, reason = "a million at most")]
            line.points.push((users as f64, median(samples)));
        }
    }
    Ok(lines.into())
}

/// Their keys follow those which are there.
fn add_users(database: &Database, from: u64, to: u64) -> Result<()> {
    database.execute(&format!(
        "INSERT INTO auth_user (password, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined)
         SELECT (SELECT password FROM auth_user WHERE id = 1), false, 'user' || n, 'Ada', 'Lovelace', 'user' || n || '@example.com',
                false, true, now()
         FROM generate_series({from}, {to}) n;
         VACUUM ANALYZE auth_user;"
    ))
}

fn many_servers(scene: &Scene) -> Result<Vec<Series>> {
    let stage = scene.stage()?;
    let database = stage.database(Engine::Postgres)?;
    let servers = (0..3)
        .map(|_| servers::countersign(stage, &database, Refreshing::Rotating))
        .collect::<Result<Vec<Server>>>()?;
    let mut authenticating = Series { name: "authenticate".to_owned(), points: Vec::new() };
    let mut rotating = Series { name: "refresh with rotation".to_owned(), points: Vec::new() };
    for count in 1..=servers.len() {
        let servers = &servers[..count];
        let load = authenticate::load(scene, "access", USERS)?;
        let samples = alternate(
            ROUNDS,
            &mut [&mut || together(servers, &|_| Ok(load.clone())), &mut || {
                rotate(stage, &database, servers)
            }],
        )?;
        #[expect(clippy::cast_precision_loss, reason = "three at most")]
        for (line, samples) in [&mut authenticating, &mut rotating].into_iter().zip(&samples) {
            line.points.push((count as f64, median(samples)));
        }
    }
    Ok(vec![authenticating, rotating])
}

fn rotate(stage: &Stage, database: &Database, servers: &[Server]) -> Result<f64> {
    let before = blacklisted(database)?;
    let cost = together(servers, &|_| {
        let minted = tokens::mint("refresh", 1..=USERS)?;
        tokens::record(database, &minted)?;
        let lines = stage.lines(minted.into_iter().map(|token| token.text))?;
        Ok(Load { path: PATH, asking: Asking::Rotate, lines, connections: 16, seconds: Scene::SECONDS })
    })?;
    if blacklisted(database)? == before {
        return Err(Failure::new("the servers answered, and nothing was rotated"));
    }
    Ok(cost)
}

/// All servers at once, sixteen connections in all: microseconds a request, whoever answers it.
fn together(servers: &[Server], load: &dyn Fn(usize) -> Result<Load>) -> Result<f64> {
    let (count, mut running) = (u32::try_from(servers.len())?, Vec::new());
    let loads = (0..servers.len()).map(load).collect::<Result<Vec<_>>>()?;
    for (server, load) in servers.iter().zip(loads) {
        running
            .push((Load { connections: load.connections.div_ceil(count), ..load }).start(&server.address)?);
    }
    let mut per_second = 0.0;
    for running in running {
        per_second += running.finish()?.flawless()?.per_second;
    }
    Ok(1e6 / per_second)
}

const ROUNDS: usize = 3;
