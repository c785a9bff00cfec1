//! How much a document asks for, once its fragments are spread: known before it is validated or executed, since both
//! take as long as the spread document is large.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, OperationType, Selection, SelectionSet,
};
use countersign::dialect::graphql_jwt::GraphqlError;

use crate::graphql::document::{Document, place};

/// Refuses a document that asks for too much in any of its operations, or for the schema where it may not.
///
/// # Errors
///
/// What is too much, at the first place where it is.
pub(super) fn measure(document: &Document, introspection: bool) -> Result<(), GraphqlError> {
    let mut ruler = Ruler { document: &document.parsed, fragments: HashMap::new() };
    for (_, operation) in document.parsed.operations.iter() {
        let size = ruler.selections(&operation.node.selection_set)?;
        let too_much = if size.depth > MAX_DEPTH {
            format!("The operation is nested {} levels deep, {MAX_DEPTH} are allowed.", size.depth)
        } else if size.cost > MAX_COST {
            format!("The operation is too complex: what it asks for may be over {MAX_COST} values.")
        } else if operation.node.ty == OperationType::Mutation && size.top_fields > MAX_MUTATIONS {
            format!("The operation has {} mutations, {MAX_MUTATIONS} are allowed at once.", size.top_fields)
        } else {
            match size.introspection.filter(|_| !introspection) {
                None => continue,
                Some(field) => return Err(no_introspection(field)),
            }
        };
        return Err(at(operation.pos, too_much));
    }
    Ok(())
}

/// The size of a selection set with everything in it.
#[derive(Clone, Copy, Default)]
struct Size<'a> {
    depth: u32,
    /// How many values the answer may have, at most and by estimate: see [`values`].
    cost: u32,
    /// The fields of the set itself.
    top_fields: u32,
    /// The first field in it that asks for the schema.
    introspection: Option<&'a Positioned<Field>>,
}

impl<'a> Size<'a> {
    fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            cost: self.cost.saturating_add(other.cost),
            top_fields: self.top_fields.saturating_add(other.top_fields),
            introspection: self.introspection.or(other.introspection),
        }
    }

    fn below(self, field: &'a Positioned<Field>) -> Self {
        let name = field.node.name.node.as_str();
        Self {
            depth: self.depth.saturating_add(1),
            cost: self.cost.saturating_add(1).saturating_mul(values(name)),
            top_fields: 1,
            introspection: if matches!(name, "__schema" | "__type") { Some(field) } else { self.introspection },
        }
    }
}

/// Measures each fragment once, however often it is spread.
struct Ruler<'a> {
    document: &'a ExecutableDocument,
    /// `None` while one is being measured.
    fragments: HashMap<&'a str, Option<Size<'a>>>,
}

impl<'a> Ruler<'a> {
    fn selections(&mut self, set: &'a Positioned<SelectionSet>) -> Result<Size<'a>, GraphqlError> {
        let mut size = Size::default();
        for selection in &set.node.items {
            size = size.and(match &selection.node {
                Selection::Field(field) => self.selections(&field.node.selection_set)?.below(field),
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node, spread.pos)?,
                Selection::InlineFragment(fragment) => self.selections(&fragment.node.selection_set)?,
            });
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'a str, spread_at: async_graphql::Pos) -> Result<Size<'a>, GraphqlError> {
        match self.fragments.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(at(spread_at, format!("Cannot spread fragment '{name}' within itself."))),
            None => {}
        }
        let found: Option<&'a Positioned<FragmentDefinition>> = self.document.fragments.get(name);
        // That there is none is for the validation to say.
        let Some(fragment) = found else { return Ok(Size::default()) };
        self.fragments.insert(name, None);
        let size = self.selections(&fragment.node.selection_set)?;
        self.fragments.insert(name, Some(size));
        Ok(size)
    }
}

/// How many values a field of the schema about itself has in this schema, roughly; every other field has one.
fn values(field: &str) -> u32 {
    match field {
        "types" | "enumValues" => 20,
        "fields" => 12,
        "args" | "directives" | "locations" => 4,
        _ => 1,
    }
}

/// graphql-core's words, when its rule against introspection is on.
fn no_introspection(field: &Positioned<Field>) -> GraphqlError {
    let name = &field.node.name.node;
    let disabled = "GraphQL introspection has been disabled, but the requested query contained the field";
    at(field.pos, format!("{disabled} '{name}'."))
}

fn at(pos: async_graphql::Pos, message: String) -> GraphqlError {
    GraphqlError { message, locations: vec![place(pos)], path: Vec::new() }
}

/// GraphiQL's introspection has 15.
const MAX_DEPTH: u32 = 20;
/// GraphiQL's introspection costs about half of it.
const MAX_COST: u32 = 100_000;
/// A login costs a hash: a hundred of them in one request are as bad as a hundred requests, and harder to see.
const MAX_MUTATIONS: u32 = 10;
