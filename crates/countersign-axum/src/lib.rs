//! Countersign in axum: the families' routes, and keys from a JWKS URL.
//!
//! [`routes()`] turns a [`Dialect`](countersign::dialect::Dialect) and an
//! [`Authority`](countersign::authority::Authority) into a router that nests anywhere; [`graphql()`] does so for GraphQL.

mod body;
#[cfg(feature = "graphql")]
mod graphql;
#[cfg(feature = "jwks")]
pub mod jwks;
mod log;
mod routes;

pub use body::BodyLimits;
#[cfg(feature = "graphql")]
pub use graphql::{GraphqlOptions, SchemaError, graphql};
pub use routes::{routes, routes_at};
