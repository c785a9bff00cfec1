//! Guarded routes, asked as clients do.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

mod bare_hyper;
#[cfg(feature = "graphql")]
mod graphql;
mod grpc;
mod guarded;
mod hostile;
mod house;
mod log;
mod other_authorities;
mod own_words;
mod readiness;
mod rejections;
mod routers;
