//! The user of a token where no user is loaded: what its claims say.

use serde::de::DeserializeOwned;

use crate::authority::{Authority, Failure, Refusal};
use crate::claims::{ClaimTypeError, Claims};
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::{Store, UserIdClaim};
use crate::token::UntypedToken;

/// `TOKEN_USER_CLASS`: a service's own type of user, made from a genuine token's claims.
///
/// ```
/// use countersign::authority::{Authority, Failure, FromToken, TokenUser};
/// use countersign::jwt::{Invalid, TokenError};
/// use countersign::secret::PlainToken;
/// use countersign::store::{Store, TokenLedger, UserIdClaim, Users};
/// use countersign::token::UntypedToken;
///
/// struct Member {
///     roles: Vec<String>,
/// }
///
/// impl FromToken for Member {
///     fn from_token(id: UserIdClaim<'static>, token: UntypedToken) -> Result<Self, TokenError> {
///         let roles = TokenUser::from_token(id, token)?.claim("roles").map_err(Invalid::from)?;
///         Ok(Self { roles: roles.unwrap_or_default() })
///     }
/// }
///
/// async fn roles<S: Store>(
///     authority: &Authority<S>,
///     token: &PlainToken,
/// ) -> Result<Vec<String>, Failure> {
///     Ok(authority.token_user::<Member>(token).await?.roles)
/// }
/// ```
pub trait FromToken: Sized {
    /// The user of a token that was verified, with its `USER_ID_CLAIM`.
    ///
    /// # Errors
    ///
    /// When the claims are none that such a user can have: the token is refused.
    fn from_token(id: UserIdClaim<'static>, token: UntypedToken) -> Result<Self, TokenError>;
}

/// `SimpleJWT`'s `TokenUser`, which is Ninja JWT's too: who the token says it is, with no look at a store.
#[derive(Clone, Debug)]
pub struct TokenUser {
    id: UserIdClaim<'static>,
    token: UntypedToken,
}

impl FromToken for TokenUser {
    fn from_token(id: UserIdClaim<'static>, token: UntypedToken) -> Result<Self, TokenError> {
        Ok(Self { id, token })
    }
}

impl TokenUser {
    /// The user's id, as the token says it.
    pub fn id(&self) -> &UserIdClaim<'static> {
        &self.id
    }

    /// The claim `username`; empty where there is none, or no text.
    pub fn username(&self) -> String {
        username(self.token.claims())
    }

    /// Always: no token is issued for an inactive user.
    pub fn is_active(&self) -> bool {
        true
    }

    /// The claim `is_staff`; false where there is none, or nothing but `true`.
    pub fn is_staff(&self) -> bool {
        flag(self.token.claims(), "is_staff")
    }

    /// The claim `is_superuser`; false where there is none, or nothing but `true`.
    pub fn is_superuser(&self) -> bool {
        flag(self.token.claims(), "is_superuser")
    }

    /// A claim of one's own.
    ///
    /// # Errors
    ///
    /// When it is there and is not a `T`.
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ClaimTypeError> {
        self.token.claims().get(name)
    }

    /// The token.
    pub fn token(&self) -> &UntypedToken {
        &self.token
    }
}

pub(crate) fn flag(claims: &Claims, name: &str) -> bool {
    claims.get(name).ok().flatten().unwrap_or_default()
}

pub(crate) fn username(claims: &Claims) -> String {
    claims.text("username").ok().flatten().unwrap_or_default().into_owned()
}

impl<S: Store> Authority<S> {
    /// The user that a token speaks of, on the token's word alone, whatever
    /// [`stateless`](super::Rules::stateless) says (`JWTStatelessUserAuthentication`).
    ///
    /// # Errors
    ///
    /// [`Refusal::NoTokenTypeFits`] with every attempt, or that the token says nothing of its user, or what
    /// `U` has against its claims.
    pub async fn token_user<U: FromToken>(&self, plain: &PlainToken) -> Result<U, Failure> {
        let token = self.admit_any(plain).await?.token;
        let id = self.user_id(&token)?.ok_or(Refusal::NoUserClaim)?.into_owned();
        Ok(U::from_token(id, token)?)
    }
}
