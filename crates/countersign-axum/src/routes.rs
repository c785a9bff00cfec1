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

/// Routes for the endpoints of one family, each at its own path, for every method.
///
/// ```
/// use countersign::authority::Authority;
/// use countersign::dialect::simple_jwt::{Endpoint, SimpleJwt};
/// use countersign::store::Store;
/// use countersign_axum::{BodyLimits, routes};
///
/// fn app<S: Store + 'static>(authority: Authority<S>) -> axum::Router {
///     let paths = Endpoint::ALL.map(|(endpoint, _, path)| (endpoint, path));
///     routes(SimpleJwt::default(), authority, paths, BodyLimits::default())
/// }
/// ```
///
/// # Panics
///
/// When two endpoints have the same path, or a path does not begin with a slash.
pub fn routes<D, S, P>(
    dialect: D,
    authority: Authority<S>,
    paths: impl IntoIterator<Item = (D::Endpoint, P)>,
    limits: BodyLimits,
) -> Router
where
    D: Dialect,
    S: Store + 'static,
    P: AsRef<str>,
{
    let family = Arc::new(Family { dialect, authority, limits });
    paths.into_iter().fold(Router::new(), |router, (endpoint, path)| {
        let family = Arc::clone(&family);
        // A brace in a configured path is a brace, not one of axum's captures.
        let path = path.as_ref().replace('{', "{{").replace('}', "}}");
        router.route(&path, any(move |request| answer(Arc::clone(&family), endpoint, request)))
    })
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
