//! Countersign's throttling for several servers: [`RedisThrottle`] counts logins in Redis, or in Valkey, for all that have the
//! same secret.
//!
//! - One round trip decides an attempt, by the clock of Redis, and another one gives back what a success gives back. Each is one
//!   script, so the counters of an attempt are taken together or not at all.
//! - No login fails or waits for it: what Redis does not answer in a quarter of a second is counted in memory, with the same
//!   limits, until it answers again. The log says so once, and once that it is over.
//! - Neither a name nor an address is in Redis: a key is a MAC of both, and expires with what it counts.
//!
//! ```
//! use std::sync::Arc;
//!
//! use countersign::authority::Rules;
//! use countersign::throttle::{Buckets, Limits};
//! use countersign_redis::{RedisServer, RedisThrottle};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let redis: RedisServer = "redis://localhost:6379/0".parse()?;
//! let buckets = Buckets::new(Limits::default(), b"what all servers have, and nobody else");
//! let mut rules = Rules::default();
//! rules.throttle = Arc::new(RedisThrottle::start(&redis, buckets).await);
//! # Ok(())
//! # }
//! ```

mod link;
mod server;
mod throttle;

pub use server::{InvalidRedisUrl, RedisServer};
pub use throttle::RedisThrottle;
