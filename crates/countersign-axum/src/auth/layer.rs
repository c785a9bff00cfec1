//! The layer for any tower service over HTTP.

use std::mem;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::auth::future::Waiting;
use crate::auth::{Auth, AuthBody, AuthFuture};

/// Finds out who sends a request before a service sees it, and puts an [`Identity`](countersign::authority::Identity) into the
/// request's extensions.
///
/// It is plain tower: requests and answers may have any bodies, so it goes around a router of axum's, a gRPC server of tonic's, or
/// whatever hyper serves. What stands before it sees every request: a layer for CORS belongs there, since a browser's preflight
/// presents no token.
///
/// The service is asked only once it is ready and the request is let in; while it is not ready, no token is looked at, and
/// whoever is refused meanwhile gives the place back that was kept for the request.
///
/// ```
/// use countersign::authority::Identity;
/// use countersign_axum::{Auth, AuthLayer};
/// use http::{Request, Response};
/// use tower::{Layer, service_fn};
///
/// # fn guarded(auth: Auth) {
/// let service = service_fn(async |request: Request<String>| {
///     let identity = request.extensions().get::<Identity>();
///     Ok::<_, std::convert::Infallible>(Response::new(format!("{identity:?}")))
/// });
/// let service = AuthLayer::required(auth).layer(service);
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AuthLayer {
    auth: Auth,
    demand: Demand,
}

/// Whether everybody must be somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    Optional,
    Required,
}

impl AuthLayer {
    /// Lets a request through that presents no token, as nobody's. One whose token is not good is refused.
    pub fn optional(auth: Auth) -> Self {
        Self { auth, demand: Demand::Optional }
    }

    /// Lets nobody through without a token that is good.
    pub fn required(auth: Auth) -> Self {
        Self { auth, demand: Demand::Required }
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = AuthService<S>;

    fn layer(&self, inner: S) -> AuthService<S> {
        AuthService { inner, layer: self.clone() }
    }
}

/// A service that is guarded by an [`AuthLayer`].
#[derive(Clone, Debug)]
pub struct AuthService<S> {
    inner: S,
    layer: AuthLayer,
}

impl<S, B, R> Service<Request<B>> for AuthService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
{
    type Response = Response<AuthBody<R>>;
    type Error = S::Error;
    type Future = AuthFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> AuthFuture<S, B> {
        // The one that was polled is ready, its clone need not be.
        let next = self.inner.clone();
        let service = mem::replace(&mut self.inner, next);
        let (head, body) = request.into_parts();
        let AuthLayer { auth, demand } = self.layer.clone();
        AuthFuture::of(Waiting { auth, demand, service, head, body })
    }
}
