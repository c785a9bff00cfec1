//! The arguments of a mutation: what is not given is not `null`.

use std::collections::HashSet;

use async_graphql::dynamic::ResolverContext;
use async_graphql::parser::types::OperationDefinition;
use async_graphql::{Name, Value, Variables};
use countersign::dialect::graphql_jwt::GraphqlError;
use serde_json::Map;

use crate::graphql::document::place;

/// The variables of an operation, by what is known of them.
pub(super) struct Given {
    /// Their values, for those that have one.
    pub(super) values: Variables,
    /// Those that have neither a value nor a default: an argument that is one of them is not given (GraphQL §6.4.1).
    pub(super) absent: HashSet<Name>,
}

impl Given {
    /// Takes the values of the variables that the operation declares, and no others.
    ///
    /// # Errors
    ///
    /// When a value has members whose names are none in GraphQL.
    pub(super) fn read(
        operation: &OperationDefinition,
        mut values: Map<String, serde_json::Value>,
    ) -> Result<Self, GraphqlError> {
        let mut given = Self { values: Variables::default(), absent: HashSet::new() };
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            match values.remove(name.as_str()) {
                Some(value) => {
                    let value = Value::from_json(value).map_err(|_| GraphqlError {
                        message: format!("Variable '${name}' has invalid value."),
                        locations: vec![place(definition.pos)],
                        path: Vec::new(),
                    })?;
                    given.values.insert(name.clone(), value);
                }
                None if definition.node.default_value.is_none() => {
                    given.absent.insert(name.clone());
                }
                None => {}
            }
        }
        Ok(given)
    }
}

/// An argument of type `String`, as strawberry hands it on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Argument {
    /// `null`.
    Null,
    /// A string.
    Text(String),
    /// Not given.
    Unset,
}

impl Argument {
    /// The argument of this name.
    pub(super) fn read(context: &ResolverContext<'_>, name: &str, absent: &HashSet<Name>) -> Self {
        let Some(written) = context.item.node.get_argument(name) else { return Self::Unset };
        let variable = written.node.clone().into_const_with(Err::<Value, Name>).err();
        if variable.is_some_and(|variable| absent.contains(&variable)) {
            return Self::Unset;
        }
        match context.args.get(name).map(|value| value.as_value().clone()) {
            Some(Value::String(text)) => Self::Text(text),
            // The validation lets nothing but `null` through.
            _ => Self::Null,
        }
    }

    /// The text; empty for none.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Null | Self::Unset => String::new(),
        }
    }
}
