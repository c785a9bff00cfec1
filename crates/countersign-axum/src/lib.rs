//! Countersign in axum: the families' routes, and keys from a JWKS URL.
//!
//! [`routes`] turns a [`Dialect`](countersign::dialect::Dialect) and an
//! [`Authority`](countersign::authority::Authority) into a router that nests anywhere.

#[cfg(feature = "jwks")]
pub mod jwks;
mod routes;

pub use routes::{BodyLimits, routes};
