//! Who is compared.

use std::path::PathBuf;

use crate::Engine;

/// What the genuine packages are compared with, and on which engine.
#[derive(Clone, Debug)]
pub struct Subject {
    /// A `countersign` binary; without one it is the genuine packages once more.
    pub(crate) binary: Option<PathBuf>,
    pub(crate) engine: Engine,
}

impl Subject {
    /// A `countersign` binary.
    pub fn countersign(binary: impl Into<PathBuf>) -> Self {
        Self { binary: Some(binary.into()), engine: Engine::Sqlite }
    }

    /// The genuine packages once more: what a comparison finds then is its own fault.
    pub fn genuine() -> Self {
        Self { binary: None, engine: Engine::Sqlite }
    }

    /// With the databases on another engine than SQLite.
    #[must_use]
    pub fn on(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }
}
