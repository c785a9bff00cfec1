//! Why a database cannot be used, as sentences for the person who starts the server.

use std::error::Error as StdError;
use std::fmt;

use countersign::store::StoreError;

use crate::backend::Backend;

/// Why a database cannot be used: opaque, with a [kind](ConnectErrorKind); the text says what to do.
#[derive(Debug)]
pub struct ConnectError {
    kind: ConnectErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What sort of obstacle it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// There is no database where the URL points.
    Missing,
    /// A table or a column is not there, or not as it must be.
    Schema,
    /// The database is there but does not answer; later it may.
    Unavailable,
    /// The URL is not one that this build understands.
    Url,
}

impl ConnectError {
    pub(crate) fn new(kind: ConnectErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(crate) fn schema(message: impl Into<String>) -> Self {
        Self::new(ConnectErrorKind::Schema, message)
    }

    #[cfg(any(feature = "mysql", feature = "postgres"))]
    pub(crate) fn caused(kind: ConnectErrorKind, message: String, source: sqlx::Error) -> Self {
        Self { kind, message, source: Some(Box::new(source)) }
    }

    pub(crate) fn unavailable(doing: &str, source: sqlx::Error) -> Self {
        Self {
            kind: ConnectErrorKind::Unavailable,
            message: format!("the database does not answer while {doing}"),
            source: Some(Box::new(source)),
        }
    }

    /// The URL itself is not repeated beyond its scheme: it may hold a password.
    pub(crate) fn unsupported(url: &str) -> Self {
        let message = match url.split_once(':') {
            Some((scheme, _)) => {
                format!("the database URL begins with {scheme:?}, which is not supported; {URLS}")
            }
            None => format!("the database URL has no scheme; {URLS}"),
        };
        Self::new(ConnectErrorKind::Url, message)
    }

    /// What sort of obstacle it is.
    pub fn kind(&self) -> ConnectErrorKind {
        self.kind
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// What an engine's failure means to the authority: can it be asked again, or must somebody look?
pub(crate) fn store_error(backend: &dyn Backend, error: sqlx::Error) -> StoreError {
    match &error {
        sqlx::Error::Database(cause) if !backend.is_outage(&**cause) => StoreError::inconsistent(error),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => StoreError::inconsistent(error),
        _ => StoreError::unavailable(error),
    }
}

/// Whether the engine undid a transaction for the sake of another.
pub(crate) fn is_conflict(backend: &dyn Backend, error: &(dyn StdError + 'static)) -> bool {
    let error = error.source().unwrap_or(error).downcast_ref::<sqlx::Error>();
    error.and_then(sqlx::Error::as_database_error).is_some_and(|cause| backend.is_conflict(cause))
}

/// `; did you mean "…"?` where one of the names is close enough, else nothing.
pub(crate) fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.85)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| format!("; did you mean {name:?}?"))
        .unwrap_or_default()
}

/// Names for a sentence: `a, b, c`, or `none`.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

const URLS: &str = "write postgres://user:password@host:5432/database, mysql://user:password@host:3306/database, \
                    sqlite:///absolute/path/db.sqlite3 or sqlite://relative/path/db.sqlite3";
