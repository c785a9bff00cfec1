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

use std::sync::Arc;

use async_graphql::dynamic::Schema;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::{any, get};
use countersign::authority::Authority;
use countersign::dialect::GraphqlJwt;
use countersign::dialect::graphql_jwt::Asked;
use countersign::store::{RefreshTokens, TokenLedger, Users};

use crate::body::{BodyLimits, read};
use crate::log::log_failure;
pub use schema::SchemaError;

/// A route for GraphQL at `path`, and below it the files of GraphiQL, which a browser gets that asks for no operation.
///
/// ```
/// use countersign::authority::Authority;
/// use countersign::dialect::GraphqlJwt;
/// use countersign::store::{RefreshTokens, TokenLedger, Users};
/// use countersign_axum::{BodyLimits, SchemaError, graphql};
///
/// fn app<S>(authority: Authority<S>) -> Result<axum::Router, SchemaError>
/// where
///     S: Users + TokenLedger + RefreshTokens + 'static,
/// {
///     let dialect = GraphqlJwt::default().header_prefix("Bearer");
///     graphql(dialect, authority, "/graphql/", BodyLimits::default())
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
pub fn graphql<S>(
    dialect: GraphqlJwt,
    authority: Authority<S>,
    path: &str,
    limits: BodyLimits,
) -> Result<Router, SchemaError>
where
    S: Users + TokenLedger + RefreshTokens + 'static,
{
    let page = graphiql::page(path);
    let files = graphiql::folder(path);
    let schema = schema::schema(dialect.user(), &authority)?;
    let server = Arc::new(Server { dialect, authority, schema, limits, page });
    Ok(Router::new()
        .route(&literal(path), any(async move |request| answer(&server, request).await))
        .route(&format!("{}{{file}}", literal(&files)), get(graphiql::file)))
}

struct Server<S> {
    dialect: GraphqlJwt,
    authority: Authority<S>,
    schema: Schema,
    limits: BodyLimits,
    page: String,
}

async fn answer<S>(server: &Server<S>, request: Request) -> Response
where
    S: Users + TokenLedger + RefreshTokens + 'static,
{
    let dialect = &server.dialect;
    let (parts, body) = request.into_parts();
    let caller = match dialect.token(&parts.headers) {
        None => None,
        Some(token) => match GraphqlJwt::caller(server.authority.authenticate(&token).await) {
            Ok(caller) => caller,
            Err(failure) => {
                log_failure(&failure);
                return dialect.unauthorized_response(&failure).map(Body::from);
            }
        },
    };
    let body = match read(body, server.limits).await {
        Ok(body) => body,
        Err(rejection) => return dialect.reject(rejection).map(Body::from),
    };
    match dialect.parse(&http::Request::from_parts(parts, body)) {
        Asked::Ide => graphiql::show(&server.page),
        Asked::Operation(operation) => {
            let introspection = caller.is_some() || !dialect.authenticates_introspection();
            let answer = execute::execute(&server.schema, operation, caller, introspection).await;
            dialect.render(answer).map(Body::from)
        }
        Asked::Reply(response) => response.map(Body::from),
    }
}

/// A brace in a configured path is a brace, not one of axum's captures.
fn literal(path: &str) -> String {
    path.replace('{', "{{").replace('}', "}}")
}
