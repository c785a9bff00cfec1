//! Throttling as it is configured: nobody, each server by itself in memory, or all that have the same `secret_key` together in
//! Redis.

use std::sync::Arc;

use countersign::entropy::SystemEntropy;
use countersign::throttle::{Buckets, MemoryThrottle, NobodyIsThrottled, Throttle};
use countersign_redis::RedisThrottle;

use crate::config::Config;

/// What is configured, ready to count.
pub(crate) async fn start(config: &Config) -> Arc<dyn Throttle> {
    let throttling = &config.throttling;
    if !throttling.enabled {
        return Arc::new(NobodyIsThrottled);
    }
    match &throttling.redis {
        None => Arc::new(MemoryThrottle::new(throttling.limits, &SystemEntropy)),
        Some(server) => {
            let secret = config.secret_key.as_ref().map_or(&[][..], |secret| secret.expose());
            Arc::new(RedisThrottle::start(server, Buckets::new(throttling.limits, secret)).await)
        }
    }
}
