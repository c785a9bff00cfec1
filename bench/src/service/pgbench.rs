//! The floor under a rotation: its own statements, sent by pgbench.
//!
//! What the server sends is read from PostgreSQL's log while one token is refreshed, so it cannot be anything else. Values that differ
//! from one refresh to the next are put in by pgbench, and made in SQL where they are text, as pgbench's variables are numbers.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

use serde_json::{Value, json};

use crate::failure::{Failure, Result, While};
use crate::service::database::Database;
use crate::service::process::output;
use crate::service::refresh::{PATH, blacklisted};
use crate::service::servers::Server;
use crate::service::stage::Stage;
use crate::service::{client, tokens};

/// What pgbench runs again and again: each client rotates a token of its own.
pub(super) struct Script {
    path: PathBuf,
    runs: AtomicU32,
}

impl Script {
    /// Of what this server sends for one refresh.
    pub(super) fn recorded(stage: &Stage, database: &Database, server: &Server) -> Result<Self> {
        let recording = record(database, server)?;
        let mut text = String::from("\\set step :step + 1\n");
        for statement in &recording.statements {
            text.push_str(&recording.generalize(statement));
            text.push_str(";\n");
        }
        let path = stage.folder.join("rotation.sql");
        fs::write(&path, text).during(path.display())?;
        Ok(Self { path, runs: AtomicU32::new(0) })
    }

    /// Transactions per second.
    pub(super) fn run(&self, database: &Database, clients: u32, seconds: u32) -> Result<f64> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let step = run * 1_000_000;
        // Each client's first token.
        database.execute(&format!(
            "INSERT INTO token_blacklist_outstandingtoken (jti, token, user_id, created_at, expires_at) \
             SELECT md5(client || '-' || {step}), '', 1, now(), now() + interval '1 day' FROM generate_series(0, {clients} - 1) client"
        ))?;
        let before = blacklisted(database)?;
        let mut pgbench = Command::new("pgbench");
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2", &format!("--client={clients}")]);
        pgbench.args([&format!("--time={seconds}"), &format!("--define=step={step}")]);
        let said = output(pgbench.arg("--file").arg(&self.path).arg(database.url()))?;
        let rotated = blacklisted(database)? - before;
        let number = |before: &str| -> Option<f64> {
            said.lines().find_map(|line| line.strip_prefix(before)?.split([' ', '/']).next()?.parse().ok())
        };
        let (Some(done), Some(rate)) =
            (number("number of transactions actually processed: "), number("tps = "))
        else {
            return Err(Failure::new(format!("pgbench said something else than usual:\n{said}")));
        };
        if done != rotated {
            return Err(Failure::new(format!(
                "pgbench rotated {done} tokens, and {rotated} are in the blacklist"
            )));
        }
        Ok(rate)
    }
}

/// One refresh, as PostgreSQL saw it.
struct Recording {
    statements: Vec<Statement>,
    presented: (String, String),
    successor: (String, String),
}

#[derive(Debug, PartialEq)]
struct Statement {
    sql: String,
    /// As SQL would have them, quoted.
    parameters: Vec<String>,
}

impl Recording {
    /// The statement with what differs each time made anew each time.
    fn generalize(&self, statement: &Statement) -> String {
        let mut sql = statement.sql.trim().trim_end_matches(';').to_owned();
        // From the last, as $1 begins $10 as well.
        for (index, value) in statement.parameters.iter().enumerate().rev() {
            sql = sql.replace(&format!("${}", index + 1), &self.value(value));
        }
        sql.replace('\n', " ")
    }

    fn value(&self, quoted: &str) -> String {
        let value = quoted.trim_matches('\'');
        let jti = |step: &str| format!("md5(:client_id || '-' || {step})");
        let token = |text: &str, step: &str| format!("rpad({}, {}, 'x')", jti(step), text.len());
        match value {
            _ if value == self.presented.0 => jti("(:step - 1)"),
            _ if value == self.successor.0 => jti(":step"),
            _ if value == self.presented.1 => token(value, "(:step - 1)"),
            _ if value == self.successor.1 => token(value, ":step"),
            _ => quoted.to_owned(),
        }
    }
}

/// Refreshes a few times, so that statements are prepared, then once while PostgreSQL logs.
fn record(database: &Database, server: &Server) -> Result<Recording> {
    let log = PathBuf::from(env::var("COUNTERSIGN_TEST_POSTGRES_LOG").map_err(|_| {
        Failure::new("COUNTERSIGN_TEST_POSTGRES_LOG does not name PostgreSQL's log: let ./scripts/with-postgres start it")
    })?);
    let minted = tokens::mint("refresh", [1])?;
    tokens::record(database, &minted)?;
    let mut token = minted.into_iter().next().map(|token| token.text).unwrap_or_default();
    for _ in 0..5 {
        token = refresh(server, &token)?;
    }
    let begin = fs::read(&log).during(log.display())?.len();
    let configure = |change: &str| {
        database.execute(change)?;
        database.execute("SELECT pg_reload_conf()")
    };
    configure("ALTER SYSTEM SET log_statement = 'all'")?;
    // Other connections hear of it a moment later.
    thread::sleep(Duration::from_millis(500));
    let successor = refresh(server, &token);
    configure("ALTER SYSTEM RESET log_statement")?;
    let successor = successor?;
    let (presented, successor) = ((jti(&token)?, token), (jti(&successor)?, successor));

    let logged = fs::read(&log).during(log.display())?;
    let statements = statements(&String::from_utf8_lossy(&logged[begin..]));
    if statements.iter().any(|statement| statement.sql.contains("INSERT")) {
        Ok(Recording { statements, presented, successor })
    } else {
        Err(Failure::new(format!("no refresh is in {}, but {statements:?}", log.display())))
    }
}

fn refresh(server: &Server, token: &str) -> Result<String> {
    let answer = client::post(&server.address, PATH, &json!({"refresh": token}).to_string())?.expect_ok()?;
    let answer: Value = serde_json::from_str(&answer.body)?;
    Ok(answer["refresh"].as_str().unwrap_or_default().to_owned())
}

fn jti(token: &str) -> Result<String> {
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(token)?.claims;
    Ok(claims["jti"].as_str().unwrap_or_default().to_owned())
}

/// Of a log with `log_statement = 'all'`. What psql said is no part of it.
fn statements(log: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    // Lines that begin with a tab go on with the one before.
    for entry in log.replace("\n\t", " ").lines() {
        let after = |mark: &str| entry.split_once(mark).map(|(_, rest)| rest.to_owned());
        if let Some(execute) = after("LOG:  execute ") {
            let sql = execute.split_once(": ").map(|(_, sql)| sql.to_owned()).unwrap_or_default();
            statements.push(Statement { sql, parameters: Vec::new() });
        } else if let Some(sql) = after("LOG:  statement: ") {
            statements.push(Statement { sql, parameters: Vec::new() });
        } else if let Some(parameters) = after("arameters: ")
            && let Some(statement) = statements.last_mut()
        {
            statement.parameters = values(&parameters);
        }
    }
    statements.retain(|it| !["ALTER SYSTEM", "pg_reload_conf"].iter().any(|ours| it.sql.contains(ours)));
    statements
}

/// Of `$1 = 'a', $2 = NULL`: what is behind each equals sign. No value of a refresh has a comma and a dollar in it.
fn values(parameters: &str) -> Vec<String> {
    let mut values = Vec::new();
    for parameter in parameters.split(", $") {
        let value = parameter.split_once(" = ").map_or(parameter, |(_, value)| value);
        values.push(value.to_owned());
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-11-22 09:00:00 UTC [1] LOG:  parameter \"log_statement\" changed to \"all\"\n\
        2026-11-22 09:00:00 UTC [2] LOG:  statement: BEGIN\n\
        2026-11-22 09:00:00 UTC [2] LOG:  execute sqlx_s_1: INSERT INTO t\n\t(jti, token) VALUES ($1, $2)\n\
        2026-11-22 09:00:00 UTC [2] DETAIL:  parameters: $1 = 'abc', $2 = NULL\n\
        2026-11-22 09:00:00 UTC [3] LOG:  statement: ALTER SYSTEM RESET log_statement\n";

    #[test]
    fn statements_are_read_from_the_log_with_their_values() {
        let statement = |sql: &str, parameters: &[&str]| Statement {
            sql: sql.to_owned(),
            parameters: parameters.iter().map(|&value| value.to_owned()).collect(),
        };
        let insert = statement("INSERT INTO t (jti, token) VALUES ($1, $2)", &["'abc'", "NULL"]);
        assert_eq!(statements(LOG), [statement("BEGIN", &[]), insert]);
    }

    #[test]
    fn what_differs_each_time_is_made_anew() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let recording = Recording {
            statements: statements(LOG),
            presented: pair("abc", "token"),
            successor: pair("def", "other"),
        };
        assert_eq!(
            recording.generalize(&recording.statements[1]),
            "INSERT INTO t (jti, token) VALUES (md5(:client_id || '-' || (:step - 1)), NULL)"
        );
    }
}
