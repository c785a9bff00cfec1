//! Where log lines go and how they look.

use std::io;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::Subscriber;

use crate::config::server::LogFormat;
use crate::terminal::in_colour;

/// Sends log lines to standard error. `COUNTERSIGN_LOG` says which ones, as in
/// `COUNTERSIGN_LOG=countersign=debug`; `info` and above by default.
pub(crate) fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("COUNTERSIGN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = Subscriber::builder().with_env_filter(filter).with_writer(io::stderr);
    // A second start, as in a test, keeps the first subscriber.
    let _ = match format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => lines.with_ansi(in_colour(&io::stderr())).with_target(false).try_init(),
    };
}
