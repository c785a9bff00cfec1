//! When a long-running refresh token is good no more.

use crate::authority::RefreshTokenRules;
use crate::clock::Timestamp;

/// `JWT_REFRESH_EXPIRED_HANDLER`: whether a long-running refresh token is too old to buy anything. A closure over the
/// two moments will do.
///
/// [`RefreshGrant::expires_at`](super::RefreshGrant::expires_at) and the clearing of old rows go by
/// [`lifetime`](RefreshTokenRules::lifetime) all the same, as in the package.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign::authority::Rules;
/// use countersign::clock::{Span, Timestamp};
///
/// let mut rules = Rules::default();
/// rules.refresh_expiry = Arc::new(|made_at: Timestamp, now: Timestamp| now > made_at + Span::from_days(1));
/// ```
pub trait RefreshExpiry: Send + Sync {
    /// Whether a token that was made, or replaced the last time, at `made_at` is refused `now`. Both are whole seconds.
    fn has_expired(&self, made_at: Timestamp, now: Timestamp, rules: &RefreshTokenRules) -> bool;
}

impl<F: Fn(Timestamp, Timestamp) -> bool + Send + Sync> RefreshExpiry for F {
    fn has_expired(&self, made_at: Timestamp, now: Timestamp, _: &RefreshTokenRules) -> bool {
        self(made_at, now)
    }
}

/// strawberry-django-extras' `refresh_has_expired`: good up to the last second of
/// [`lifetime`](RefreshTokenRules::lifetime).
#[derive(Clone, Copy, Debug, Default)]
pub struct AfterLifetime;

impl RefreshExpiry for AfterLifetime {
    fn has_expired(&self, made_at: Timestamp, now: Timestamp, rules: &RefreshTokenRules) -> bool {
        now > made_at + rules.lifetime
    }
}
