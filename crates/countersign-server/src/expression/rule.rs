//! `USER_AUTHENTICATION_RULE`, and whatever else says yes or no, as an expression.

use std::sync::Arc;

use cel::Value;
use countersign::authority::{AuthenticationRule, RefreshExpiry, RefreshTokenRules};
use countersign::clock::Timestamp;
use countersign::user::User;

use super::{Expression, Seen};

/// Lets in whom its expression says yes to, and nobody for whom it says anything else or nothing.
pub(crate) struct ExpressionRule {
    /// The key, for the log.
    path: String,
    expression: Arc<Expression>,
}

impl ExpressionRule {
    pub(crate) fn new(path: impl Into<String>, expression: Arc<Expression>) -> Self {
        Self { path: path.into(), expression }
    }

    /// What it says, and nothing where that is neither yes nor no: whoever asks then refuses.
    pub(crate) fn answer(&self, seen: Seen<'_>) -> Option<bool> {
        let key = &self.path;
        let id = seen.user.map(|user| user.key.to_string()).unwrap_or_default();
        match self.expression.compute(seen) {
            Ok(Value::Bool(answer)) => Some(answer),
            Ok(other) => {
                let found = other.type_of();
                tracing::warn!(key, user = %id, %found, "a rule says neither true nor false, so the user is refused");
                None
            }
            Err(error) => {
                tracing::warn!(key, user = %id, %error, "a rule cannot be computed, so the user is refused");
                None
            }
        }
    }
}

impl AuthenticationRule for ExpressionRule {
    fn permits(&self, user: &User) -> bool {
        self.answer(Seen::user(user)).unwrap_or(false)
    }
}

/// `JWT_REFRESH_EXPIRED_HANDLER` as an expression: a token of which it does not say no has expired.
pub(crate) struct ExpressionExpiry(pub(crate) ExpressionRule);

impl RefreshExpiry for ExpressionExpiry {
    fn has_expired(&self, made_at: Timestamp, now: Timestamp, _: &RefreshTokenRules) -> bool {
        let numbers = &[made_at.as_secs(), now.as_secs()];
        self.0.answer(Seen { numbers, ..Seen::default() }).unwrap_or(true)
    }
}
