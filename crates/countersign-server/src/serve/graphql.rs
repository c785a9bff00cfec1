//! GraphQL for the users that the database has.

use countersign::dialect::GraphqlJwt;
use countersign::dialect::graphql_jwt::{FieldType, NotAName, UserColumn, UserType};
use countersign_axum::{BodyLimits, GraphqlOptions};
use countersign_sql::{Column, ColumnKind, UserModel};

use crate::config::graphql_jwt::GraphqlJwtConfig;

/// How clients are spoken to.
///
/// # Errors
///
/// When the username's column has no name in GraphQL.
pub(super) fn dialect(config: &GraphqlJwtConfig, model: &UserModel) -> Result<GraphqlJwt, NotAName> {
    let client = &config.client;
    Ok(GraphqlJwt::default()
        .user_type(UserType::new(model.username().name(), columns(model))?)
        .header_name(client.header.clone())
        .header_prefix(client.prefix.clone())
        .unauthorized(client.unauthorized)
        .authenticate_introspection(client.authenticate_introspection))
}

pub(super) fn options(config: &GraphqlJwtConfig, body: BodyLimits) -> GraphqlOptions {
    GraphqlOptions {
        body,
        graphiql: config.graphiql,
        max_complexity: config.max_complexity.get(),
        max_depth: config.max_depth.get(),
        max_mutations: config.max_mutations.get(),
    }
}

/// The columns that may be shown, under Django's names: the password is none of them.
fn columns(model: &UserModel) -> impl Iterator<Item = UserColumn<'_>> {
    let is =
        |column: &Column, other: Option<&Column>| other.is_some_and(|other| other.name() == column.name());
    let shown = model.columns().iter().filter(move |column| !is(column, Some(model.password())));
    shown.filter_map(move |column| {
        let field = if is(column, model.is_active()) {
            "is_active"
        } else if is(column, model.last_login()) {
            "last_login"
        } else if is(column, model.email()) {
            "email"
        } else {
            column.name()
        };
        let kind = match column.kind() {
            ColumnKind::Bool => FieldType::Boolean,
            ColumnKind::Text => FieldType::Text,
            ColumnKind::Timestamp => FieldType::DateTime,
            _ => return None,
        };
        Some(UserColumn { field, column: column.name(), kind, nullable: column.is_nullable() })
    })
}
