//! Reading request bodies, within limits.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
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
    let mut whole = pin!(Limited::new(body, limits.bytes).collect());
    // Most bodies come with their heads. For those no timer is set.
    let at_once = in_one_turn(whole.as_mut()).await;
    let in_time = match at_once {
        Some(whole) => Ok(whole),
        None => tokio::time::timeout(limits.time, whole).await,
    };
    let rejection = match in_time {
        Ok(Ok(body)) => return Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Rejection::BodyTooLarge,
        Ok(Err(_)) => Rejection::BodyUnreadable,
        Err(_) => Rejection::Timeout,
    };
    tracing::info!(?rejection, "a request was given up");
    Err(rejection)
}

/// What becomes of `work` when it is polled twice. hyper's connection is polled in between, which hands over what it has read of a
/// body once somebody has asked for it.
async fn in_one_turn<F: Future>(mut work: Pin<&mut F>) -> Option<F::Output> {
    let mut has_turned = false;
    poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if has_turned => Poll::Ready(None),
        Poll::Pending => {
            has_turned = true;
            cx.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}
