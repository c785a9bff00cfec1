//! How long a server over the network is waited for.

use std::future::Future;
use std::io;
use std::time::Duration;

/// Waits for so long and no longer, be the server not heard of at all: behind a cut network its own limits are of no use.
pub(crate) async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(patience, work).await.unwrap_or_else(|_| {
        let message = format!("the database server was not heard of for {patience:?}");
        Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, message)))
    })
}

/// How much later than the server itself we give up: its own word on what took so long is the better one.
pub(crate) const GRACE: Duration = Duration::from_secs(1);
/// A connection that was used so lately is taken as it is; one that was not is tried first.
pub(crate) const IDLE: Duration = Duration::from_secs(1);
