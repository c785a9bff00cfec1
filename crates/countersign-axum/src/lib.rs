//! Countersign in axum: the families' routes, and keys from a JWKS URL.

#[cfg(feature = "jwks")]
pub mod jwks;
