//! One operation from its text to its answer.

use std::sync::Arc;

use async_graphql::Value;
use async_graphql::dynamic::Schema;
use countersign::authority::Authority;
use countersign::dialect::Json;
use countersign::dialect::graphql_jwt::{Answer, GraphqlError, Operation};
use countersign::store::{RefreshTokens, Store};
use countersign::user::User;

use crate::graphql::arguments::Given;
use crate::graphql::document::{Document, error};
use crate::graphql::measure::Measure;
use crate::graphql::mutations::Turns;
use crate::graphql::schema::Caller;
use crate::graphql::values::json;

/// Executes an operation for `caller`, if it is not too much; `authority` decides for the client that sent it.
pub(super) async fn execute<S>(
    schema: &Schema,
    authority: Authority<S>,
    operation: Operation,
    caller: Option<Box<User>>,
    measure: Measure<'_>,
) -> Answer
where
    S: Store + RefreshTokens + 'static,
{
    let document = match Document::read(&operation) {
        Ok(document) => document,
        Err(answer) => return answer,
    };
    let Operation { variables, .. } = operation;
    match measure.check(&document).and_then(|()| Ready::of(document, variables)) {
        Ok(ready) => ready.run(schema, authority, caller).await,
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

    async fn run<S>(self, schema: &Schema, authority: Authority<S>, caller: Option<Box<User>>) -> Answer
    where
        S: Store + RefreshTokens + 'static,
    {
        let Self { document, given } = self;
        let turns = Arc::new(Turns::new(given.absent));
        let mut request = async_graphql::Request::new("")
            .variables(given.values)
            .data(authority)
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
