//! Each example, started as its user would, and asked what its documentation says to ask.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod custom_claims;
mod graphql;
mod harness;
mod minimal;
mod own_store;
mod pages;
mod postgres_service;
mod resource_server;
mod shared_with_django;
mod sqlite_service;
