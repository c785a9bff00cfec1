//! Values as Django's SQLite backend stores them. A column's declared type says what Django reads; what really
//! stands in a row, SQLite knows only row by row.
//!
//! What one driver binds and reads, the other does: both hand over values of SQLite's five storage classes, as rusqlite has
//! them. <https://sqlite.org/datatype3.html>

use countersign::user::FieldValue;
use rusqlite::types::{Value, ValueRef};
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteValueRef};
use sqlx::{Decode, Row as _, Sqlite, TypeInfo as _, ValueRef as _};

use crate::backend::{Row, Unreadable};
use crate::column::{ColumnKind, parse_uuid};
use crate::{hex, time};

/// A parameter: a UUID as 32 hex digits, a truth value as 0 or 1, a time as text.
pub(super) fn parameter(value: &FieldValue) -> Value {
    match value {
        FieldValue::Bool(truth) => Value::Integer(i64::from(*truth)),
        FieldValue::Float(float) => Value::Real(*float),
        FieldValue::Int(int) => Value::Integer(*int),
        FieldValue::Null => Value::Null,
        FieldValue::Text(text) => Value::Text(text.clone()),
        FieldValue::Timestamp(at) => Value::Text(time::format(*at)),
        FieldValue::Uuid(uuid) => Value::Text(uuid.simple().to_string()),
        other => Value::Text(other.to_string()),
    }
}

/// Adds a parameter to a statement of sqlx.
pub(super) fn bind<'q>(
    query: sqlx::query::Query<'q, Sqlite, SqliteArguments>,
    value: &FieldValue,
) -> sqlx::query::Query<'q, Sqlite, SqliteArguments> {
    match parameter(value) {
        Value::Blob(bytes) => query.bind(bytes),
        Value::Integer(int) => query.bind(int),
        Value::Null => query.bind(None::<i64>),
        Value::Real(float) => query.bind(float),
        Value::Text(text) => query.bind(text),
    }
}

/// Reads a whole row of sqlx, each column as its kind.
pub(super) fn read(row: &SqliteRow, kinds: &[ColumnKind]) -> Row {
    let columns = kinds.iter().enumerate();
    columns
        .map(|(at, kind)| {
            let value = row.try_get_raw(at).map_err(|_| Unreadable("nothing"))?;
            read_value(stored(value, *kind)?, *kind)
        })
        .collect()
}

/// Reads a whole row of rusqlite, each column as its kind. `None` where a float stands in a column of texts: how SQLite
/// writes it, rusqlite does not tell.
pub(super) fn read_here(row: &rusqlite::Row<'_>, kinds: &[ColumnKind]) -> Option<Row> {
    let mut values = Row::with_capacity(kinds.len());
    for (at, kind) in kinds.iter().enumerate() {
        match (row.get_ref(at).ok()?, kind) {
            (ValueRef::Real(_), ColumnKind::Bytes | ColumnKind::Text) => return None,
            (value, kind) => values.push(read_value(value, *kind)),
        }
    }
    Some(values)
}

fn read_value(value: ValueRef<'_>, kind: ColumnKind) -> Result<FieldValue, Unreadable> {
    match (kind, value) {
        (_, ValueRef::Null) => Ok(FieldValue::Null),
        (ColumnKind::Bool, ValueRef::Integer(0)) => Ok(FieldValue::Bool(false)),
        (ColumnKind::Bool, ValueRef::Integer(1)) => Ok(FieldValue::Bool(true)),
        (ColumnKind::Bool, ValueRef::Integer(_)) => {
            Err(Unreadable("a number that is neither 0 nor 1, where true or false must stand"))
        }
        (ColumnKind::Bool, _) => Err(Unreadable("something that is neither true nor false")),
        #[expect(
            clippy::cast_precision_loss,
            reason = "SQLite's own way with a whole number in a column of floats"
        )]
        (ColumnKind::Float, ValueRef::Integer(int)) => Ok(FieldValue::Float(int as f64)),
        (ColumnKind::Float, ValueRef::Real(float)) => Ok(FieldValue::Float(float)),
        (ColumnKind::Int, ValueRef::Integer(int)) => Ok(FieldValue::Int(int)),
        (ColumnKind::Float | ColumnKind::Int, _) => {
            Err(Unreadable("something that is not a number of the column's type"))
        }
        (ColumnKind::Timestamp, ValueRef::Text(bytes)) => {
            let at = time::parse(text(bytes)?).ok_or(Unreadable("a text that is not a date and time"))?;
            Ok(FieldValue::Timestamp(at))
        }
        (ColumnKind::Timestamp, _) => Err(Unreadable("something that is not a date and time")),
        (ColumnKind::Uuid, ValueRef::Text(bytes)) => {
            parse_uuid(text(bytes)?).map(FieldValue::Uuid).ok_or(Unreadable("a text that is not a UUID"))
        }
        (ColumnKind::Uuid, _) => Err(Unreadable("something that is not a UUID")),
        (ColumnKind::Text, ValueRef::Blob(_)) => Err(Unreadable("bytes where a text must stand")),
        (ColumnKind::Bytes, ValueRef::Blob(bytes)) => Ok(FieldValue::Text(hex::lower(bytes))),
        (ColumnKind::Bytes | ColumnKind::Text, ValueRef::Integer(int)) => {
            Ok(FieldValue::Text(int.to_string()))
        }
        // Neither driver hands one over.
        (ColumnKind::Bytes | ColumnKind::Text, ValueRef::Real(_)) => {
            Err(Unreadable("a float where a text must stand"))
        }
        (ColumnKind::Bytes | ColumnKind::Text, ValueRef::Text(bytes)) => {
            Ok(FieldValue::Text(text(bytes)?.to_owned()))
        }
    }
}

/// What sqlx read, by its storage class; a float in a column of texts as the text that SQLite makes of it.
fn stored(value: SqliteValueRef<'_>, kind: ColumnKind) -> Result<ValueRef<'_>, Unreadable> {
    if value.is_null() {
        return Ok(ValueRef::Null);
    }
    let decoded = match (value.type_info().into_owned().name(), kind) {
        ("TEXT", _) | ("REAL", ColumnKind::Bytes | ColumnKind::Text) => {
            Decode::<Sqlite>::decode(value).map(ValueRef::Text)
        }
        ("BLOB", _) => Decode::<Sqlite>::decode(value).map(ValueRef::Blob),
        ("INTEGER", _) => Decode::<Sqlite>::decode(value).map(ValueRef::Integer),
        ("REAL", _) => Decode::<Sqlite>::decode(value).map(ValueRef::Real),
        _ => return Err(UNKNOWN),
    };
    decoded.map_err(|_| UNKNOWN)
}

fn text(bytes: &[u8]) -> Result<&str, Unreadable> {
    str::from_utf8(bytes).map_err(|_| Unreadable("a text that is not UTF-8"))
}

const UNKNOWN: Unreadable = Unreadable("a value of no known type");
