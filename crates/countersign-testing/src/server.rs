//! Countersign, running.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Ending, Process};

/// A `countersign serve`, served on a free port until dropped.
pub struct CountersignServer {
    address: String,
    process: Process,
}

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
        let (process, address) = Process::start(command, Ending::Kill, listening_address);
        Self { address, process }
    }

    /// The address to connect to.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What the server wrote to standard error so far.
    pub fn stderr(&self) -> String {
        self.process.stderr()
    }
}

fn configuration(toml: &str, folder: &Path) -> PathBuf {
    let path = folder.join("countersign.toml");
    fs::write(&path, toml).expect("the temporary folder can be written");
    path
}

/// Finds `127.0.0.1:PORT` in the line that says `listening`.
fn listening_address(line: &str) -> Option<String> {
    if !line.contains("listening") {
        return None;
    }
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|character: char| !matches!(character, '0'..='9' | '.' | ':')).unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_found_in_the_listening_line() {
        let line = "INFO listening on http://127.0.0.1:40123, database sqlite";
        assert_eq!(listening_address(line).as_deref(), Some("127.0.0.1:40123"));
        assert_eq!(listening_address("see http://127.0.0.1:1/docs"), None);
    }
}
