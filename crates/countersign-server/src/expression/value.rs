//! Values on their way into an expression and out of it.

use cel::objects::{Key, OptionalValue};
use chrono::DateTime;
use countersign::authority::JsonEncoder;
use countersign::clock::Timestamp;
use countersign::user::FieldValue;
use serde_json::Value as Json;

/// What an expression sees of a column.
pub(super) fn of_field(value: &FieldValue) -> cel::Value {
    match value {
        FieldValue::Bool(value) => (*value).into(),
        FieldValue::Float(value) => (*value).into(),
        FieldValue::Int(value) => (*value).into(),
        FieldValue::Text(text) => text.clone().into(),
        // A moment that no calendar has is none.
        FieldValue::Timestamp(at) => DateTime::from_timestamp_micros(at.as_micros())
            .map_or(cel::Value::Null, |at| cel::Value::Timestamp(at.fixed_offset())),
        FieldValue::Uuid(uuid) => uuid.hyphenated().to_string().into(),
        // Every other kind a column may have one day is nothing yet.
        _ => cel::Value::Null,
    }
}

/// The claim that a value makes; none for CEL's `optional.none()`.
///
/// # Errors
///
/// The type that cannot be JSON.
pub(super) fn into_claim(value: &cel::Value, encoder: &dyn JsonEncoder) -> Result<Option<Json>, String> {
    if let Ok(optional) = <&OptionalValue>::try_from(value) {
        return optional.value().map(|value| json(value, encoder)).transpose();
    }
    json(value, encoder).map(Some)
}

fn json(value: &cel::Value, encoder: &dyn JsonEncoder) -> Result<Json, String> {
    Ok(match value {
        cel::Value::Bool(value) => (*value).into(),
        cel::Value::Float(value) => (*value).into(),
        cel::Value::Int(value) => (*value).into(),
        cel::Value::List(list) => {
            list.iter().map(|value| json(value, encoder)).collect::<Result<Vec<_>, _>>()?.into()
        }
        cel::Value::Map(map) => map
            .map
            .iter()
            .map(|(key, value)| match key {
                Key::String(name) => Ok((name.to_string(), json(value, encoder)?)),
                _ => Err("a map with keys that are no strings".to_owned()),
            })
            .collect::<Result<serde_json::Map<_, _>, _>>()?
            .into(),
        cel::Value::Null => Json::Null,
        cel::Value::String(text) => text.as_str().into(),
        cel::Value::Timestamp(at) => {
            encoder.encode(&FieldValue::Timestamp(Timestamp::from_micros(at.timestamp_micros())))
        }
        cel::Value::UInt(value) => (*value).into(),
        other => return Err(format!("a value of type {}", other.type_of())),
    })
}
