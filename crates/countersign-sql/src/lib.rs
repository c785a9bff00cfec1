//! Countersign's stores on Django's own tables, through sqlx.
//!
//! - Django's tables are Django's: rows are read and written as Django's database backend would, and no table
//!   that is there is altered.
//! - The user model is read from the schema: another table, another `USERNAME_FIELD`, UUID primary keys and
//!   columns of its own need no code, only the names that the schema cannot tell ([`UserTable`]).
//! - A [`Database`] recovers by itself: what fails while the database is away succeeds when it is back.
//!
//! ```
//! use countersign::clock::Timestamp;
//! use countersign::store::{UserLookup, Users};
//! use countersign_sql::{ConnectErrorKind, Database, UserTable};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! # let folder = tempfile::tempdir()?;
//! let url = format!("sqlite://{}", folder.path().join("db.sqlite3").display());
//! let users = UserTable::default();
//!
//! let missing = Database::connect(&url, &users).await.unwrap_err();
//! assert_eq!(missing.kind(), ConnectErrorKind::Missing);
//!
//! Database::migrate(&url, &users, Timestamp::from_secs(1_700_000_000)).await?;
//! let database = Database::connect(&url, &users).await?;
//! assert!(database.has_token_blacklist());
//! assert!(database.find(UserLookup::Username("nobody")).await?.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! All of them are on by default. A URL whose engine is left out is refused.
//!
//! | feature | what it adds | what it takes |
//! |---|---|---|
//! | `mysql` | MariaDB and MySQL | sqlx's driver, with TLS by rustls |
//! | `postgres` | PostgreSQL | sqlx's driver, with TLS by rustls |
//! | `sqlite` | SQLite | rusqlite and sqlx's driver, with SQLite built in |

#![cfg_attr(
    any(not(feature = "mysql"), not(any(feature = "postgres", feature = "sqlite"))),
    expect(dead_code, reason = "what the engines share has parts that only one of them needs")
)]
#![cfg_attr(
    not(any(feature = "mysql", feature = "postgres", feature = "sqlite")),
    expect(
        clippy::unused_async,
        unused_variables,
        reason = "without an engine nobody is asked or waited for"
    )
)]

mod admin;
mod at_once;
mod backend;
mod blacklist;
mod column;
#[cfg(any(feature = "mysql", feature = "postgres"))]
mod constraint;
mod database;
mod engine;
mod error;
mod hex;
mod holder;
mod jobs;
mod last_login;
mod ledger;
mod limits;
mod migrate;
mod migrations;
mod model;
#[cfg(feature = "mysql")]
mod mysql;
mod new_user;
mod options;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod patience;
mod places;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
mod refresh_tokens;
mod relations;
mod replicas;
mod schema;
mod sessions;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statements;
mod tables;
mod time;
#[cfg(any(feature = "mysql", feature = "postgres", feature = "sqlite"))]
mod transaction;
mod users;

pub use self::admin::{CreateUserError, CreateUserErrorKind};
pub use self::blacklist::BlacklistMemory;
pub use self::column::{Column, ColumnKind};
pub use self::database::Database;
pub use self::error::{ConnectError, ConnectErrorKind};
pub use self::jobs::{Job, Worker};
pub use self::limits::Limits;
pub use self::migrations::MigrationReport;
pub use self::model::{UserModel, UserTable};
pub use self::new_user::NewUser;
pub use self::options::{LastLogin, Options};
pub use self::tables::Tables;
