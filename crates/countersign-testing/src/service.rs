//! A program that serves HTTP, running.

use std::process::Command;

use crate::process::{Ending, Process};

/// A program that writes to standard error where it listens, for as long as it is not dropped.
pub struct Service {
    address: String,
    process: Process,
}

impl Service {
    /// Starts `command`, and waits for the line that says `listening` and a URL. It must listen on a port of `127.0.0.1`.
    ///
    /// # Panics
    ///
    /// When the program cannot be started, or ends before it listens.
    pub fn start(command: Command) -> Self {
        let (process, address) = Process::start(command, Ending::Kill, listening_address);
        Self { address, process }
    }

    /// The address to connect to.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What the program wrote to standard error so far.
    pub fn stderr(&self) -> String {
        self.process.stderr()
    }
}

/// Finds `127.0.0.1:PORT` in the line that says `listening`: Countersign's, an example's or gunicorn's.
fn listening_address(line: &str) -> Option<String> {
    if !line.to_lowercase().contains("listening") {
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
        let line = "[2026-11-22 12:00:00 +0000] [7] [INFO] Listening at: http://127.0.0.1:40123 (7)";
        assert_eq!(listening_address(line).as_deref(), Some("127.0.0.1:40123"));
        assert_eq!(listening_address("see http://127.0.0.1:1/docs"), None);
    }
}
