//! Where an engine is chosen: by the scheme of the database's URL, and nowhere else.

use crate::backend::Backend;
use crate::error::ConnectError;
use crate::limits::Limits;
#[cfg(feature = "postgres")]
use crate::postgres;
#[cfg(feature = "sqlite")]
use crate::sqlite;

/// Connects to the database that a URL names.
pub(crate) async fn connect(url: &str, limits: &Limits) -> Result<Box<dyn Backend>, ConnectError> {
    match scheme(url) {
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => Ok(Box::new(postgres::Postgres::connect(url, limits).await?)),
        #[cfg(feature = "sqlite")]
        "sqlite" => Ok(Box::new(sqlite::Sqlite::connect(url, limits).await?)),
        _ => Err(ConnectError::unsupported(url)),
    }
}

/// Makes the database that a URL names, unless it is there. Tells whether it was made.
pub(crate) async fn create(url: &str, limits: &Limits) -> Result<bool, ConnectError> {
    match scheme(url) {
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => postgres::create(url, limits).await,
        #[cfg(feature = "sqlite")]
        "sqlite" => sqlite::create(url, limits).await,
        _ => Err(ConnectError::unsupported(url)),
    }
}

/// Looks whether a URL can be understood, without asking the database that it names.
pub(crate) fn check(url: &str) -> Result<(), ConnectError> {
    match scheme(url) {
        #[cfg(feature = "postgres")]
        "postgres" | "postgresql" => postgres::check(url),
        #[cfg(feature = "sqlite")]
        "sqlite" => sqlite::check(url),
        _ => Err(ConnectError::unsupported(url)),
    }
}

fn scheme(url: &str) -> &str {
    url.split_once(':').map_or("", |(scheme, _)| scheme)
}
