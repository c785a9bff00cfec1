//! Reading request bodies, within limits.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use countersign::dialect::Rejection;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// How much of a request body is read, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// The longest body, in bytes; 1 MiB by default.
    pub bytes: usize,
    /// How long a client may take to send it; 30 seconds by default.
    pub time: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes: 1024 * 1024, time: Duration::from_secs(30) }
    }
}

/// The whole body, unless it is too long, too slow or broken.
pub(crate) async fn read(body: Body, limits: BodyLimits) -> Result<Bytes, Rejection> {
    let whole = Limited::new(body, limits.bytes).collect();
    let rejection = match tokio::time::timeout(limits.time, whole).await {
        Ok(Ok(body)) => return Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Rejection::BodyTooLarge,
        Ok(Err(_)) => Rejection::BodyUnreadable,
        Err(_) => Rejection::Timeout,
    };
    tracing::info!(?rejection, "a request was given up");
    Err(rejection)
}
