//! Countersign, running.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Service;

/// A `countersign serve`, served on a free port until dropped.
pub struct CountersignServer(Service);

impl CountersignServer {
    /// Makes the tables of Countersign's own that a database lacks.
    pub fn migrate(binary: &Path, toml: &str, folder: &Path) {
        let mut command = Command::new(binary);
        command.arg("migrate").arg("--config").arg(configuration(toml, folder));
        let output = command.output().expect("the binary can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Serves the configuration `toml`, which is written into `folder` and must listen on `127.0.0.1:0`.
    pub fn start(binary: &Path, toml: &str, folder: &Path) -> Self {
        let mut command = Command::new(binary);
        command.arg("serve").arg("--config").arg(configuration(toml, folder));
        Self(Service::start(command))
    }

    /// The address to connect to.
    pub fn address(&self) -> &str {
        self.0.address()
    }

    /// What the server wrote to standard error so far.
    pub fn stderr(&self) -> String {
        self.0.stderr()
    }
}

fn configuration(toml: &str, folder: &Path) -> PathBuf {
    let path = folder.join("countersign.toml");
    fs::write(&path, toml).expect("the temporary folder can be written");
    path
}
