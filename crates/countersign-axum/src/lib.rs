//! Countersign in axum: the families' routes.
//!
//! [`routes`] turns a [`Dialect`](countersign::dialect::Dialect) and an
//! [`Authority`](countersign::authority::Authority) into a router that nests anywhere.

mod routes;

pub use routes::{BodyLimits, routes};
