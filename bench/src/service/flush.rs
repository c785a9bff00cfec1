//! A million expired tokens, deleted.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::comparison::{Comparison, Measured, Target, Unit};
use crate::failure::{Failure, Result};
use crate::measure::Samples;
use crate::scene::Scene;
use crate::service::database::{Database, Engine};
use crate::service::process::memory;
use crate::service::servers;
use crate::service::stage::{Stage, USERS};

pub(super) fn comparisons() -> Vec<Comparison> {
    vec![
        Comparison {
            id: "flush",
            what: "flushexpiredtokens, 1 million rows, half of them in the blacklist, PostgreSQL",
            against: "Django's command",
            unit: Unit::Seconds,
            target: Target::AtLeast(10.0),
            quick: false,
            measure: times,
        },
        Comparison {
            id: "flush-memory",
            what: "the same, peak memory",
            against: "–",
            unit: Unit::Megabytes,
            target: Target::Within(60.0),
            quick: false,
            measure: memories,
        },
    ]
}

fn times(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let expired = expired(stage)?;
    // Minutes for Django: one round, none to warm up.
    let ours = vec![flush(stage, &expired, countersign)?.seconds];
    let theirs = flush(stage, &expired, |stage, database| {
        let mut command = stage.manage(database)?;
        command.arg("flushexpiredtokens");
        Ok(command)
    })?;
    let theirs = vec![theirs.seconds];
    Stage::drop(&expired)?;
    Ok(Measured { ours, theirs })
}

fn memories(scene: &Scene) -> Result<Measured> {
    let stage = scene.stage()?;
    let expired = expired(stage)?;
    let ours = (0..3).map(|_| Ok(flush(stage, &expired, countersign)?.peak)).collect::<Result<_>>()?;
    Stage::drop(&expired)?;
    Ok(Measured { ours, theirs: Samples::new() })
}

fn countersign(stage: &Stage, database: &Database) -> Result<Command> {
    let configuration = stage.folder.join(stage.name("flush"));
    servers::configure(&configuration, database, "", "blacklist = true\n")?;
    let mut command = Command::new(Stage::countersign()?);
    command.arg("flushexpiredtokens").arg("--config").arg(configuration);
    Ok(command)
}

/// A database with a million tokens that have expired, and as many good ones as users.
fn expired(stage: &Stage) -> Result<Database> {
    let database = stage.database(Engine::Postgres)?;
    let token = "x".repeat(260);
    database.execute(&format!(
        "INSERT INTO token_blacklist_outstandingtoken (jti, token, user_id, created_at, expires_at)
         SELECT md5(n::text), '{token}', 1 + n % {USERS}, now() - interval '2 days',
                now() + CASE WHEN n > {EXPIRED} THEN interval '1 day' ELSE interval '-1 day' END
         FROM generate_series(1, {EXPIRED} + {USERS}) n;
         INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
         SELECT id, now() FROM token_blacklist_outstandingtoken WHERE id % 2 = 0;
         VACUUM ANALYZE;"
    ))?;
    Ok(database)
}

struct Flushed {
    seconds: f64,
    /// Megabytes.
    peak: f64,
}

/// Runs the command on a copy, and sees that it did what it is for.
fn flush(
    stage: &Stage,
    expired: &Database,
    command: fn(&Stage, &Database) -> Result<Command>,
) -> Result<Flushed> {
    let name = expired.url().rsplit_once('/').map_or("", |(_, name)| name);
    let database = stage.copy(name)?;
    let mut command = command(stage, &database)?;
    let start = Instant::now();
    let mut child = command.stdout(std::process::Stdio::null()).spawn()?;
    let mut peak: f64 = 0.0;
    let status = loop {
        // It never falls; what comes in the last two milliseconds is not seen.
        peak = memory(child.id(), "VmHWM").map_or(peak, |now| peak.max(now));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let seconds = start.elapsed().as_secs_f64();
    let left = database.query(
        "SELECT (SELECT count(*) FROM token_blacklist_outstandingtoken) || ' ' ||
                (SELECT count(*) FROM token_blacklist_blacklistedtoken)",
    )?;
    Stage::drop(&database)?;
    if !status.success() || left != format!("{USERS} {}", USERS / 2) {
        return Err(Failure::new(format!("{command:?} ended with {status} and left {left} rows")));
    }
    Ok(Flushed { seconds, peak })
}

const EXPIRED: u64 = 1_000_000;
