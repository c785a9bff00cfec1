//! A family's endpoints as axum routes: read the request, let the dialect parse it, the authority decide it
//! and the dialect render it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use countersign::authority::{Authority, Client, Failure, Outcome};
use countersign::dialect::{Dialect, Parsed};
use countersign::store::Store;

use crate::body::{BodyLimits, read};
use crate::log::log_failure;

/// All endpoints of one family, each at the path it has by default. The router nests and merges anywhere, whatever the state of
/// the others is.
///
/// ```
/// use axum::Router;
/// use axum::routing::get;
/// use countersign::authority::Authority;
/// use countersign::dialect::{NinjaJwt, SimpleJwt};
/// use countersign::store::Store;
/// use countersign_axum::routes;
///
/// fn app<S: Store + 'static>(authority: Authority<S>) -> Router {
///     Router::new()
///         .route("/", get("POST to /api/token/ or to /ninja/api/token/pair"))
///         .merge(routes(SimpleJwt::default(), authority.clone()))
///         .nest("/ninja", routes(NinjaJwt::default(), authority))
/// }
/// ```
pub fn routes<D, S, T>(dialect: D, authority: Authority<S>) -> Router<T>
where
    D: Dialect,
    S: Store + 'static,
    T: Clone + Send + Sync + 'static,
{
    let paths = D::ENDPOINTS.iter().map(|(endpoint, _, path)| (*endpoint, path));
    routes_at(dialect, authority, paths, BodyLimits::default())
}

/// Some endpoints of one family, each at a path of your own, for every method, with limits of your own. Where a path has `{id}`
/// between two slashes, or at its end, anything may stand; every other brace is itself.
///
/// ```
/// use axum::Router;
/// use countersign::authority::Authority;
/// use countersign::dialect::simple_jwt::{Endpoint, SimpleJwt};
/// use countersign::store::Store;
/// use countersign_axum::{BodyLimits, routes_at};
///
/// fn app<S: Store + 'static>(authority: Authority<S>) -> Router {
///     let paths = [(Endpoint::TokenObtainPair, "/login"), (Endpoint::TokenRefresh, "/refresh")];
///     routes_at(SimpleJwt::default(), authority, paths, BodyLimits::default())
/// }
/// ```
///
/// # Panics
///
/// When two endpoints have the same path, or a path does not begin with a slash.
pub fn routes_at<D, S, P, T>(
    dialect: D,
    authority: Authority<S>,
    paths: impl IntoIterator<Item = (D::Endpoint, P)>,
    limits: BodyLimits,
) -> Router<T>
where
    D: Dialect,
    S: Store + 'static,
    P: AsRef<str>,
    T: Clone + Send + Sync + 'static,
{
    let family = Arc::new(Family { dialect, authority, limits });
    paths.into_iter().fold(Router::new(), |router, (endpoint, path)| {
        let family = Arc::clone(&family);
        let path: Vec<_> = path.as_ref().split('/').map(segment).collect();
        let path = path.join("/");
        router.route(&path, any(move |request| answer(Arc::clone(&family), endpoint, request)))
    })
}

/// A part of a path, as axum is told it.
fn segment(part: &str) -> String {
    if part == "{id}" { part.to_owned() } else { part.replace('{', "{{").replace('}', "}}") }
}

struct Family<D, S> {
    dialect: D,
    authority: Authority<S>,
    limits: BodyLimits,
}

async fn answer<D, S>(family: Arc<Family<D, S>>, endpoint: D::Endpoint, request: Request) -> Response
where
    D: Dialect,
    S: Store + 'static,
{
    let (parts, body) = request.into_parts();
    let authority = family.authority.for_client(Client::of(&parts.extensions, &parts.headers));
    let response = match read(body, family.limits).await {
        Ok(body) => match family.dialect.parse(endpoint, &http::Request::from_parts(parts, body)) {
            Parsed::Command(command, exchange) => {
                let decision = authority.execute(command).await;
                log(&decision);
                family.dialect.render(exchange, decision)
            }
            Parsed::Reply(response) => response,
        },
        Err(rejection) => family.dialect.reject(endpoint, rejection),
    };
    response.map(Body::from)
}

/// What the client is not told goes here, once.
fn log(decision: &Result<Outcome, Failure>) {
    if let Err(failure) = decision {
        log_failure(failure);
    }
}
