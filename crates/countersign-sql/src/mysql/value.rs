//! Values as the binary protocol has them: a parameter says its own type, a column says what it holds.
//! <https://mariadb.com/docs/server/reference/clientserver-protocol/4-server-response-packets/resultset-row>

use countersign::clock::Timestamp;
use countersign::user::FieldValue;
use jiff::civil::DateTime;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::mysql::{MySqlRow, MySqlTypeInfo, MySqlValueRef};
use sqlx::{Decode, Encode, MySql, Row as _, Type, TypeInfo as _, ValueRef as _};

use crate::backend::{Row, Unreadable};
use crate::column::{ColumnKind, parse_uuid};
use crate::{hex, time};

/// A parameter of a statement, as Django writes it: a UUID as 32 hex digits, which a `uuid` column takes for one too, a truth
/// value as 0 or 1, a time as text.
pub(super) struct Parameter<'a>(pub(super) &'a FieldValue);

impl Type<MySql> for Parameter<'_> {
    fn type_info() -> MySqlTypeInfo {
        <str as Type<MySql>>::type_info()
    }

    fn compatible(_: &MySqlTypeInfo) -> bool {
        false
    }
}

impl Encode<'_, MySql> for Parameter<'_> {
    fn encode_by_ref(&self, buffer: &mut Vec<u8>) -> Result<IsNull, BoxDynError> {
        let text = match self.0 {
            FieldValue::Bool(truth) => return Encode::<MySql>::encode_by_ref(&i64::from(*truth), buffer),
            FieldValue::Float(float) => return Encode::<MySql>::encode_by_ref(float, buffer),
            FieldValue::Int(int) => return Encode::<MySql>::encode_by_ref(int, buffer),
            FieldValue::Null => return Ok(IsNull::Yes),
            FieldValue::Text(text) => return Encode::<MySql>::encode_by_ref(&&**text, buffer),
            FieldValue::Timestamp(at) => time::format(*at),
            FieldValue::Uuid(uuid) => uuid.simple().to_string(),
            other => other.to_string(),
        };
        Encode::<MySql>::encode_by_ref(&&*text, buffer)
    }

    fn produces(&self) -> Option<MySqlTypeInfo> {
        Some(match self.0 {
            FieldValue::Bool(_) | FieldValue::Int(_) => <i64 as Type<MySql>>::type_info(),
            FieldValue::Float(_) => <f64 as Type<MySql>>::type_info(),
            _ => <str as Type<MySql>>::type_info(),
        })
    }
}

/// Reads a whole row, each column as its kind.
pub(super) fn read(row: &MySqlRow, kinds: &[ColumnKind]) -> Row {
    kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| match row.try_get_raw(at) {
            Ok(value) => read_value(value, *kind),
            Err(_) => Err(Unreadable("nothing")),
        })
        .collect()
}

fn read_value(value: MySqlValueRef<'_>, kind: ColumnKind) -> Result<FieldValue, Unreadable> {
    // Zeros for a date are none, for Django's driver too.
    if value.is_null() {
        return Ok(FieldValue::Null);
    }
    let stored = Stored::of(value.type_info().name());
    match (kind, stored) {
        (ColumnKind::Bool, Stored::Int | Stored::Unsigned) => match int(value, stored)? {
            0 => Ok(FieldValue::Bool(false)),
            1 => Ok(FieldValue::Bool(true)),
            _ => Err(Unreadable("a number that is neither 0 nor 1, where true or false must stand")),
        },
        (ColumnKind::Int, Stored::Int | Stored::Unsigned) => int(value, stored).map(FieldValue::Int),
        (ColumnKind::Float, Stored::Float) => {
            decoded::<f32>(value).map(|float| FieldValue::Float(float.into()))
        }
        (ColumnKind::Float, Stored::Double) => decoded(value).map(FieldValue::Float),
        (ColumnKind::Timestamp, Stored::Datetime) => timestamp(decoded(value)?).map(FieldValue::Timestamp),
        (ColumnKind::Uuid, Stored::Bytes) => {
            parse_uuid(text(value)?).map(FieldValue::Uuid).ok_or(Unreadable("a text that is not a UUID"))
        }
        (ColumnKind::Text, Stored::Bytes) => text(value).map(|text| FieldValue::Text(text.to_owned())),
        (ColumnKind::Bytes, Stored::Bytes) => decoded(value).map(|bytes| FieldValue::Text(hex::lower(bytes))),
        _ => Err(Unreadable("a value of another type than the table had when the server connected")),
    }
}

/// How the protocol has a value.
#[derive(Clone, Copy)]
enum Stored {
    /// Texts among them: whether bytes are one is the column's to say, and not its collation's.
    Bytes,
    Datetime,
    Double,
    Float,
    Int,
    Other,
    Unsigned,
}

impl Stored {
    fn of(type_name: &str) -> Self {
        match type_name {
            "BIGINT" | "BOOLEAN" | "INT" | "MEDIUMINT" | "SMALLINT" | "TINYINT" => Self::Int,
            "DATETIME" | "TIMESTAMP" => Self::Datetime,
            "DOUBLE" => Self::Double,
            "FLOAT" => Self::Float,
            name if name.ends_with(" UNSIGNED") => Self::Unsigned,
            name if ["BINARY", "BLOB", "CHAR", "TEXT"].iter().any(|word| name.ends_with(word)) => Self::Bytes,
            _ => Self::Other,
        }
    }
}

fn int(value: MySqlValueRef<'_>, stored: Stored) -> Result<i64, Unreadable> {
    match stored {
        Stored::Unsigned => i64::try_from(decoded::<u64>(value)?)
            .map_err(|_| Unreadable("a number that is too large for a signed one of 64 bits")),
        _ => decoded(value),
    }
}

fn text(value: MySqlValueRef<'_>) -> Result<&str, Unreadable> {
    std::str::from_utf8(decoded(value)?).map_err(|_| Unreadable("a text that is not UTF-8"))
}

fn decoded<'a, T: Decode<'a, MySql>>(value: MySqlValueRef<'a>) -> Result<T, Unreadable> {
    T::decode(value).map_err(|_| Unreadable("a value that cannot be read"))
}

/// A length; then, as far as it goes, year (two bytes), month, day, hour, minute, second, microseconds (four bytes): in UTC,
/// as Django has them.
fn timestamp(bytes: &[u8]) -> Result<Timestamp, Unreadable> {
    let part = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let small = |at: usize| i8::try_from(part(at)).unwrap_or(i8::MAX);
    let year = i16::from_le_bytes([part(1), part(2)]);
    let micros = i32::from_le_bytes([part(8), part(9), part(10), part(11)]);
    let nanos = micros.checked_mul(1000).unwrap_or(i32::MAX);
    let at = DateTime::new(year, small(3), small(4), small(5), small(6), small(7), nanos);
    let at = at.map_err(|_| Unreadable("something that is not a date and time"))?;
    let since_epoch = at.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)).as_micros();
    i64::try_from(since_epoch)
        .map(Timestamp::from_micros)
        .map_err(|_| Unreadable("a time that is too far away"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_far_as_they_are_written() {
        for (bytes, micros) in [
            (&[4, 0xb2, 7, 1, 2][..], 86_400_000_000),
            (&[7, 0xb2, 7, 1, 1, 1, 0, 2], 3_602_000_000),
            (&[11, 0xb2, 7, 1, 1, 0, 0, 0, 0x3f, 0x42, 0x0f, 0], 999_999),
            (&[7, 0x0f, 0x27, 12, 31, 23, 59, 59], Timestamp::MAX.as_micros()),
        ] {
            assert_eq!(timestamp(bytes).unwrap(), Timestamp::from_micros(micros), "{bytes:?}");
        }
        for never in [
            &[0][..],
            &[4, 0xea, 7, 0, 0],
            &[4, 0xea, 7, 2, 30],
            &[7, 0xea, 7, 1, 1, 24, 0, 0],
            &[11, 0xea, 7, 1, 1, 0, 0, 0, 0x40, 0x42, 0x0f, 0],
        ] {
            assert!(timestamp(never).is_err(), "{never:?}");
        }
    }
}
