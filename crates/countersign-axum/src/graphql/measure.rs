//! How much a document asks for, once its fragments are spread: known before it is validated or executed, since both
//! take as long as the spread document is large.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, Field, FragmentDefinition, OperationType, Selection, SelectionSet,
};
use countersign::dialect::graphql_jwt::GraphqlError;

use crate::graphql::GraphqlOptions;
use crate::graphql::document::{Document, place};

/// What may be asked.
#[derive(Clone, Copy)]
pub(super) struct Measure<'a> {
    pub(super) options: &'a GraphqlOptions,
    /// Whether the schema may be asked for.
    pub(super) introspection: bool,
}

impl Measure<'_> {
    /// Refuses a document that asks for too much in any of its operations, or for the schema where it may not.
    ///
    /// # Errors
    ///
    /// What is too much, or the field that asks for the schema.
    pub(super) fn check(self, document: &Document) -> Result<(), GraphqlError> {
        let mut ruler = Ruler { document: &document.parsed, fragments: HashMap::new() };
        for (_, operation) in document.parsed.operations.iter() {
            let size = ruler.selections(&operation.node.selection_set)?;
            let is_mutation = operation.node.ty == OperationType::Mutation;
            if let Some(too_much) = self.too_much(size, is_mutation) {
                return Err(at(operation.pos, too_much));
            }
            if let Some(field) = size.introspection.filter(|_| !self.introspection) {
                return Err(no_introspection(field));
            }
        }
        Ok(())
    }

    fn too_much(self, size: Size<'_>, is_mutation: bool) -> Option<String> {
        let &GraphqlOptions { max_complexity, max_depth, max_mutations, .. } = self.options;
        if size.depth > max_depth {
            Some(format!("The operation is nested more than {max_depth} levels deep."))
        } else if size.fields > max_complexity {
            Some(format!("The operation selects more than {max_complexity} fields."))
        } else if is_mutation && size.top_fields > max_mutations {
            Some(format!("The operation holds more than {max_mutations} mutations."))
        } else if size.values > MAX_VALUES {
            Some("The operation asks for too much of the schema.".to_owned())
        } else {
            None
        }
    }
}

/// The size of a selection set with everything in it.
#[derive(Clone, Copy, Default)]
struct Size<'a> {
    depth: usize,
    /// The fields of the set, with those below.
    fields: usize,
    /// The fields of the set itself.
    top_fields: usize,
    /// How many values the answer may have, by estimate: see [`values`].
    values: usize,
    /// The first field in it that asks for the schema.
    introspection: Option<&'a Positioned<Field>>,
}

impl<'a> Size<'a> {
    fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            fields: self.fields.saturating_add(other.fields),
            top_fields: self.top_fields.saturating_add(other.top_fields),
            values: self.values.saturating_add(other.values),
            introspection: self.introspection.or(other.introspection),
        }
    }

    fn below(self, field: &'a Positioned<Field>) -> Self {
        let name = field.node.name.node.as_str();
        Self {
            depth: self.depth.saturating_add(1),
            fields: self.fields.saturating_add(1),
            top_fields: 1,
            values: self.values.saturating_add(1).saturating_mul(values(name)),
            introspection: if matches!(name, "__schema" | "__type") {
                Some(field)
            } else {
                self.introspection
            },
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
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, spread.pos)?
                }
                Selection::InlineFragment(fragment) => self.selections(&fragment.node.selection_set)?,
            });
        }
        Ok(size)
    }

    fn fragment(&mut self, name: &'a str, spread_at: async_graphql::Pos) -> Result<Size<'a>, GraphqlError> {
        match self.fragments.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => {
                return Err(at(spread_at, format!("Cannot spread fragment '{name}' within itself.")));
            }
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
fn values(field: &str) -> usize {
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

/// GraphiQL's introspection is about half of it.
const MAX_VALUES: usize = 100_000;
