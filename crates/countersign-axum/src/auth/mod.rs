//! Guarded routes: who sends a request is found out before a service sees it.
//!
//! - [`Auth`] is a family's [`Guard`] and an [`Authority`]: where a request has its token, who decides about it, and what
//!   one is told that is not let in.
//! - [`AuthLayer`] goes around any tower service over HTTP, whatever its bodies are. It puts an [`Identity`] into the request's
//!   extensions.
//! - [`Authenticated`], [`Claims`] and [`Bearer`] are extractors. They want an `Auth` in the router's state, so that a handler
//!   that wants a user does not compile in a router that has none.
//! - A token is looked at once for a request, by the layer or by the first extractor. What one `Auth` has found out proves
//!   nothing to another.
//! - Where nobody need be logged in, a request without a token is nobody's. One with a token that is not good is
//!   refused all the same: a client that thinks it is somebody is told that it is not.
//!
//! ```
//! use axum::Router;
//! use axum::routing::get;
//! use countersign::authority::{Authority, TokenUser};
//! use countersign::dialect::SimpleJwt;
//! use countersign::store::Store;
//! use countersign_axum::{Auth, Authenticated};
//!
//! fn app<S: Store + 'static>(authority: Authority<S>) -> Router {
//!     Router::new()
//!         .route("/me", get(async |Authenticated(user): Authenticated<TokenUser>| user.username()))
//!         .with_state(Auth::new(SimpleJwt::default(), authority))
//! }
//! ```
//!
//! Without an `Auth` in its state this is no router:
//!
//! ```compile_fail,E0277
//! # use axum::Router;
//! # use axum::routing::get;
//! # use countersign::authority::TokenUser;
//! # use countersign_axum::Authenticated;
//! let app: Router = Router::new()
//!     .route("/me", get(async |Authenticated(user): Authenticated<TokenUser>| user.username()))
//!     .with_state(());
//! ```

mod body;
mod denied;
mod extract;
mod found;
mod future;
#[cfg(feature = "graphql")]
mod graphql;
mod layer;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use countersign::authority::{Authority, Client, Failure, Identity};
use countersign::dialect::Guard;
use countersign::secret::PlainToken;
use countersign::store::Store;
use futures_util::future::BoxFuture;
use http::Response;
use http::request::Parts;

use crate::log::log_failure;
pub use body::AuthBody;
pub use denied::{AuthRejection, Denied};
pub use extract::{Authenticated, Bearer, Claims};
use found::{Found, Proof};
pub use future::AuthFuture;
#[cfg(feature = "graphql")]
pub use graphql::{LoggedIn, Permitted};
pub use layer::{AuthLayer, AuthService};

/// What guards routes: how a family speaks, and who decides. Cheap to clone, and clones are one and the same.
#[derive(Clone)]
pub struct Auth {
    door: Arc<dyn Door>,
    own_words: Option<Arc<OwnWords>>,
}

type OwnWords = dyn Fn(Denied<'_>) -> Response<Bytes> + Send + Sync;

impl Auth {
    /// Lets in whom `authority` knows by what `guard` finds in a request. Who is not let in is told so in the family's words.
    pub fn new<G: Guard, S: Store + 'static>(guard: G, authority: Authority<S>) -> Self {
        Self { door: Arc::new(House { guard, authority }), own_words: None }
    }

    /// The same, with a service's own answers in place of the family's.
    ///
    /// What a client needs to go on is not lost with the family's words: a 401 has the family's `WWW-Authenticate`, a 429 and
    /// a 503 have its `Retry-After`, unless the answer has one of its own.
    ///
    /// ```
    /// use countersign_axum::{Auth, Denied};
    /// use http::Response;
    ///
    /// fn in_our_words(auth: Auth) -> Auth {
    ///     auth.rejecting_with(|denied: Denied<'_>| {
    ///         let mut response = Response::new(format!("You are not let in: {denied}.\n"));
    ///         *response.status_mut() = denied.status();
    ///         response
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn rejecting_with<F, B>(mut self, answer: F) -> Self
    where
        F: Fn(Denied<'_>) -> Response<B> + Send + Sync + 'static,
        B: Into<Bytes>,
    {
        self.own_words = Some(Arc::new(move |denied: Denied<'_>| answer(denied).map(Into::into)));
        self
    }

    /// Who sends a request; `None` for one that presents no token. For a service that has neither the layer nor the extractors.
    ///
    /// # Errors
    ///
    /// The answer to a request whose token is not good, cannot be read, or could not be decided upon.
    pub async fn identify(&self, request: &Parts) -> Result<Option<Identity>, AuthRejection> {
        match self.presented(request)? {
            Presented::Known(proof) => Ok(Some(proof.identity.clone())),
            Presented::Nothing => Ok(None),
            Presented::Token(decision) => match decision.await {
                Ok(proof) => Ok(Some(proof.identity)),
                Err(failure) => Err(self.refused(request, failure)),
            },
        }
    }

    /// The answer to a request without a token, where one is wanted.
    pub fn anonymous(&self, request: &Parts) -> AuthRejection {
        AuthRejection::new(self.door.guard().anonymous(request), self.say(Denied::Anonymous))
    }

    /// The answer to a request whose token is not good, or could not be decided upon: for what a handler asks of the authority
    /// itself. It is logged.
    pub fn refused(&self, request: &Parts, failure: Failure) -> AuthRejection {
        log_failure(&failure);
        let own = self.say(Denied::of(&failure));
        AuthRejection::new(self.door.guard().refused(request, failure), own)
    }

    fn presented<'a>(&self, request: &'a Parts) -> Result<Presented<'a>, AuthRejection> {
        if let Some(proof) = self.proof(request) {
            return Ok(Presented::Known(proof));
        }
        match self.door.guard().presented(request) {
            Ok(None) => Ok(Presented::Nothing),
            Ok(Some(token)) => {
                let client = Client::of(&request.extensions, &request.headers);
                Ok(Presented::Token(self.door.decide(client, token)))
            }
            Err(familys) => {
                let own = self.say(Denied::Unacceptable(familys.status()));
                Err(AuthRejection::new(familys, own))
            }
        }
    }

    /// Sees to it that whoever sends a request [is known](Self::proof).
    async fn ensure(&self, request: &mut Parts) -> Result<(), AuthRejection> {
        let Presented::Token(decision) = self.presented(request)? else { return Ok(()) };
        match decision.await {
            Ok(proof) => self.remember(request, proof),
            Err(failure) => return Err(self.refused(request, failure)),
        }
        Ok(())
    }

    /// What was found out about a request; `None` for one without a token, and for one that nobody has asked about.
    fn proof<'a>(&self, request: &'a Parts) -> Option<&'a Proof> {
        let found: &Found = request.extensions.get()?;
        Arc::ptr_eq(&found.door, &self.door).then_some(&found.proof)
    }

    fn remember(&self, request: &mut Parts, proof: Proof) {
        request.extensions.insert(Found { door: Arc::clone(&self.door), proof });
    }

    /// The service's own answer, where it has one.
    fn say(&self, denied: Denied<'_>) -> Option<Response<Bytes>> {
        self.own_words.as_ref().map(|words| words(denied))
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth(…)")
    }
}

/// What a request presents.
enum Presented<'a> {
    /// A token, which was decided upon before.
    Known(&'a Proof),
    /// No token.
    Nothing,
    /// A token, which is being decided upon.
    Token(Decision),
}

type Decision = BoxFuture<'static, Result<Proof, Failure>>;

/// A guard and an authority, whatever their types are.
trait Door: Send + Sync {
    fn guard(&self) -> &dyn Guard;

    fn decide(&self, client: Client, token: PlainToken) -> Decision;
}

struct House<G, S> {
    guard: G,
    authority: Authority<S>,
}

impl<G: Guard, S: Store + 'static> Door for House<G, S> {
    fn guard(&self) -> &dyn Guard {
        &self.guard
    }

    fn decide(&self, client: Client, token: PlainToken) -> Decision {
        let authority = self.authority.for_client(client);
        Box::pin(async move {
            let identity = authority.identify(&token).await?;
            Ok(Proof { identity, token })
        })
    }
}
