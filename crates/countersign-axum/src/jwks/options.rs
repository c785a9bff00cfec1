//! How long keys are good, and how long to wait for them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use countersign::clock::{Clock, Span, SystemClock};

use super::error::{JwksError, JwksErrorKind};

/// What a [`JwksClient`](super::JwksClient) may be told. The [module](super) says what each is for.
#[derive(Clone)]
pub struct Options {
    /// How long a set is fresh; 300 s by default, as `PyJWT`'s `lifespan`. More than zero.
    pub lifespan: Duration,
    /// How old a set may become while the publisher fails; 24 h by default. At least [`lifespan`](Self::lifespan).
    pub max_stale: Duration,
    /// How long after a request an unknown `kid` causes no other; 30 s by default, as `PyJWT`'s `cooldown_duration`.
    pub cooldown: Duration,
    /// How long one request may take, from the look-up of the name to the last byte; 10 s by default. More than zero.
    pub timeout: Duration,
    /// Whether the proxies that the environment names are used; true by default.
    pub environment_proxies: bool,
    /// What tells the time for all of these but the timeout, which is real time.
    pub clock: Arc<dyn Clock>,
}

impl Options {
    pub(super) fn check(&self) -> Result<(), JwksError> {
        let refused = |message| Err(JwksError::new(JwksErrorKind::InvalidOptions, message));
        if self.lifespan.is_zero() {
            return refused("the lifespan of a JWK set must be more than zero");
        }
        if self.timeout.is_zero() {
            return refused("the timeout of a JWKS request must be more than zero");
        }
        if self.max_stale < self.lifespan {
            return refused(
                "a JWK set may not become too stale to use (max_stale) before its lifespan is over",
            );
        }
        Ok(())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lifespan: Duration::from_mins(5),
            max_stale: Duration::from_hours(24),
            cooldown: Duration::from_secs(30),
            timeout: Duration::from_secs(10),
            environment_proxies: true,
            clock: Arc::new(SystemClock),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("lifespan", &self.lifespan)
            .field("max_stale", &self.max_stale)
            .field("cooldown", &self.cooldown)
            .field("timeout", &self.timeout)
            .field("environment_proxies", &self.environment_proxies)
            .finish_non_exhaustive()
    }
}

/// The clock's unit; saturates.
pub(super) fn span(duration: Duration) -> Span {
    Span::from_micros(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_cannot_work_are_refused() {
        let second = Duration::from_secs(1);
        let good =
            Options { lifespan: second, max_stale: second, cooldown: Duration::ZERO, ..Options::default() };
        assert!(good.check().is_ok());
        for bad in [
            Options { lifespan: Duration::ZERO, ..good.clone() },
            Options { timeout: Duration::ZERO, ..good.clone() },
            Options { max_stale: second / 2, ..good },
        ] {
            assert_eq!(bad.check().unwrap_err().kind(), JwksErrorKind::InvalidOptions, "{bad:?}");
        }
    }

    #[test]
    fn a_duration_longer_than_the_clock_counts_is_the_longest_span() {
        assert_eq!(span(Duration::MAX), Span::from_micros(i64::MAX));
        assert_eq!(span(Duration::from_millis(1)), Span::from_micros(1000));
    }
}
