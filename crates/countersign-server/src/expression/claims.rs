//! `[FAMILY.claims]`: custom claims as expressions.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use countersign::authority::{ClaimsDraft, CustomClaims};
use countersign::user::User;

use super::{Expression, Seen, Uncomputable, value};

/// The claims of a table, each with its expression.
pub(crate) struct ExpressionClaims {
    names: Vec<String>,
    expressions: Vec<Arc<Expression>>,
}

impl ExpressionClaims {
    pub(crate) fn new(claims: impl IntoIterator<Item = (String, Arc<Expression>)>) -> Self {
        let (names, expressions) = claims.into_iter().unzip();
        Self { names, expressions }
    }
}

impl CustomClaims for ExpressionClaims {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn write(
        &self,
        user: &User,
        claims: &mut ClaimsDraft<'_>,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        for (name, expression) in self.names.iter().zip(&self.expressions) {
            let no_claim = |why: Why| NoClaim { name: name.clone(), user: user.key.to_string(), why };
            let value =
                expression.compute(Seen::user(user)).map_err(|error| no_claim(Why::Uncomputable(error)))?;
            let json = value::into_claim(&value, claims.encoder());
            if let Some(json) = json.map_err(|found| no_claim(Why::NoJson(found)))? {
                claims.set(name, &json);
            }
        }
        Ok(())
    }
}

/// A claim that cannot be made, and for whom: nothing of what stands in the row.
#[derive(Debug)]
struct NoClaim {
    name: String,
    user: String,
    why: Why,
}

#[derive(Debug)]
enum Why {
    NoJson(String),
    Uncomputable(Uncomputable),
}

impl fmt::Display for NoClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, user, why } = self;
        match why {
            Why::NoJson(found) => {
                write!(f, "the claim {name:?} of the user {user} is {found}, which is no JSON")
            }
            Why::Uncomputable(error) => write!(f, "the claim {name:?} of the user {user}: {error}"),
        }
    }
}

impl StdError for NoClaim {}
