//! Values on their way into an expression and out of it.

use std::collections::HashMap;

use cel::objects::{Key, OptionalValue};
use chrono::DateTime;
use countersign::authority::JsonEncoder;
use countersign::claims::Claims;
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

/// What an expression sees of a payload: what no number here can hold is not there.
pub(super) fn of_claims(claims: &Claims) -> cel::Value {
    let parsed =
        claims.iter().filter_map(|(name, json)| Some((name.to_owned(), serde_json::from_str(json).ok()?)));
    parsed.map(|(name, json)| (name, of_json(json))).collect::<HashMap<_, _>>().into()
}

fn of_json(json: Json) -> cel::Value {
    match json {
        Json::Array(list) => list.into_iter().map(of_json).collect::<Vec<_>>().into(),
        Json::Bool(value) => value.into(),
        Json::Null => cel::Value::Null,
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(int), _) => int.into(),
            (None, Some(int)) => int.into(),
            (None, None) => number.as_f64().map_or(cel::Value::Null, cel::Value::from),
        },
        Json::Object(map) => {
            map.into_iter().map(|(name, json)| (name, of_json(json))).collect::<HashMap<_, _>>().into()
        }
        Json::String(text) => text.into(),
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
