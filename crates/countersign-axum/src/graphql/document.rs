//! From an operation's text to the one of its operations that is meant.

use std::borrow::Cow;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};
use async_graphql::parser::{Error as ParseError, parse_query};
use async_graphql::{Name, Pos, Positioned, ServerError};
use countersign::dialect::graphql_jwt::{Answer, GraphqlError, Operation};

use crate::graphql::scan::scan;

/// A document, and which of its operations is to be executed.
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    /// The operation's name; `None` for the only one, which has none.
    pub(super) name: Option<Name>,
}

impl Document {
    /// Parses a document and finds the operation that is meant: without a name, the first.
    ///
    /// # Errors
    ///
    /// The answer, where there is nothing to execute.
    pub(super) fn read(operation: &Operation) -> Result<Self, Answer> {
        scan(&operation.query).map_err(|error| Answer::Errors(vec![error]))?;
        let parsed = parse_query(&operation.query).map_err(|found| no_document(&found))?;
        let name = match (&parsed.operations, &operation.name) {
            (DocumentOperations::Single(_), None) => None,
            (DocumentOperations::Multiple(operations), None) => {
                let first = operations.iter().min_by_key(|(_, operation)| place(operation.pos));
                first.map(|(name, _)| name.clone())
            }
            (operations, Some(wanted)) => {
                let mut names = operations.iter().filter_map(|(name, _)| name);
                let unknown = || bad_request(format!("Unknown operation named \"{wanted}\"."));
                Some(names.find(|name| name.as_str() == wanted).cloned().ok_or_else(unknown)?)
            }
        };
        let document = Self { parsed, name };
        match document.operation() {
            None => Err(bad_request(NO_OPERATION)),
            Some(Positioned { node: OperationDefinition { ty: OperationType::Mutation, .. }, .. })
                if operation.read_only =>
            {
                Err(bad_request("mutations are not allowed when using GET"))
            }
            Some(Positioned { node: OperationDefinition { ty: OperationType::Subscription, .. }, pos }) => {
                Err(Answer::Errors(vec![GraphqlError {
                    message: "The subscription operation is not supported by the schema.".to_owned(),
                    locations: vec![place(*pos)],
                    path: Vec::new(),
                }]))
            }
            Some(_) => Ok(document),
        }
    }

    /// The operation that is meant.
    pub(super) fn operation(&self) -> Option<&Positioned<OperationDefinition>> {
        match (&self.parsed.operations, &self.name) {
            (DocumentOperations::Single(operation), _) => Some(operation),
            (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
            (DocumentOperations::Multiple(_), None) => None,
        }
    }
}

/// Line and column.
pub(super) fn place(at: Pos) -> (usize, usize) {
    (at.line, at.column)
}

/// What async-graphql found, as the dialect says it.
pub(super) fn error(found: &ServerError) -> GraphqlError {
    let step = |step: &async_graphql::PathSegment| match step {
        async_graphql::PathSegment::Field(name) => name.clone(),
        async_graphql::PathSegment::Index(index) => index.to_string(),
    };
    GraphqlError {
        message: found.message.clone(),
        locations: found.locations.iter().copied().map(place).collect(),
        path: found.path.iter().map(step).collect(),
    }
}

/// DIFFERENCE: the words about a document that is none are the parser's own, after "Syntax Error: ".
fn no_document(found: &ParseError) -> Answer {
    if matches!(found, ParseError::MissingOperation) {
        return bad_request(NO_OPERATION);
    }
    let locations = found.positions().map(place).collect();
    let text = found.to_string();
    // The parser draws a picture of the place; the last line says what it wanted there.
    let said = text.lines().last().map_or("", |line| line.trim_start_matches([' ', '=']));
    Answer::Errors(vec![GraphqlError {
        message: format!("Syntax Error: {said}"),
        locations,
        path: Vec::new(),
    }])
}

fn bad_request(reason: impl Into<Cow<'static, str>>) -> Answer {
    Answer::BadRequest(reason.into())
}

const NO_OPERATION: &str = "Can't get GraphQL operation type";
