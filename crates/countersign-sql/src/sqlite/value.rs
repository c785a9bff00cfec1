//! Values as Django's SQLite backend stores them. A column's declared type says what Django reads; what really
//! stands in a row, SQLite knows only row by row.

use countersign::user::FieldValue;
use sqlx::sqlite::{SqliteArguments, SqliteRow, SqliteValueRef};
use sqlx::{Decode, Row as _, Sqlite, TypeInfo as _, ValueRef as _};

use crate::backend::{Row, Unreadable};
use crate::column::{ColumnKind, parse_uuid};
use crate::{hex, time};

/// Adds a parameter: a UUID as 32 hex digits, a truth value as 0 or 1, a time as text.
pub(super) fn bind<'q>(
    query: sqlx::query::Query<'q, Sqlite, SqliteArguments>,
    value: &FieldValue,
) -> sqlx::query::Query<'q, Sqlite, SqliteArguments> {
    match value {
        FieldValue::Bool(truth) => query.bind(i64::from(*truth)),
        FieldValue::Float(float) => query.bind(*float),
        FieldValue::Int(int) => query.bind(*int),
        FieldValue::Null => query.bind(None::<i64>),
        FieldValue::Text(text) => query.bind(text.clone()),
        FieldValue::Timestamp(at) => query.bind(time::format(*at)),
        FieldValue::Uuid(uuid) => query.bind(uuid.simple().to_string()),
        other => query.bind(other.to_string()),
    }
}

/// Reads a whole row, each column as its kind.
pub(super) fn read(row: &SqliteRow, kinds: &[ColumnKind]) -> Row {
    kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| match row.try_get_raw(at) {
            Ok(value) => read_value(value, *kind),
            Err(_) => Err(Unreadable("nothing")),
        })
        .collect()
}

fn read_value(value: SqliteValueRef<'_>, kind: ColumnKind) -> Result<FieldValue, Unreadable> {
    if value.is_null() {
        return Ok(FieldValue::Null);
    }
    let storage = Storage::of(&value)?;
    match (kind, storage) {
        (ColumnKind::Bool, Storage::Integer) => match int(value)? {
            0 => Ok(FieldValue::Bool(false)),
            1 => Ok(FieldValue::Bool(true)),
            _ => Err(Unreadable("a number that is neither 0 nor 1, where true or false must stand")),
        },
        (ColumnKind::Bool, _) => Err(Unreadable("something that is neither true nor false")),
        (ColumnKind::Float, Storage::Integer | Storage::Real) => {
            <f64 as Decode<Sqlite>>::decode(value).map(FieldValue::Float).map_err(|_| NOT_A_NUMBER)
        }
        (ColumnKind::Int, Storage::Integer) => int(value).map(FieldValue::Int),
        (ColumnKind::Float | ColumnKind::Int, _) => Err(NOT_A_NUMBER),
        (ColumnKind::Timestamp, Storage::Text) => {
            let at = time::parse(&text(value)?).ok_or(Unreadable("a text that is not a date and time"))?;
            Ok(FieldValue::Timestamp(at))
        }
        (ColumnKind::Timestamp, _) => Err(Unreadable("something that is not a date and time")),
        (ColumnKind::Uuid, Storage::Text) => {
            parse_uuid(&text(value)?).map(FieldValue::Uuid).ok_or(Unreadable("a text that is not a UUID"))
        }
        (ColumnKind::Uuid, _) => Err(Unreadable("something that is not a UUID")),
        (ColumnKind::Text, Storage::Blob) => Err(Unreadable("bytes where a text must stand")),
        (ColumnKind::Bytes, Storage::Blob) => {
            let bytes = <Vec<u8> as Decode<Sqlite>>::decode(value)
                .map_err(|_| Unreadable("bytes that cannot be read"))?;
            Ok(FieldValue::Text(hex::lower(&bytes)))
        }
        (ColumnKind::Bytes | ColumnKind::Text, _) => text(value).map(FieldValue::Text),
    }
}

/// The storage class of one value. <https://sqlite.org/datatype3.html>
#[derive(Clone, Copy)]
enum Storage {
    Blob,
    Integer,
    Real,
    Text,
}

impl Storage {
    fn of(value: &SqliteValueRef<'_>) -> Result<Self, Unreadable> {
        match value.type_info().name() {
            "BLOB" => Ok(Self::Blob),
            "INTEGER" => Ok(Self::Integer),
            "REAL" => Ok(Self::Real),
            "TEXT" => Ok(Self::Text),
            _ => Err(Unreadable("a value of no known type")),
        }
    }
}

fn int(value: SqliteValueRef<'_>) -> Result<i64, Unreadable> {
    <i64 as Decode<Sqlite>>::decode(value).map_err(|_| NOT_A_NUMBER)
}

fn text(value: SqliteValueRef<'_>) -> Result<String, Unreadable> {
    <String as Decode<Sqlite>>::decode(value).map_err(|_| Unreadable("a text that is not UTF-8"))
}

const NOT_A_NUMBER: Unreadable = Unreadable("something that is not a number of the column's type");
