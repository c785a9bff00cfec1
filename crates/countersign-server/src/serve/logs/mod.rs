//! Where log lines go and how they look.

mod json;
mod line;
mod queue;
mod text;

use std::fmt::Display;
use std::io;
use std::panic;
use std::time::Duration;

use countersign::clock::{Clock, SystemClock};
use serde_json::json;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::Subscriber;

use crate::config::server::LogFormat;
use crate::failure::Failure;
use crate::serve::logs::line::Line;
use crate::serve::logs::queue::Queue;
use crate::terminal::{failed, in_colour, warned};

/// The log of a server. What waits to be written is written when it is dropped.
#[derive(Debug)]
pub(crate) struct Log {
    format: LogFormat,
    queue: Queue,
}

/// Sends log lines to standard error. `COUNTERSIGN_LOG` says which ones, as in
/// `COUNTERSIGN_LOG=countersign=debug`; `info` and above by default.
pub(crate) fn start(format: LogFormat) -> Result<Log, Failure> {
    let filter = filter()?;
    let queue = Queue::start(io::stderr())
        .map_err(|error| Failure::caused("cannot start the thread that writes the log", &error))?;
    let lines = Subscriber::builder().with_env_filter(filter).with_writer(queue.clone());
    let lines = lines.with_ansi(format == LogFormat::Text && in_colour(&io::stderr()));
    // A second start, as in a test, keeps the first subscriber.
    let _ = lines.event_format(Line(format)).try_init();
    log_panics();
    Ok(Log { format, queue })
}

impl Log {
    /// Says what must be seen whatever `COUNTERSIGN_LOG` leaves out: a sentence for a person, or a log line for a
    /// machine that reads nothing else.
    pub(crate) fn tell(&self, level: Level, sentence: impl Display) {
        let line = match self.format {
            LogFormat::Json => {
                let time =
                    jiff::Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or_default();
                let line = json!({
                    "timestamp": format!("{time:.6}"),
                    "level": level.as_str(),
                    "message": sentence.to_string(),
                    "target": "countersign",
                });
                format!("{line}\n")
            }
            LogFormat::Text if level == Level::WARN => format!("{}\n", warned(sentence)),
            LogFormat::Text if level == Level::ERROR => format!("{}\n", failed(sentence)),
            LogFormat::Text => format!("{sentence}\n"),
        };
        self.queue.push(level, line.as_bytes());
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.queue.flush(LAST_WORDS_TIME);
    }
}

fn filter() -> Result<EnvFilter, Failure> {
    match std::env::var(VARIABLE) {
        Ok(text) if !text.is_empty() => EnvFilter::try_new(&text).map_err(|error| {
            Failure::input(format!(
                "{VARIABLE} is not understood: {error}; write a level (error, warn, info, debug, trace), or \
                 targets with levels as in countersign=debug,info"
            ))
        }),
        _ => Ok(EnvFilter::new("info")),
    }
}

/// A panic's own message may quote what it panicked about, a token for one: only where it was is told.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
}

const VARIABLE: &str = "COUNTERSIGN_LOG";
/// How long a server that ends waits for whoever reads its last lines.
const LAST_WORDS_TIME: Duration = Duration::from_secs(1);
