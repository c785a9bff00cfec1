//! Serving: from the configuration to answers over TCP.

pub(crate) mod app;
mod connections;
pub(crate) mod dev;
pub(crate) mod families;
mod graphql;
pub(crate) mod http;
pub(crate) mod logs;
pub(crate) mod maintenance;
mod request_id;
pub(crate) mod requests;
pub(crate) mod stop;
mod together;
pub(crate) mod workers;
