//! A log line as one JSON object, for machines.

use std::error::Error;
use std::fmt::{self, Debug, Display};

use serde::Serialize;
use tracing::Event;
use tracing::field::{Field, Visit};
use tracing_subscriber::fmt::format::Writer;

use crate::serve::logs::line::write_now;
use crate::serve::requests::{About, while_answering};

/// Writes an event: time, level, what it says, where it was said, the request that was being answered.
pub(super) fn write(writer: &mut Writer<'_>, event: &Event<'_>) -> fmt::Result {
    writer.write_str("{\"timestamp\":\"")?;
    write_now(writer)?;
    writer.write_str("\",\"level\":\"")?;
    writer.write_str(event.metadata().level().as_str())?;
    writer.write_char('"')?;
    let mut members = Members { writer, result: Ok(()) };
    event.record(&mut members);
    members.add("target", event.metadata().target());
    members.result?;
    while_answering(|about| request(writer, about)).unwrap_or(Ok(()))?;
    writer.write_char('}')
}

fn request(writer: &mut Writer<'_>, about: &About) -> fmt::Result {
    writer.write_str(",\"span\":{\"name\":\"request\"")?;
    let mut members = Members { writer, result: Ok(()) };
    members.add("id", about.id());
    members.add("method", about.method());
    members.add("path", about.path());
    members.result?;
    writer.write_char('}')
}

/// The members of an object that has one already.
struct Members<'a, 'w> {
    writer: &'a mut Writer<'w>,
    result: fmt::Result,
}

impl Members<'_, '_> {
    fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.result = self.result.and_then(|()| {
            self.writer.write_char(',')?;
            json(self.writer, name)?;
            self.writer.write_char(':')?;
            json(self.writer, value)
        });
    }

    fn add_text(&mut self, name: &str, text: impl Display) {
        self.add(name, &text.to_string());
    }
}

impl Visit for Members<'_, '_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), &value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field.name(), value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.add_text(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add_text(field.name(), format_args!("{value:?}"));
    }
}

fn json<T: Serialize + ?Sized>(writer: &mut Writer<'_>, value: &T) -> fmt::Result {
    let text = serde_json::to_string(value).map_err(|_| fmt::Error)?;
    writer.write_str(&text)
}
