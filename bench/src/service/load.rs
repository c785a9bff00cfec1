use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::failure::{Failure, Result, While};
use crate::service::process::bound;

/// What wrk asks of a server.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) path: &'static str,
    pub(crate) asking: Asking,
    /// A file with a line for each request: what is between is the same for all.
    pub(crate) lines: PathBuf,
    pub(crate) connections: u32,
    pub(crate) seconds: u32,
}

/// What a line of the file is.
#[derive(Clone, Copy)]
pub(crate) enum Asking {
    /// A bearer token.
    Get,
    /// A body.
    Post,
    /// A refresh token that is good once; the answer has the next.
    Rotate,
}

/// What wrk saw.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) requests: f64,
    pub(crate) per_second: f64,
    /// Milliseconds.
    pub(crate) p99: f64,
    /// Answers that were errors.
    pub(crate) refused: u64,
    /// Requests without an answer.
    pub(crate) failed: u64,
}

impl Load {
    /// Asks, and is content with nothing but success: errors are answered fast, and that is no speed.
    pub(crate) fn run(&self, address: &str) -> Result<Seen> {
        self.start(address)?.finish()?.flawless().during(format!("http://{address}{}", self.path))
    }

    /// Begins to ask; the other end may be busy with something else meanwhile.
    pub(crate) fn start(&self, address: &str) -> Result<Running> {
        let threads = self.connections.min(2).to_string();
        let how = match self.asking {
            Asking::Get => "get",
            Asking::Post => "post",
            Asking::Rotate => "rotate",
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/service/load.lua");
        let child = bound("wrk")
            .args(["--latency", "--timeout", "30s", "--threads", &threads])
            .args([
                "--connections",
                &self.connections.to_string(),
                "--duration",
                &format!("{}s", self.seconds),
            ])
            .arg("--script")
            .arg(script)
            .arg(format!("http://{address}{}", self.path))
            .args(["--", how])
            .arg(&self.lines)
            .arg(threads)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        Ok(Running(Some(child)))
    }
}

/// A wrk that asks; it is ended when this is dropped.
pub(crate) struct Running(Option<Child>);

impl Running {
    pub(crate) fn finish(mut self) -> Result<Seen> {
        let Some(child) = self.0.take() else { return Err(Failure::new("wrk has ended already")) };
        let output = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        Seen::read(&text).ok_or_else(|| {
            let errors = String::from_utf8_lossy(&output.stderr);
            Failure::new(format!("wrk ended with {} and measured nothing: {text}{errors}", output.status))
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Seen {
    /// Itself, if every answer was a success.
    pub(crate) fn flawless(self) -> Result<Self> {
        match (self.refused, self.failed) {
            (0, 0) if self.requests > 0.0 => Ok(self),
            _ => Err(Failure::new(format!("not everything was answered with success: {self:?}"))),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let line = text.lines().find_map(|line| line.strip_prefix("measured "))?;
        let mut fields = line.split(' ');
        let mut next = || fields.next()?.parse::<f64>().ok();
        let (requests, micros, p99) = (next()?, next()?, next()?);
        let (refused, failed) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Self { requests, per_second: requests * 1e6 / micros, p99: p99 / 1e3, refused, failed })
    }
}

/// wrk's own version, as it says it.
pub(crate) fn version() -> String {
    // It ends with 1 when it is asked for nothing else.
    let output = Command::new("wrk").arg("--version").output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_measured_is_found_among_what_it_says() {
        let seen = Seen::read("Running 2s test\nmeasured 3000 2000000 9000 1 2\n").unwrap();
        assert_eq!((seen.per_second, seen.p99), (1500.0, 9.0));
        assert_eq!((seen.refused, seen.failed), (1, 2));
        assert!(Seen::read("unable to connect").is_none());
    }
}
