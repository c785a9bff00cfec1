//! Where an engine is chosen: by the scheme of the database's URL, and nowhere else.

use crate::backend::Backend;
use crate::error::ConnectError;
use crate::sqlite;

/// Connects to the database that a URL names.
pub(crate) async fn connect(url: &str) -> Result<Box<dyn Backend>, ConnectError> {
    match scheme(url) {
        "sqlite" => Ok(Box::new(sqlite::Sqlite::connect(url).await?)),
        _ => Err(ConnectError::unsupported(url)),
    }
}

/// Makes the database that a URL names, unless it is there. Tells whether it was made.
pub(crate) async fn create(url: &str) -> Result<bool, ConnectError> {
    match scheme(url) {
        "sqlite" => sqlite::create(url).await,
        _ => Err(ConnectError::unsupported(url)),
    }
}

fn scheme(url: &str) -> &str {
    url.split_once(':').map_or("", |(scheme, _)| scheme)
}
