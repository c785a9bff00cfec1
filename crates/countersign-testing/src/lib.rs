//! What Countersign's own tests share. Not published.
//!
//! The heart is a pair of services on equal databases: the genuine Django packages, and Countersign. A test sends
//! both the same bytes and asks that they agree, in status, headers, body and rows:
//!
//! - [`Settings`] is one configuration, told to each side in its own language;
//! - [`Oracle`] runs the genuine packages, in the Python of `$COUNTERSIGN_ORACLE_PYTHON` (`./scripts/test` sets it);
//! - [`CountersignServer`] runs a `countersign` binary;
//! - [`Pair`] starts both on two copies of one database, or on one that they share, and compares; its [`Engine`] is
//!   SQLite or PostgreSQL;
//! - [`Request`] and [`Response`] are HTTP/1.1 with nothing added, so that odd requests can be told.
//! - [`Browser`] is a headless Chromium, for pages.
//!
//! What differs between two right answers is compared by meaning: [`compare`] and [`token`] have the rules.

mod both;
mod browser;
pub mod compare;
mod database;
mod exchange;
mod key_server;
mod oracle;
mod pair;
mod process;
mod rows;
mod server;
mod service;
mod settings;
mod subject;
pub mod token;

pub use both::Both;
pub use browser::{Browser, Tab};
pub use database::{Engine, OracleDatabase};
pub use exchange::{Request, Response};
pub use key_server::KeyServer;
pub use oracle::Oracle;
pub use pair::Pair;
pub use rows::{Row, Table};
pub use server::CountersignServer;
pub use service::Service;
pub use settings::{Family, Settings, UserModel};
pub use subject::Subject;
