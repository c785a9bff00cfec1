//! Extractors for axum: who it is, what the token says, the token.

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use countersign::authority::{FromIdentity, Refusal};
use countersign::jwt::{Invalid, TokenError};
use countersign::secret::PlainToken;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::auth::found::Proof;
use crate::auth::{Auth, AuthRejection};

/// Who sends the request, as a service's own type of user; `Option<Authenticated<U>>` where it need not be anybody.
///
/// A `U` is a [`User`](countersign::user::User), an [`Identity`](countersign::authority::Identity), a
/// [`TokenUser`](countersign::authority::TokenUser), or what [`FromIdentity`] makes. Whom it refuses is told so like one whose token
/// is not good, also where nobody is wanted: what somebody may do who is known is the handler's to say (403).
///
/// ```
/// use axum::extract::FromRef;
/// use axum::routing::{Router, get};
/// use countersign::user::User;
/// use countersign_axum::{Auth, Authenticated};
///
/// #[derive(Clone)]
/// struct App {
///     auth: Auth,
/// }
///
/// impl FromRef<App> for Auth {
///     fn from_ref(app: &App) -> Self {
///         app.auth.clone()
///     }
/// }
///
/// async fn greet(user: Option<Authenticated<User>>) -> String {
///     match user {
///         Some(Authenticated(user)) => format!("Good morning, {}!", user.username),
///         None => "Good morning!".to_owned(),
///     }
/// }
///
/// fn router(app: App) -> Router {
///     Router::new().route("/", get(greet)).with_state(app)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Authenticated<U>(pub U);

/// The token that proves who sends the request, for somebody else who asks for it: another service of the house.
///
/// It was verified, like everything here. What a request presents and nobody has looked at is not handed out: an extractor of this
/// name in a handler's signature would look like a guard and be none.
#[derive(Clone, Debug)]
pub struct Bearer(pub PlainToken);

/// What the token says, as a type of yours. Claims that are none are told as a token that is not good.
///
/// ```
/// use countersign_axum::Claims;
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Tenant {
///     tenant: u32,
///     #[serde(default)]
///     scopes: Vec<String>,
/// }
///
/// async fn invoices(Claims(claims): Claims<Tenant>) -> String {
///     format!("the invoices of {}", claims.tenant)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Claims<T>(pub T);

/// What an extractor makes of a token that is good.
trait OfProof: Sized {
    fn of(proof: &Proof) -> Result<Self, Refusal>;
}

impl<U: FromIdentity> OfProof for Authenticated<U> {
    fn of(proof: &Proof) -> Result<Self, Refusal> {
        U::from_identity(&proof.identity).map(Self)
    }
}

impl OfProof for Bearer {
    fn of(proof: &Proof) -> Result<Self, Refusal> {
        Ok(Self(proof.token.clone()))
    }
}

impl<T: DeserializeOwned> OfProof for Claims<T> {
    fn of(proof: &Proof) -> Result<Self, Refusal> {
        let claims = proof.identity.claims().to().map_err(Invalid::from);
        claims.map(Self).map_err(|mismatch| Refusal::Token(TokenError::from(mismatch)))
    }
}

/// `None` where no token was presented.
async fn optional<E: OfProof>(auth: &Auth, request: &mut Parts) -> Result<Option<E>, AuthRejection> {
    auth.ensure(request).await?;
    let made = auth.proof(request).map(E::of).transpose();
    made.map_err(|refusal| auth.refused(request, refusal.into()))
}

async fn required<E: OfProof>(auth: &Auth, request: &mut Parts) -> Result<E, AuthRejection> {
    let made = optional(auth, request).await?;
    made.ok_or_else(|| auth.anonymous(request))
}

macro_rules! extractors {
    ($($extractor:ident $(<$type:ident: $bound:ident>)?;)+) => {$(
        impl<S $(, $type)?> FromRequestParts<S> for $extractor $(<$type>)?
        where
            S: Send + Sync,
            Auth: FromRef<S>,
            $($type: $bound,)?
        {
            type Rejection = AuthRejection;

            async fn from_request_parts(request: &mut Parts, state: &S) -> Result<Self, AuthRejection> {
                required(&Auth::from_ref(state), request).await
            }
        }

        impl<S $(, $type)?> OptionalFromRequestParts<S> for $extractor $(<$type>)?
        where
            S: Send + Sync,
            Auth: FromRef<S>,
            $($type: $bound,)?
        {
            type Rejection = AuthRejection;

            async fn from_request_parts(
                request: &mut Parts,
                state: &S,
            ) -> Result<Option<Self>, AuthRejection> {
                optional(&Auth::from_ref(state), request).await
            }
        }
    )+};
}

extractors! {
    Authenticated<U: FromIdentity>;
    Bearer;
    Claims<T: DeserializeOwned>;
}
