//! Throttling for a server that may be one of many.
//!
//! - Without Redis each server counts for itself, in memory.
//! - With Redis, or Valkey, all that have the same `secret_key` count together. One round trip decides an attempt, by the
//!   clock of Redis, and another one gives back what a success gives back.
//! - No login fails or waits for it: what Redis does not answer in a quarter of a second is counted here, as if there were
//!   none, until it answers again. The log says so once, and once that it is over.

mod link;
mod shared;

use std::sync::Arc;

use countersign::entropy::SystemEntropy;
use countersign::throttle::{Buckets, MemoryThrottle, NobodyIsThrottled, Throttle};

pub(crate) use self::link::RedisServer;
use self::shared::SharedThrottle;
use crate::config::Config;
use crate::failure::Failure;

/// What is configured, ready to count.
///
/// # Errors
///
/// Where there can be no such Redis.
pub(crate) async fn start(config: &Config) -> Result<Arc<dyn Throttle>, Failure> {
    let throttling = &config.throttling;
    if !throttling.enabled {
        return Ok(Arc::new(NobodyIsThrottled));
    }
    match &throttling.redis {
        None => Ok(Arc::new(MemoryThrottle::new(throttling.limits, &SystemEntropy))),
        Some(server) => {
            let secret = config.secret_key.as_ref().map_or(&[][..], |secret| secret.expose());
            let shared = SharedThrottle::start(server, Buckets::new(throttling.limits, secret)).await;
            let shared =
                shared.map_err(|error| Failure::caused("throttling.redis cannot be used", &error))?;
            Ok(Arc::new(shared))
        }
    }
}
