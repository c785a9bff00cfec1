//! The dialect's values as async-graphql's, and the other way around.

use async_graphql::{Name, Value};
use countersign::dialect::Json;

/// A value of async-graphql's as one of the dialect's. The schema has neither fractions nor bytes.
pub(super) fn json(value: Value) -> Json {
    match value {
        Value::Binary(_) | Value::Null => Json::Null,
        Value::Boolean(value) => value.into(),
        Value::Enum(name) => name.to_string().into(),
        Value::List(values) => Json::List(values.into_iter().map(json).collect()),
        Value::Number(number) => number.as_i64().map_or(Json::Null, Json::Int),
        Value::Object(members) => Json::Object(
            members.into_iter().map(|(name, value)| (name.to_string().into(), json(value))).collect(),
        ),
        Value::String(text) => text.into(),
    }
}

/// The other way around.
pub(super) fn value(json: Json) -> Value {
    match json {
        Json::Bool(value) => value.into(),
        Json::Float(value) => value.into(),
        Json::Int(value) => value.into(),
        Json::List(values) => Value::List(values.into_iter().map(value).collect()),
        Json::Null => Value::Null,
        Json::Object(members) => {
            Value::Object(members.into_iter().map(|(name, json)| (Name::new(name), value(json))).collect())
        }
        Json::Text(text) => Value::String(text.into_owned()),
    }
}
