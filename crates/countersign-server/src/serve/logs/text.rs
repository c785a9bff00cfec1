//! What a log line says, as `name=value`, for people.

use std::error::Error;
use std::fmt::{self, Debug, Write};
use std::mem;

use tracing::Event;
use tracing::field::{Field, Visit};
use tracing_subscriber::fmt::format::Writer;

/// Writes an event's sentence and its fields. A control character is written as an escape: nothing that is told of begins a line
/// of its own, or tells a terminal what to do.
pub(super) fn write(writer: &mut Writer<'_>, event: &Event<'_>) -> fmt::Result {
    let mut fields = Fields { writer, is_first: true, result: Ok(()) };
    event.record(&mut fields);
    fields.result
}

struct Fields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    is_first: bool,
    result: fmt::Result,
}

impl Fields<'_, '_> {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.result = self.result.and_then(|()| {
            if !mem::take(&mut self.is_first) {
                self.writer.write_char(' ')?;
            }
            match field.name() {
                SENTENCE => {}
                name if self.writer.has_ansi_escapes() => {
                    write!(self.writer, "\x1b[3m{name}\x1b[0m\x1b[2m=\x1b[0m")?;
                }
                name => {
                    self.writer.write_str(name)?;
                    self.writer.write_char('=')?;
                }
            }
            Escaping(self.writer).write_fmt(value)
        });
    }
}

impl Visit for Fields<'_, '_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, format_args!("{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == SENTENCE {
            self.add(field, format_args!("{value}"));
        } else {
            self.add(field, format_args!("{value:?}"));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.add(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, format_args!("{value:?}"));
    }
}

/// Passes on what is plain.
struct Escaping<'a, 'w>(&'a mut Writer<'w>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive(char::is_control) {
            match part.char_indices().next_back() {
                Some((at, last)) if last.is_control() => {
                    self.0.write_str(&part[..at])?;
                    write!(self.0, "{}", last.escape_default())?;
                }
                _ => self.0.write_str(part)?,
            }
        }
        Ok(())
    }
}

/// tracing's name for the field of what stands in an event without a name.
const SENTENCE: &str = "message";

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt::Subscriber;

    use crate::config::server::LogFormat;
    use crate::serve::logs::line::Line;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written behind time and level.
    fn written(in_colour: bool, tell: impl FnOnce()) -> String {
        let lines = Lines::default();
        let made = lines.clone();
        let subscriber = Subscriber::builder().with_ansi(in_colour).with_writer(move || made.clone());
        tracing::subscriber::with_default(subscriber.event_format(Line(LogFormat::Text)).finish(), tell);
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let (_, told) = text.split_once("INFO").unwrap();
        told.trim_start_matches("\x1b[0m").trim_start_matches(' ').to_owned()
    }

    #[test]
    fn a_sentence_and_its_fields() {
        let error = io::Error::other("the disk is full");
        let line = written(false, || {
            tracing::info!(%error, name = "ada", count = 3_u64, off = -2, good = true, ratio = 0.5, "it {}", "failed");
        });
        let expected = "it failed error=the disk is full name=\"ada\" count=3 off=-2 good=true ratio=0.5\n";
        assert_eq!(line, expected);
        let line = written(true, || tracing::info!(status = 200, "answered"));
        assert_eq!(line, "answered \x1b[3mstatus\x1b[0m\x1b[2m=\x1b[0m200\n");
    }

    #[test]
    fn what_is_told_of_forges_no_line_and_moves_no_cursor() {
        let told = "ü\n2026-01-01T00:00:00Z ERROR forged\x1b[2J\u{9b}31m";
        let escaped = r"ü\n2026-01-01T00:00:00Z ERROR forged\u{1b}[2J\u{9b}31m";
        for line in [
            written(false, || tracing::info!(%told)),
            written(false, || tracing::info!(told)),
            written(false, || tracing::info!("{told}")),
        ] {
            let line = line.strip_suffix('\n').unwrap();
            assert!(line.contains(escaped), "{line}");
            assert!(!line.contains(char::is_control), "{line}");
        }
    }
}
