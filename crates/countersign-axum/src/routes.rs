//! A family's endpoints as axum routes: read the request, let the dialect parse it, the authority decide it
//! and the dialect render it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use bytes::Bytes;
use countersign::authority::{Authority, Failure, Outcome};
use countersign::dialect::{Dialect, Parsed, Rejection};
use countersign::error::Causes;
use countersign::store::{TokenLedger, Users};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// How much of a request body is read, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// The longest body, in bytes; 1 MiB by default.
    pub bytes: usize,
    /// How long a client may take to send it; 30 seconds by default.
    pub time: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self { bytes: 1024 * 1024, time: Duration::from_secs(30) }
    }
}

/// Routes for the endpoints of one family, each at its own path, for every method.
///
/// ```
/// use countersign::authority::Authority;
/// use countersign::dialect::simple_jwt::{Endpoint, SimpleJwt};
/// use countersign::store::{TokenLedger, Users};
/// use countersign_axum::{BodyLimits, routes};
///
/// fn app<S: Users + TokenLedger + 'static>(authority: Authority<S>) -> axum::Router {
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
    S: Users + TokenLedger + 'static,
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
    S: Users + TokenLedger + 'static,
{
    let (parts, body) = request.into_parts();
    let response = match read(body, family.limits).await {
        Ok(body) => match family.dialect.parse(endpoint, &http::Request::from_parts(parts, body)) {
            Parsed::Command(command, exchange) => {
                let decision = family.authority.execute(command).await;
                log(&decision);
                family.dialect.render(exchange, decision)
            }
            Parsed::Reply(response) => response,
        },
        Err(rejection) => {
            tracing::info!(?rejection, "a request was given up");
            family.dialect.reject(endpoint, rejection)
        }
    };
    response.map(Body::from)
}

async fn read(body: Body, limits: BodyLimits) -> Result<Bytes, Rejection> {
    let whole = Limited::new(body, limits.bytes).collect();
    match tokio::time::timeout(limits.time, whole).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Rejection::BodyTooLarge),
        Ok(Err(_)) => Err(Rejection::BodyUnreadable),
        Err(_) => Err(Rejection::Timeout),
    }
}

/// What the client is not told goes here, once.
fn log(decision: &Result<Outcome, Failure>) {
    match decision {
        Ok(_) => {}
        Err(Failure::Refused(refusal)) => tracing::info!(%refusal, "a request was refused"),
        Err(Failure::Undecided(error)) => {
            tracing::error!(error = %Causes(error), "a request could not be decided");
        }
    }
}
