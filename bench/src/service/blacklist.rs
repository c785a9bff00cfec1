//! Ten million revoked tokens, and one that is none of them.

use std::thread;
use std::time::{Duration, Instant};

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::{Failure, Result};
use crate::scene::Scene;
use crate::service::database::{Database, Engine};
use crate::service::load::Seen;
use crate::service::servers;
use crate::service::stage::USERS;
use crate::service::versus::versus;
use crate::service::{authenticate, client, tokens};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![Comparison {
        id: "blacklist",
        what: "sliding authenticate with 10 million blacklisted ids, PostgreSQL",
        against: "the same without blacklist",
        unit: Unit::RequestsPerSecond,
        target: Target::AtMost(1.1),
        quick: false,
        measure,
    }]
}

fn measure(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let (full, empty) = (stage.database(Engine::Postgres)?, stage.database(Engine::Postgres)?);
    revoke(&full, REVOKED)?;
    let mut ours = servers::countersign_with(
        stage,
        &full,
        &format!("blacklist_staleness = {}\n", STALENESS.as_secs()),
        "auth_token_classes = [\"sliding\"]\nblacklist = true\n",
    )?;
    let theirs = servers::countersign_with(
        stage,
        &empty,
        "",
        "auth_token_classes = [\"sliding\"]\nblacklist = false\n",
    )?;
    ours.process.wait_for("line that says `the blacklist is in memory`", |process| {
        process.log().contains("the blacklist is in memory").then_some(())
    })?;
    refuses_revoked(&full, &ours.address)?;
    let load = authenticate::load(scene, "sliding", USERS)?;
    let of = |seen: &Seen| seen.per_second;
    versus(scene, (&ours, &load), (&theirs, &load), of)
}

/// Rows as so many logouts leave them. They are put in the order of their ids, so that the indexes grow at their ends, and no
/// trigger looks whether the rows that they refer to are there: else it takes longer than everything else here.
fn revoke(database: &Database, count: u64) -> Result<()> {
    database.execute(&format!(
        "SET session_replication_role = replica;
         INSERT INTO token_blacklist_outstandingtoken (jti, token, user_id, created_at, expires_at)
         SELECT md5(n::text), '', 1 + n % {USERS}, now(), now() + interval '1 day'
         FROM generate_series(1, {count}) n ORDER BY md5(n::text) COLLATE \"C\";
         INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
         SELECT id, now() FROM token_blacklist_outstandingtoken;
         ANALYZE;"
    ))
}

/// One that was revoked behind the server's back is refused.
fn refuses_revoked(database: &Database, address: &str) -> Result<()> {
    let minted = tokens::mint("sliding", [1])?;
    tokens::record(database, &minted)?;
    let Some(token) = minted.first() else { return Err(Failure::new("no token was made")) };
    client::get(address, PATH, &token.text)?.expect_ok()?;
    database.execute(&format!(
        "INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
         SELECT id, now() FROM token_blacklist_outstandingtoken WHERE jti = '{}'",
        token.jti
    ))?;
    let revoked = Instant::now();
    while revoked.elapsed() < STALENESS + GRACE {
        if client::get(address, PATH, &token.text)?.status == 401 {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(Failure::new("a token that is in the blacklist is still let in"))
}

const PATH: &str = "/api/token/authenticate/";

/// What the configuration says of the memory.
const STALENESS: Duration = Duration::from_secs(2);

/// For the request that asks.
const GRACE: Duration = Duration::from_secs(2);

const REVOKED: u64 = 10_000_000;
