//! `JWT_PAYLOAD_HANDLER` and `JWT_PAYLOAD_GET_USERNAME_HANDLER`, as expressions.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use cel::Value;
use countersign::authority::{JsonEncoder, PayloadReader, PayloadWriter};
use countersign::claims::Claims;
use countersign::jwt::{TokenError, Verified};
use countersign::store::UserIdClaim;
use countersign::token::TokenPolicy;
use countersign::user::User;
use serde_json::Value as Json;

use super::{Expression, Seen, Uncomputable, value};

/// The payload that an expression makes of `user`, and of the built-in's `payload`.
pub(crate) struct ExpressionPayload(pub(crate) Arc<Expression>);

impl PayloadWriter for ExpressionPayload {
    fn write(
        &self,
        user: &User,
        built_in: Claims,
        encoder: &dyn JsonEncoder,
    ) -> Result<Claims, Box<dyn StdError + Send + Sync>> {
        let no_payload = |why: Why| NoPayload { user: user.key.to_string(), why };
        let seen = Seen { user: Some(user), payload: Some(&built_in), numbers: &[] };
        let value = self.0.compute(seen).map_err(|error| no_payload(Why::Uncomputable(error)))?;
        let mut made = payload_of(&value, encoder).map_err(|found| no_payload(Why::NoMap(found)))?;
        // A map of CEL has no order: the built-in's claims come first, in its own.
        let mut claims = Claims::new();
        for (name, _) in built_in.iter() {
            if let Some(json) = made.remove(name) {
                claims.set(name, &json);
            }
        }
        for (name, json) in &made {
            claims.set(name, json);
        }
        Ok(claims)
    }
}

/// The username that an expression finds in a verified `payload`.
pub(crate) struct ExpressionUsername {
    /// The key, for the log.
    path: String,
    expression: Arc<Expression>,
}

impl ExpressionUsername {
    pub(crate) fn new(path: impl Into<String>, expression: Arc<Expression>) -> Self {
        Self { path: path.into(), expression }
    }
}

impl PayloadReader for ExpressionUsername {
    /// A token of which it does not say whose it is, is nobody's: it may be from before the expression.
    fn user_id<'a>(
        &self,
        payload: &'a Verified<Claims>,
        _: &TokenPolicy,
    ) -> Result<Option<UserIdClaim<'a>>, TokenError> {
        let key = &self.path;
        let computed = self.expression.compute(Seen { payload: Some(payload), ..Seen::default() });
        let username = match &computed {
            Ok(value) => username_of(value).map_err(|found| {
                tracing::warn!(key, %found, "a username is neither text nor whole number, so the token is nobody's");
            }),
            Err(error) => {
                tracing::debug!(key, %error, "a username cannot be computed, so the token is nobody's");
                Err(())
            }
        };
        Ok(username.ok())
    }
}

/// The claims of a map.
///
/// # Errors
///
/// What it is instead.
pub(super) fn payload_of(value: &Value, encoder: &dyn JsonEncoder) -> Result<BTreeMap<String, Json>, String> {
    match value::into_claim(value, encoder)? {
        Some(Json::Object(map)) => Ok(map.into_iter().collect()),
        _ => Err(format!("a value of type {}", value.type_of())),
    }
}

/// The username that a value is.
///
/// # Errors
///
/// Its type, where that is none of a username's.
pub(super) fn username_of(value: &Value) -> Result<UserIdClaim<'static>, String> {
    match value {
        Value::Int(int) => Ok(UserIdClaim::Int(*int)),
        Value::Null => Ok(UserIdClaim::Null),
        Value::String(text) => Ok(UserIdClaim::Text(text.to_string().into())),
        Value::UInt(int) => Ok(UserIdClaim::Text(int.to_string().into())),
        other => Err(other.type_of().to_string()),
    }
}

/// A payload that cannot be made, and for whom: nothing of what stands in the row.
#[derive(Debug)]
struct NoPayload {
    user: String,
    why: Why,
}

#[derive(Debug)]
enum Why {
    NoMap(String),
    Uncomputable(Uncomputable),
}

impl fmt::Display for NoPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::NoMap(found) => {
                write!(f, "the payload for the user {} is {found}, and no map of JSON", self.user)
            }
            Why::Uncomputable(error) => write!(f, "the payload for the user {}: {error}", self.user),
        }
    }
}

impl StdError for NoPayload {}
