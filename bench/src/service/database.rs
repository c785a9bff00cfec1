use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Failure, Result, While};

/// Django's tables, for both sides.
pub(crate) struct Database {
    url: String,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

impl Database {
    pub(crate) fn sqlite(path: &Path) -> Self {
        Self { url: format!("sqlite://{}", path.display()) }
    }

    /// Of the server that this URL is of.
    pub(crate) fn postgres(server: &str, name: &str) -> Self {
        let base = server.rsplit_once('/').map_or(server, |(base, _)| base);
        Self { url: format!("{base}/{name}") }
    }

    /// As both sides are told it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL of PostgreSQL's.
    pub(crate) fn execute(&self, statement: &str) -> Result<()> {
        self.query(statement).map(drop)
    }

    /// The answer of SQL of PostgreSQL's, without any decoration.
    pub(crate) fn query(&self, statement: &str) -> Result<String> {
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
        psql.args(["--file", "-"])
            .arg(&self.url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = psql.spawn().during("psql")?;
        // When psql ends early, what it says is more telling than the broken pipe.
        let _ = child.stdin.take().map(|mut input| input.write_all(statement.as_bytes()));
        let output = child.wait_with_output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let error = String::from_utf8_lossy(&output.stderr);
        Err(Failure::new(format!("psql ended with {}: {error}", output.status)))
    }
}
