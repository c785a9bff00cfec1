//! Values as PostgreSQL's binary protocol has them: a parameter says its own type, a column says what it holds.

use countersign::clock::Timestamp;
use countersign::user::FieldValue;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgRow, PgTypeInfo, PgValueRef};
use sqlx::{Encode, Postgres, Row as _, Type, ValueRef as _};
use uuid::Uuid;

use crate::backend::{Row, Unreadable};
use crate::column::ColumnKind;
use crate::hex;

/// A parameter of a statement. The type is that of the value and not of the column that it meets: an integer that is
/// too large for a column is found nowhere in it, instead of being an error.
pub(super) struct Parameter<'a>(pub(super) &'a FieldValue);

impl Type<Postgres> for Parameter<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(UNSPECIFIED)
    }

    fn compatible(_: &PgTypeInfo) -> bool {
        false
    }
}

impl Encode<'_, Postgres> for Parameter<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self.0 {
            FieldValue::Bool(truth) => buffer.push(u8::from(*truth)),
            FieldValue::Float(float) => buffer.extend_from_slice(&float.to_be_bytes()),
            FieldValue::Int(int) => buffer.extend_from_slice(&int.to_be_bytes()),
            FieldValue::Null => return Ok(IsNull::Yes),
            FieldValue::Timestamp(at) => buffer.extend_from_slice(&since_2000(*at).to_be_bytes()),
            FieldValue::Uuid(uuid) => buffer.extend_from_slice(uuid.as_bytes()),
            FieldValue::Text(text) => buffer.extend_from_slice(text.as_bytes()),
            other => buffer.extend_from_slice(other.to_string().as_bytes()),
        }
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(match self.0 {
            FieldValue::Bool(_) => BOOL,
            FieldValue::Float(_) => FLOAT8,
            FieldValue::Int(_) => INT8,
            FieldValue::Null => UNSPECIFIED,
            FieldValue::Timestamp(_) => TIMESTAMPTZ,
            FieldValue::Uuid(_) => UUID,
            _ => TEXT,
        }))
    }
}

/// Whether PostgreSQL has no such value: none of its texts holds the character NUL.
///
/// DIFFERENCE: Django hands it to the database, whose refusal ends in a 500.
pub(super) fn is_impossible(value: &FieldValue) -> bool {
    matches!(value, FieldValue::Text(text) if text.contains('\0'))
}

/// Reads a whole row, each column as its kind.
pub(super) fn read(row: &PgRow, kinds: &[ColumnKind]) -> Row {
    kinds
        .iter()
        .enumerate()
        .map(|(at, kind)| match row.try_get_raw(at) {
            Ok(value) => read_value(&value, *kind),
            Err(_) => Err(Unreadable("nothing")),
        })
        .collect()
}

fn read_value(value: &PgValueRef<'_>, kind: ColumnKind) -> Result<FieldValue, Unreadable> {
    if value.is_null() {
        return Ok(FieldValue::Null);
    }
    let bytes = value.as_bytes().map_err(|_| Unreadable("nothing"))?;
    let oid = value.type_info().oid().unwrap_or(UNSPECIFIED);
    match (kind, oid) {
        (ColumnKind::Bool, BOOL) => Ok(FieldValue::Bool(bytes != [0])),
        (ColumnKind::Bytes, BYTEA) => Ok(FieldValue::Text(hex::lower(bytes))),
        (ColumnKind::Float, FLOAT4) => Ok(FieldValue::Float(f32::from_be_bytes(exactly(bytes)?).into())),
        (ColumnKind::Float, FLOAT8) => Ok(FieldValue::Float(f64::from_be_bytes(exactly(bytes)?))),
        (ColumnKind::Int, INT2) => Ok(FieldValue::Int(i16::from_be_bytes(exactly(bytes)?).into())),
        (ColumnKind::Int, INT4) => Ok(FieldValue::Int(i32::from_be_bytes(exactly(bytes)?).into())),
        (ColumnKind::Int, INT8) => Ok(FieldValue::Int(i64::from_be_bytes(exactly(bytes)?))),
        (ColumnKind::Timestamp, TIMESTAMP | TIMESTAMPTZ) => {
            timestamp(i64::from_be_bytes(exactly(bytes)?)).map(FieldValue::Timestamp)
        }
        (ColumnKind::Uuid, UUID) => Ok(FieldValue::Uuid(Uuid::from_bytes(exactly(bytes)?))),
        (ColumnKind::Text, BPCHAR | NAME | TEXT | VARCHAR) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(FieldValue::Text(text.to_owned())),
            Err(_) => Err(Unreadable("a text that is not UTF-8")),
        },
        _ => Err(Unreadable("a value of another type than the table had when the server connected")),
    }
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Unreadable> {
    bytes.try_into().map_err(|_| Unreadable("a value of another length than its type has"))
}

/// A moment that Python's `datetime` cannot hold is written as the nearest that it can.
fn since_2000(at: Timestamp) -> i64 {
    at.as_micros().clamp(Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros() + 999_999) - Y2000
}

fn timestamp(since_2000: i64) -> Result<Timestamp, Unreadable> {
    match since_2000 {
        i64::MIN | i64::MAX => Err(Unreadable("a time that is infinitely far away")),
        micros => micros
            .checked_add(Y2000)
            .map(Timestamp::from_micros)
            .ok_or(Unreadable("a time that is too far away")),
    }
}

/// Microseconds from 1970, where ours begin, to 2000, where PostgreSQL's do.
const Y2000: i64 = 946_684_800 * 1_000_000;

// The types' numbers, from PostgreSQL's pg_type.dat. They never change.
const UNSPECIFIED: Oid = Oid(0);
const BOOL: Oid = Oid(16);
const BYTEA: Oid = Oid(17);
const NAME: Oid = Oid(19);
const INT8: Oid = Oid(20);
const INT2: Oid = Oid(21);
const INT4: Oid = Oid(23);
const TEXT: Oid = Oid(25);
const FLOAT4: Oid = Oid(700);
const FLOAT8: Oid = Oid(701);
const BPCHAR: Oid = Oid(1042);
const VARCHAR: Oid = Oid(1043);
const TIMESTAMP: Oid = Oid(1114);
const TIMESTAMPTZ: Oid = Oid(1184);
const UUID: Oid = Oid(2950);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_from_2000_and_kept_within_pythons_calendar() {
        for (micros, counted) in [
            (0, -Y2000),
            (Y2000 + 1, 1),
            (i64::MIN, Timestamp::MIN.as_micros() - Y2000),
            (i64::MAX, Timestamp::MAX.as_micros() + 999_999 - Y2000),
        ] {
            assert_eq!(since_2000(Timestamp::from_micros(micros)), counted);
        }
        assert_eq!(timestamp(1).unwrap(), Timestamp::from_micros(Y2000 + 1));
        for endless in [i64::MIN, i64::MAX, i64::MAX - 1] {
            assert!(timestamp(endless).is_err());
        }
    }
}
