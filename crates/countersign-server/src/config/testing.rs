//! Configurations for the tests of every section.

use std::path::{Path, PathBuf};

use super::{Config, ConfigError, Layer};

pub(super) const SECRET: &str = "a secret of at least thirty-two bytes";

impl Config {
    /// Reads a text as if it were the file at `origin`, with this environment and no other.
    pub(super) fn from_toml(
        text: &str,
        origin: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let folder = Path::new(origin).parent().map(Path::to_owned).unwrap_or_default();
        Self::from_layers(&[Layer { name: origin, text }], folder, environment.into_iter().collect())
    }
}

/// Reads `text` as countersign.toml, over what every configuration must say.
pub(super) fn try_read(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let required = format!("secret_key = '{SECRET}'\n[database]\nurl = 'sqlite::memory:'\n");
    let layers = [Layer { name: "required", text: &required }, Layer { name: "countersign.toml", text }];
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_layers(&layers, PathBuf::new(), variables.collect())
}

pub(super) fn read(text: &str) -> Config {
    try_read(text, &[]).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

pub(super) fn read_with<const N: usize>(text: &str, variables: [(&str, &str); N]) -> Config {
    try_read(text, &variables).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// What is wrong with `text`.
pub(super) fn fault(text: &str) -> String {
    try_read(text, &[]).expect_err(text).to_string()
}
