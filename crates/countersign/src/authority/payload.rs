//! What an issued token says, and whose it is by what it says.

use std::error::Error as StdError;
use std::fmt;

use crate::authority::{Authority, JsonEncoder, Rules};
use crate::claims::Claims;
use crate::error::{Error, ErrorKind};
use crate::jwt::{Invalid, TokenError, Verified};
use crate::store::{Store, UserIdClaim};
use crate::token::{Kind, Token, TokenPolicy, user_id_in};
use crate::user::User;

/// `JWT_PAYLOAD_HANDLER`: what a token says that [`issue`](Authority::issue) or [`renew`](Authority::renew) gives.
/// A closure will do.
///
/// - Audience and issuer are the policy's, whatever the payload says.
/// - What the token cannot be without is written as the built-in does where the payload leaves it out: `exp`, when it
///   was made, and whatever else of the policy's [own](TokenPolicy::owns_claim) the built-in writes, but for the user.
///   DIFFERENCE: the package signs what it gets.
/// - The payload, with the custom claims, must be read as this user's by the [`PayloadReader`], or no token is issued.
///   DIFFERENCE: in the package the token is then nobody's, or somebody else's.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign::authority::Rules;
/// use countersign::claims::Claims;
/// use countersign::user::User;
///
/// let mut rules = Rules::default();
/// rules.payload_writer = Arc::new(|user: &User, mut payload: Claims| {
///     payload.set("staff", &(user.username == "ada"));
///     payload
/// });
/// ```
pub trait PayloadWriter: Send + Sync {
    /// The payload for a user; `built_in` is what the package itself would write, and `encoder` writes what JSON lacks.
    ///
    /// # Errors
    ///
    /// When it cannot be made: then no token is issued, and the answer is [`ErrorKind::Claims`].
    fn write(
        &self,
        user: &User,
        built_in: Claims,
        encoder: &dyn JsonEncoder,
    ) -> Result<Claims, Box<dyn StdError + Send + Sync>>;
}

impl<F: Fn(&User, Claims) -> Claims + Send + Sync> PayloadWriter for F {
    fn write(
        &self,
        user: &User,
        built_in: Claims,
        _: &dyn JsonEncoder,
    ) -> Result<Claims, Box<dyn StdError + Send + Sync>> {
        Ok(self(user, built_in))
    }
}

/// `JWT_PAYLOAD_GET_USERNAME_HANDLER`: whose a token is. It is asked wherever a token's user matters, and never of a
/// payload that was not verified.
pub trait PayloadReader: Send + Sync {
    /// What stands in the column [`user_id_field`](TokenPolicy::user_id_field) of the token's user; `None` where the
    /// payload says nothing of it.
    ///
    /// # Errors
    ///
    /// When the payload is none that a token of ours has: the token is refused.
    fn user_id<'a>(
        &self,
        payload: &'a Verified<Claims>,
        policy: &TokenPolicy,
    ) -> Result<Option<UserIdClaim<'a>>, TokenError>;
}

/// The packages' own payload: the policy's claims, and the user as [`user_id_claim`](TokenPolicy::user_id_claim) says.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltInPayload;

impl PayloadWriter for BuiltInPayload {
    fn write(
        &self,
        _: &User,
        built_in: Claims,
        _: &dyn JsonEncoder,
    ) -> Result<Claims, Box<dyn StdError + Send + Sync>> {
        Ok(built_in)
    }
}

impl PayloadReader for BuiltInPayload {
    fn user_id<'a>(
        &self,
        payload: &'a Verified<Claims>,
        policy: &TokenPolicy,
    ) -> Result<Option<UserIdClaim<'a>>, TokenError> {
        user_id_in(payload, policy)
    }
}

impl<S: Store> Authority<S> {
    /// Whose token it is, by what it says.
    pub(super) fn user_id<'a, K: Kind>(
        &self,
        token: &'a Token<K>,
    ) -> Result<Option<UserIdClaim<'a>>, TokenError> {
        self.parts.rules.payload_reader.user_id(token.claims(), &self.parts.policy)
    }

    /// The token as the writer and the custom claims have it, and still this user's.
    pub(super) fn with_payload<K: Kind>(&self, token: &Token<K>, user: &User) -> Result<Token<K>, Error> {
        let Rules { payload_writer, json_encoder, .. } = &self.parts.rules;
        let policy = &self.parts.policy;
        let broken =
            |error| Error::with_source(ErrorKind::Claims, NoPayload { user: user.key.to_string(), error });
        let payload = payload_writer.write(user, token.to_be_signed(policy).into_owned(), &**json_encoder);
        let mut payload = payload.map_err(|error| Error::with_source(ErrorKind::Claims, error))?;
        // Audience and issuer are written when the token is signed.
        payload.remove("aud");
        payload.remove("iss");
        for (name, json) in token.claims().iter() {
            if policy.owns_claim(name) && name != policy.user_id_claim && !payload.contains(name) {
                payload.set_raw(name, json);
            }
        }
        let made_at = policy.issued_at_claim.as_deref().map(|claim| payload.date(claim)).transpose();
        made_at.map_err(|error| broken(Some(Invalid::from(error).into())))?;
        let own = user_id_in(token.claims(), policy).map_err(|error| broken(Some(error)))?;
        let mut token =
            Token::from_claims(Verified::issued(payload), policy).map_err(|error| broken(Some(error)))?;
        self.customize(&mut token, user)?;
        let read = self.user_id(&token).map_err(|error| broken(Some(error)))?;
        let is_the_users = match (&read, &own) {
            (Some(read), Some(own)) => read.as_text().is_some() && read.as_text() == own.as_text(),
            _ => false,
        };
        if is_the_users { Ok(token) } else { Err(broken(None)) }
    }
}

/// A payload that no token may have, and for whom: nothing of what it says.
#[derive(Debug)]
struct NoPayload {
    user: String,
    error: Option<TokenError>,
}

impl fmt::Display for NoPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, "the payload for the user {} makes no good token: {error}", self.user),
            None => write!(f, "the payload for the user {} is not read as that user's", self.user),
        }
    }
}

impl StdError for NoPayload {}
