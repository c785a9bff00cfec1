//! Counting in Redis, for all servers together.

use std::fmt;
use std::sync::Arc;

use countersign::clock::Span;
use countersign::throttle::{
    Admission, AfterSuccess, Attempt, Bucket, Buckets, Claims, KNOWN_FOR, Key, MemoryThrottle, Throttle,
    Throttled,
};
use futures_util::future::{BoxFuture, FutureExt};
use redis::{FromRedisValue, Script, ScriptInvocation};
use tokio::time::timeout;

use crate::RedisServer;
use crate::link::{Line, Link, PATIENCE};

/// Throttles together with every server that has the same Redis and the same [`Buckets`]: the same limits and secret.
///
/// Where Redis does not answer, it counts in memory, as a [`MemoryThrottle`] would. In Redis, keys begin with
/// `countersign:{throttle}:`. Any Redis from 5 on will do, or Valkey; the redirections of a cluster are not followed.
pub struct RedisThrottle {
    redis: Arc<Redis>,
    buckets: Buckets,
    /// What counts where Redis does not.
    here: MemoryThrottle,
}

/// A URL of Redis has its password in it, and names have a secret.
impl fmt::Debug for RedisThrottle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisThrottle").finish_non_exhaustive()
    }
}

struct Redis {
    link: Arc<Link>,
    attempt: Script,
    settle: Script,
}

impl RedisThrottle {
    /// Connects, which may take a second. Where Redis does not answer, it is asked again once a second while there are
    /// attempts.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn start(server: &RedisServer, buckets: Buckets) -> Self {
        let redis = Redis {
            link: Link::start(server).await,
            attempt: Script::new(include_str!("attempt.lua")),
            settle: Script::new(include_str!("settle.lua")),
        };
        Self { redis: Arc::new(redis), here: MemoryThrottle::counting(buckets.clone()), buckets }
    }
}

impl Throttle for RedisThrottle {
    fn attempt<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Box<dyn Admission>, Throttled>> {
        async move {
            match self.redis.attempt(self.buckets.claims(&attempt)).await {
                Some(Ok(counted)) => Ok(Box::new(counted) as Box<dyn Admission>),
                Some(Err(throttled)) => Err(throttled),
                None => self.here.attempt(attempt).await,
            }
        }
        .boxed()
    }
}

impl Redis {
    /// What Redis says to an attempt; `None` where it says nothing.
    async fn attempt(self: &Arc<Self>, claims: Claims) -> Option<Result<Counted, Throttled>> {
        let Claims { known, mut buckets } = claims;
        let mut script = self.attempt.prepare_invoke();
        script.arg(u8::from(known.is_some()));
        if let Some(pair) = &known {
            script.key(name(pair));
        }
        for bucket in &buckets {
            script.key(name(&bucket.key));
            script.arg(bucket.rate.interval().as_micros()).arg(bucket.rate.period().as_micros());
            script.arg(u8::from(bucket.spares_known));
        }
        let (wait, is_known): (i64, bool) = self.ask(&script).await?;
        if wait > 0 {
            return Some(Err(Throttled { retry_after: Span::from_micros(wait) }));
        }
        buckets.retain(|bucket| !(is_known && bucket.spares_known));
        Some(Ok(Counted { redis: Arc::clone(self), known, taken: buckets }))
    }

    async fn settle(&self, known: Option<Key>, taken: &[Bucket], outcome: impl Fn(&Bucket) -> AfterSuccess) {
        let mut script = self.settle.prepare_invoke();
        script.arg(if known.is_some() { KNOWN_FOR.as_micros() / 1000 } else { 0 });
        if let Some(pair) = &known {
            script.key(name(pair));
        }
        for bucket in taken {
            let back = match outcome(bucket) {
                AfterSuccess::Emptied => -1,
                AfterSuccess::GivenBack => bucket.rate.interval().as_micros(),
                AfterSuccess::Kept => continue,
            };
            script.key(name(&bucket.key)).arg(back);
        }
        // What is not given back now is forgotten in time.
        let _: Option<u8> = self.ask(&script).await;
    }

    async fn ask<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Option<T> {
        let mut line: Line = self.link.line()?;
        match timeout(PATIENCE, script.invoke_async(&mut line.connection)).await {
            Ok(Ok(answer)) => {
                self.link.answered();
                return Some(answer);
            }
            Ok(Err(error)) => self.link.failed(&line, &error),
            Err(late) => self.link.failed(&line, &late),
        }
        None
    }
}

/// An attempt that counts in Redis.
struct Counted {
    redis: Arc<Redis>,
    known: Option<Key>,
    taken: Vec<Bucket>,
}

impl Admission for Counted {
    fn succeeded(self: Box<Self>) -> BoxFuture<'static, ()> {
        async move {
            let Self { redis, known, taken } = *self;
            redis.settle(known, &taken, |bucket| bucket.after_success).await;
        }
        .boxed()
    }

    fn withdrawn(self: Box<Self>) -> BoxFuture<'static, ()> {
        async move { self.redis.settle(None, &self.taken, |_| AfterSuccess::GivenBack).await }.boxed()
    }
}

/// All names have one hash tag: a script may use those of one slot of a cluster.
fn name(key: &Key) -> String {
    format!("countersign:{{throttle}}:{key}")
}
