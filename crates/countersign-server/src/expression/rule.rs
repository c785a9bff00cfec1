//! `USER_AUTHENTICATION_RULE`, and whatever else says yes or no, as an expression.

use std::sync::Arc;

use cel::Value;
use countersign::authority::AuthenticationRule;
use countersign::user::User;

use super::Expression;

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

    /// Whether it says yes, to this user and these numbers as far as it sees them.
    pub(crate) fn says_yes(&self, user: Option<&User>, numbers: &[i64]) -> bool {
        let key = &self.path;
        let id = user.map(|user| user.key.to_string()).unwrap_or_default();
        match self.expression.compute(user, numbers) {
            Ok(Value::Bool(permitted)) => permitted,
            Ok(other) => {
                let found = other.type_of();
                tracing::warn!(key, user = %id, %found, "a rule says neither true nor false, so the user is refused");
                false
            }
            Err(error) => {
                tracing::warn!(key, user = %id, %error, "a rule cannot be computed, so the user is refused");
                false
            }
        }
    }
}

impl AuthenticationRule for ExpressionRule {
    fn permits(&self, user: &User) -> bool {
        self.says_yes(Some(user), &[])
    }
}
