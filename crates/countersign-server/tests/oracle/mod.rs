//! Countersign beside the genuine packages: the same requests, the same answers, the same rows.
//!
//! There is a binary for each engine, `oracle_sqlite` and `oracle_postgres`, and each has all the stories. `./scripts/test`
//! runs them; by hand they want `COUNTERSIGN_ORACLE_PYTHON=$(./scripts/oracle-venv)`, and a server:
//! `./scripts/with-postgres cargo test -p countersign-server --test oracle_postgres`. Every test starts its own pair of
//! services, so that none sees another's rows.

mod algorithms;
mod audience_issuer_leeway;
mod authenticate;
mod claims_names;
mod custom_claims;
mod defaults;
mod differences;
mod graphql_callables;
mod graphql_differences;
mod graphql_headers;
mod graphql_issued;
mod graphql_refresh;
mod graphql_requests;
mod graphql_support;
mod graphql_tokens;
mod hashers;
mod headers;
mod interleaved;
mod last_login;
mod ledger;
mod negotiation;
mod ninja_algorithms;
mod ninja_auth_claims;
mod ninja_auth_differences;
mod ninja_auth_login;
mod ninja_auth_passwords;
mod ninja_auth_settings;
mod ninja_auth_support;
mod ninja_auth_tokens;
mod ninja_auth_users;
mod ninja_authenticate;
mod ninja_claims;
mod ninja_differences;
mod ninja_obtain;
mod ninja_refresh;
mod ninja_rotation;
mod ninja_sliding;
mod ninja_support;
mod ninja_tokens;
mod ninja_users;
mod obtain;
mod race;
mod refresh;
mod revoke;
mod rotation;
mod session_endpoints;
mod shared;
mod sliding;
mod stateless;
mod support;
mod users;
