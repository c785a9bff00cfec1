//! A child process that says on standard error when it is ready.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A running child, stopped when dropped.
pub(crate) struct Process {
    child: Child,
    stderr: Arc<Mutex<String>>,
    ending: Ending,
}

/// How a process is asked to stop.
pub(crate) enum Ending {
    /// It stops by itself when its standard input is closed.
    ClosedInput,
    /// It is killed.
    Kill,
}

impl Process {
    /// Starts `command` and waits until `ready` finds in a line of its standard error what the caller needs to know.
    ///
    /// # Panics
    ///
    /// When the process cannot be started, stops before it is ready, or takes longer than [`PATIENCE`].
    pub(crate) fn start(
        mut command: Command,
        ending: Ending,
        ready: impl Fn(&str) -> Option<String> + Send + 'static,
    ) -> (Self, String) {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let lines = BufReader::new(child.stderr.take().expect("standard error is piped"));
        let stderr = Arc::new(Mutex::new(String::new()));
        let (found, finding) = mpsc::channel();
        let written = Arc::clone(&stderr);
        thread::spawn(move || collect(lines, &written, ready, found));

        let process = Self { child, stderr, ending };
        match finding.recv_timeout(PATIENCE) {
            Ok(value) => (process, value),
            Err(reason) => panic!("{command:?} is not ready ({reason}); it wrote:\n{}", process.stderr()),
        }
    }

    /// What the process wrote to standard error so far.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().expect("the collecting thread does not panic").clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        if matches!(self.ending, Ending::Kill) {
            // It may be gone already, which is as good.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// Keeps every line, and sends the first thing that `ready` finds. Ends with the process, which closes the channel.
fn collect(
    lines: impl BufRead,
    written: &Mutex<String>,
    ready: impl Fn(&str) -> Option<String>,
    found: Sender<String>,
) {
    let mut found = Some(found);
    for line in lines.lines().map_while(Result::ok) {
        {
            let mut written = written.lock().expect("no reader panics");
            written.push_str(&line);
            written.push('\n');
        }
        if let Some(value) = ready(&line)
            && let Some(found) = found.take()
        {
            // Nobody listens any more when the start timed out.
            let _ = found.send(value);
        }
    }
}

/// How long a start may take on a machine that builds something else at the same time.
const PATIENCE: Duration = Duration::from_mins(1);
