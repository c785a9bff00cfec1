//! `[database]`: where Django's tables are.

use std::fmt;

use super::section::{Reported, Section};
use super::setting::Name;

/// The database's URL, which may hold a password and is never shown.
#[derive(Clone)]
pub(crate) struct DatabaseConfig {
    url: String,
}

impl DatabaseConfig {
    /// `url`: `sqlite://` and a path, `postgres://…` or `mysql://…`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn read(settings: &mut Section<'_>) -> Result<Self, Reported> {
        let Name(url) = settings.required(
            "url",
            "give the database's address below [database], as in url = \"sqlite:///path/to/db.sqlite3\"",
        )?;
        Ok(Self { url })
    }
}

impl fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseConfig").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::super::testing::{read, read_with};

    #[test]
    fn the_url_is_required_and_never_shown() {
        let error = Config::from_toml("", "countersign.toml", []).unwrap_err().to_string();
        assert!(error.starts_with("countersign.toml: database.url is missing: "), "{error}");
        assert!(error.ends_with("(or set COUNTERSIGN__DATABASE__URL)"), "{error}");

        let config = read_with("", [("COUNTERSIGN__DATABASE__URL", "postgres://u:hunter2@h/d")]);
        assert_eq!(config.database.url(), "postgres://u:hunter2@h/d");
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(read("").database.url(), "sqlite::memory:");
    }
}
