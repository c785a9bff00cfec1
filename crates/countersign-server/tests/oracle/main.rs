//! Countersign beside the genuine packages: the same requests, the same answers, the same rows.
//!
//! `./scripts/test` runs these; by hand they want `COUNTERSIGN_ORACLE_PYTHON=$(./scripts/oracle-venv)`. Every test starts
//! its own pair of services, so that none sees another's rows.

mod algorithms;
mod authenticate;
mod claims;
mod differences;
mod hashers;
mod ledger;
mod negotiation;
mod obtain;
mod race;
mod refresh;
mod shared;
mod sliding;
mod support;
mod users;
