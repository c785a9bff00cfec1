//! One operation from its text to its answer.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::Schema;
use countersign::dialect::Json;
use countersign::dialect::graphql_jwt::{Answer, GraphqlError, Operation};
use countersign::user::User;

use crate::graphql::arguments::Given;
use crate::graphql::document::{Document, error};
use crate::graphql::measure::Measure;
use crate::graphql::mutations::Turns;
use crate::graphql::schema::Caller;

/// Executes an operation for `caller`, if it is not too much.
pub(super) async fn execute(
    schema: &Schema,
    operation: Operation,
    caller: Option<Box<User>>,
    measure: Measure<'_>,
) -> Answer {
    let document = match Document::read(&operation) {
        Ok(document) => document,
        Err(answer) => return answer,
    };
    let Operation { variables, .. } = operation;
    match measure.check(&document).and_then(|()| Ready::of(document, variables)) {
        Ok(ready) => ready.run(schema, caller).await,
        Err(error) => Answer::Errors(vec![error]),
    }
}

struct Ready {
    document: Document,
    given: Given,
}

impl Ready {
    fn of(
        document: Document,
        variables: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Self, GraphqlError> {
        let operation = document.operation().ok_or_else(|| GraphqlError::new("There is no operation."))?;
        let given = Given::read(&operation.node, variables)?;
        Ok(Self { document, given })
    }

    async fn run(self, schema: &Schema, caller: Option<Box<User>>) -> Answer {
        let Self { document, given } = self;
        let turns = Arc::new(Turns::new(given.absent));
        let mut request = async_graphql::Request::new("")
            .variables(given.values)
            .data(Caller(caller))
            .data(Arc::clone(&turns));
        request.operation_name = document.name.as_ref().map(ToString::to_string);
        request.set_parsed_query(document.parsed);
        let response = schema.execute(request).await;
        match turns.failed() {
            Some(answer) => answer,
            None if response.errors.is_empty() => Answer::Data(match response.data {
                // Everything was skipped.
                Value::Null => Json::object([]),
                data => json(data),
            }),
            None => Answer::Errors(response.errors.iter().map(error).collect()),
        }
    }
}

/// A value of async-graphql's as one of the dialect's. The schema has neither fractions nor bytes.
fn json(value: Value) -> Json {
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
        Json::Object(members) => Value::Object(
            members.into_iter().map(|(name, json)| (async_graphql::Name::new(name), value(json))).collect(),
        ),
        Json::Text(text) => Value::String(text.into_owned()),
    }
}
