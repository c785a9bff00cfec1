//! The `countersign` binary as a person, a script and a client meet it: its commands, its words, its server.
//! What Django has to say about the same things stands in `tests/oracle/`.

#![expect(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod cleartokens;
mod database_server;
mod dev;
mod expressions;
mod families;
mod flush;
mod graphql;
mod harness;
mod help;
mod import_django;
mod import_graphql;
mod import_ninja_auth;
mod import_refusals;
mod inspect;
mod limits;
mod logs;
mod maintenance;
mod outage;
mod own_sessions;
mod race;
mod refusals;
mod requests;
mod revocations;
mod revoke;
mod secrets;
mod sessions;
mod setup;
mod stopping;
mod storm;
mod throttling;
mod users;
mod webhooks;
