//! Where log lines go and how they look.

use std::fmt::Display;
use std::io;
use std::panic;

use countersign::clock::{Clock, SystemClock};
use serde_json::json;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::Subscriber;

use crate::config::server::LogFormat;
use crate::failure::Failure;
use crate::terminal::{in_colour, note, print_failure, print_warning};

/// Sends log lines to standard error. `COUNTERSIGN_LOG` says which ones, as in
/// `COUNTERSIGN_LOG=countersign=debug`; `info` and above by default.
pub(crate) fn start(format: LogFormat) -> Result<(), Failure> {
    let lines = Subscriber::builder().with_env_filter(filter()?).with_writer(io::stderr);
    // Telling of a line that cannot be written would panic, in the middle of somebody's request.
    let lines = lines.log_internal_errors(false);
    // A second start, as in a test, keeps the first subscriber.
    let _ = match format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).try_init(),
        LogFormat::Text => lines.with_ansi(in_colour(&io::stderr())).with_target(false).try_init(),
    };
    log_panics();
    Ok(())
}

/// Says what must be seen whatever `COUNTERSIGN_LOG` leaves out: a sentence for a person, or a log line for a
/// machine that reads nothing else.
pub(crate) fn tell(format: LogFormat, level: Level, sentence: impl Display) {
    match format {
        LogFormat::Json => {
            let time = jiff::Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or_default();
            note(json!({
                "timestamp": format!("{time:.6}"),
                "level": level.as_str(),
                "message": sentence.to_string(),
                "target": "countersign",
            }));
        }
        LogFormat::Text if level == Level::WARN => print_warning(sentence),
        LogFormat::Text if level == Level::ERROR => print_failure(sentence),
        LogFormat::Text => note(sentence),
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
