//! How a log line looks.
//!
//! Every line that is written while a request is answered says which one: its id, its method, its path. They are looked up
//! when there is a line to write, so a request without one costs nothing.

use std::cell::Cell;
use std::fmt;

use countersign::clock::{Clock, SystemClock};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::config::server::LogFormat;
use crate::serve::logs::{json, text};
use crate::serve::requests::{About, while_answering};

/// Writes lines in the format that is configured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line(pub(super) LogFormat);

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        match self.0 {
            LogFormat::Json => json::write(&mut writer, event)?,
            LogFormat::Text => {
                prefix(&mut writer, *event.metadata().level())?;
                while_answering(|about| request(&mut writer, about)).unwrap_or(Ok(()))?;
                text::write(&mut writer, event)?;
            }
        }
        writer.write_char('\n')
    }
}

/// Time and level.
fn prefix(writer: &mut Writer<'_>, level: Level) -> fmt::Result {
    let name = match level {
        Level::ERROR => "ERROR",
        Level::WARN => " WARN",
        Level::INFO => " INFO",
        Level::DEBUG => "DEBUG",
        Level::TRACE => "TRACE",
    };
    if !writer.has_ansi_escapes() {
        write_now(writer)?;
        writer.write_char(' ')?;
        writer.write_str(name)?;
        return writer.write_char(' ');
    }
    let colour = match level {
        Level::ERROR => "31",
        Level::WARN => "33",
        Level::INFO => "32",
        Level::DEBUG => "34",
        Level::TRACE => "35",
    };
    writer.write_str("\x1b[2m")?;
    write_now(writer)?;
    write!(writer, "\x1b[0m \x1b[{colour}m{name}\x1b[0m ")
}

fn request(writer: &mut Writer<'_>, about: &About) -> fmt::Result {
    writer.write_str("request{id=")?;
    writer.write_str(about.id())?;
    writer.write_str(" method=")?;
    writer.write_str(about.method())?;
    writer.write_str(" path=")?;
    let path = about.path();
    let is_plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    if path.as_bytes().iter().all(is_plain) {
        writer.write_char('"')?;
        writer.write_str(path)?;
        writer.write_char('"')?;
    } else {
        write!(writer, "{path:?}")?;
    }
    writer.write_str("}: ")
}

/// The time as RFC 3339 has it, to the microsecond. All but the microseconds is the same for a second's many lines.
pub(super) fn write_now(writer: &mut Writer<'_>) -> fmt::Result {
    let now = SystemClock.now().as_micros();
    let (second, micros) = (now.div_euclid(1_000_000), now.rem_euclid(1_000_000));
    let (mut known, mut text) = SECOND.get();
    if known != second {
        (known, text) = (second, in_words(second));
        SECOND.set((known, text));
    }
    writer.write_str(str::from_utf8(&text).unwrap_or_default())?;
    write!(writer, ".{micros:06}Z")
}

fn in_words(second: i64) -> [u8; 19] {
    let time = jiff::Timestamp::from_second(second).unwrap_or_default();
    let text = time.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    text.as_bytes().try_into().unwrap_or([b'?'; 19])
}

thread_local! {
    /// The last second that was written, in words.
    static SECOND: Cell<(i64, [u8; 19])> = const { Cell::new((i64::MIN, [b'?'; 19])) };
}
