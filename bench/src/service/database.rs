use std::path::PathBuf;
use std::process::Command;

use crate::failure::Result;
use crate::service::process::output;

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
    pub(crate) fn sqlite(path: &std::path::Path) -> Self {
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
        let file = std::env::temp_dir().join(format!("countersign-bench-{}.sql", std::process::id()));
        std::fs::write(&file, statement)?;
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
        let answer = output(psql.arg("--file").arg(&file).arg(&self.url));
        std::fs::remove_file::<&PathBuf>(&file)?;
        Ok(answer?.trim().to_owned())
    }
}
