//! GraphQL JWT as a GraphQL server: one path, and a page to try it with.
//!
//! - The token comes first: one that is not good is 401 before a byte of the body is read.
//! - What may be asked in one request is bounded before it is executed: how long and how deep a document is, how much it
//!   asks for once its fragments are spread, and how many tokens.
//! - async-graphql checks and executes; what a client reads is the dialect's.

mod arguments;
mod document;
mod execute;
mod graphiql;
mod measure;
mod mutations;
mod scan;
mod schema;
#[cfg(test)]
mod tests;
mod values;

use std::sync::Arc;

use async_graphql::dynamic::Schema;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{any, get};
use countersign::authority::{Authority, Client};
use countersign::dialect::GraphqlJwt;
use countersign::dialect::graphql_jwt::Asked;
use countersign::store::{RefreshTokens, Store};

use crate::body::{BodyLimits, read};
use crate::graphql::measure::Measure;
use crate::log::log_failure;
pub use schema::SchemaError;

/// What a GraphQL server does and how much.
#[derive(Clone, Copy, Debug)]
pub struct GraphqlOptions {
    /// How much of a request body is read.
    pub body: BodyLimits,
    /// Whether a browser that asks for no operation is shown GraphiQL.
    pub graphiql: bool,
    /// How many fields an operation may select, once its fragments are spread; 1000 by default.
    pub max_complexity: usize,
    /// How many selections may lie inside each other; 20 by default, of which GraphiQL's own introspection needs 15.
    pub max_depth: usize,
    /// How many mutations an operation may hold; 10 by default. A login costs a hash, whatever the request is.
    pub max_mutations: usize,
}

impl Default for GraphqlOptions {
    fn default() -> Self {
        Self {
            body: BodyLimits::default(),
            graphiql: true,
            max_complexity: 1_000,
            max_depth: 20,
            max_mutations: 10,
        }
    }
}

/// A route for GraphQL at `path`, and below it the files of GraphiQL, which a browser gets that asks for no operation.
///
/// ```
/// use countersign::authority::Authority;
/// use countersign::dialect::GraphqlJwt;
/// use countersign::store::{RefreshTokens, Store};
/// use countersign_axum::{GraphqlOptions, SchemaError, graphql};
///
/// fn app<S>(authority: Authority<S>) -> Result<axum::Router, SchemaError>
/// where
///     S: Store + RefreshTokens + 'static,
/// {
///     let dialect = GraphqlJwt::default().header_prefix("Bearer");
///     graphql(dialect, authority, "/graphql/", GraphqlOptions::default())
/// }
/// ```
///
/// # Errors
///
/// When the dialect's user type makes no schema.
///
/// # Panics
///
/// When `path` does not begin with a slash.
pub fn graphql<S, T>(
    dialect: GraphqlJwt,
    authority: Authority<S>,
    path: &str,
    options: GraphqlOptions,
) -> Result<Router<T>, SchemaError>
where
    S: Store + RefreshTokens + 'static,
    T: Clone + Send + Sync + 'static,
{
    let schema = schema::schema::<S>(dialect.user())?;
    let page = options.graphiql.then(|| graphiql::page(path, &dialect));
    let server = Arc::new(Server { dialect, authority, schema, options, page });
    let router =
        Router::new().route(&literal(path), any(async move |request| answer(&server, request).await));
    Ok(if options.graphiql {
        router.route(&format!("{}{{file}}", literal(&graphiql::folder(path))), get(graphiql::file))
    } else {
        router
    })
}

struct Server<S> {
    dialect: GraphqlJwt,
    authority: Authority<S>,
    schema: Schema,
    options: GraphqlOptions,
    page: Option<String>,
}

async fn answer<S>(server: &Server<S>, request: Request) -> Response
where
    S: Store + RefreshTokens + 'static,
{
    let dialect = &server.dialect;
    let (parts, body) = request.into_parts();
    let authority = server.authority.for_client(Client::of(&parts.extensions, &parts.headers));
    let caller = match dialect.token(&parts.headers) {
        None => None,
        Some(token) => match GraphqlJwt::caller(authority.authenticate(&token).await) {
            Ok(caller) => caller,
            Err(failure) => {
                log_failure(&failure);
                return dialect.unauthorized_response(&failure).map(Body::from);
            }
        },
    };
    let body = match read(body, server.options.body).await {
        Ok(body) => body,
        Err(rejection) => return dialect.reject(rejection).map(Body::from),
    };
    match dialect.parse(&http::Request::from_parts(parts, body)) {
        Asked::Ide => match &server.page {
            Some(page) => graphiql::show(page),
            None => dialect.no_ide().map(Body::from),
        },
        Asked::Operation(operation) => {
            let introspection = caller.is_some() || !dialect.authenticates_introspection();
            let measure = Measure { options: &server.options, introspection };
            let answer = execute::execute(&server.schema, authority, operation, caller, measure).await;
            dialect.render(answer).map(Body::from)
        }
        Asked::Reply(response) => response.map(Body::from),
    }
}

/// A brace in a configured path is a brace, not one of axum's captures.
fn literal(path: &str) -> String {
    path.replace('{', "{{").replace('}', "}}")
}
