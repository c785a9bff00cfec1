//! Who presents a token, for the routes of a service.

use std::fmt;
use std::sync::Arc;

use crate::authority::{Authority, Failure, FromToken, Refusal};
use crate::claims::Claims;
use crate::secret::PlainToken;
use crate::store::{Store, UserIdClaim};
use crate::token::UntypedToken;
use crate::user::User;

/// Who presents a token, and the token, for what else it says. Cheap to clone: clones share both.
#[derive(Clone)]
pub struct Identity(Arc<Inner>);

struct Inner {
    user_id: UserIdClaim<'static>,
    token: UntypedToken,
    user: Option<User>,
}

impl Identity {
    /// Whose token it is, as it says itself: `USER_ID_CLAIM`.
    pub fn user_id(&self) -> &UserIdClaim<'static> {
        &self.0.user_id
    }

    /// The token's user; `None` where the authority is [stateless](super::Rules::stateless), and has looked for nobody.
    pub fn user(&self) -> Option<&User> {
        self.0.user.as_ref()
    }

    /// The token, of whatever kind it is that proved authentication.
    pub fn token(&self) -> &UntypedToken {
        &self.0.token
    }

    /// What the token says.
    pub fn claims(&self) -> &Claims {
        self.0.token.claims()
    }
}

/// Tokens are about people: whose it is, and of which claims it has only the names.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("user_id", self.user_id())
            .field("claims", self.claims())
            .field("has_user", &self.user().is_some())
            .finish()
    }
}

/// A service's own type of user, for its guarded routes: made of a row of the store's, or of a token's word.
///
/// Whoever is [`FromToken`] is this too, with no look at a store.
///
/// ```
/// use countersign::authority::{FromIdentity, Identity, Refusal};
/// use countersign::user::FieldValue;
///
/// struct Member {
///     name: String,
///     is_staff: bool,
/// }
///
/// impl FromIdentity for Member {
///     fn from_identity(identity: &Identity) -> Result<Self, Refusal> {
///         let user = identity.user().ok_or(Refusal::UserNotFound)?;
///         let is_staff = user.fields.get("is_staff") == Some(&FieldValue::Bool(true));
///         Ok(Self { name: user.username.clone(), is_staff })
///     }
/// }
/// ```
pub trait FromIdentity: Sized {
    /// The user who presents a token that was verified.
    ///
    /// # Errors
    ///
    /// When this is none that such a user can be: then nobody is let in.
    fn from_identity(identity: &Identity) -> Result<Self, Refusal>;
}

impl FromIdentity for Identity {
    fn from_identity(identity: &Identity) -> Result<Self, Refusal> {
        Ok(identity.clone())
    }
}

/// A stateless authority has no such user to give: [`Refusal::UserNotFound`].
impl FromIdentity for User {
    fn from_identity(identity: &Identity) -> Result<Self, Refusal> {
        identity.user().cloned().ok_or(Refusal::UserNotFound)
    }
}

impl<U: FromToken> FromIdentity for U {
    fn from_identity(identity: &Identity) -> Result<Self, Refusal> {
        U::from_token(identity.user_id().clone(), identity.token().clone()).map_err(Refusal::Token)
    }
}

impl<S: Store> Authority<S> {
    /// [`authenticate`](Self::authenticate), and the token that proved it: for routes of a service's own.
    ///
    /// # Errors
    ///
    /// As [`authenticate`](Self::authenticate).
    pub async fn identify(&self, plain: &PlainToken) -> Result<Identity, Failure> {
        let admitted = self.admit_any(plain).await?;
        let user = self.let_in(&admitted.token, admitted.user).await?;
        let token = admitted.token;
        let user_id = self.user_id(&token)?.ok_or(Refusal::NoUserClaim)?.into_owned();
        Ok(Identity(Arc::new(Inner { user_id, token, user })))
    }
}
