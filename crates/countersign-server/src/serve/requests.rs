//! What happens to every request, whichever family answers it: where it comes from, an id, a log line, no panic.
//!
//! It is one function around the application and no layer upon layer, each of which would have to put its own future on the
//! heap for every request.

use std::any::Any;
use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::Response;
use countersign_axum::TrustedProxies;
use futures_util::FutureExt;
use http::Request;
use hyper::body::Incoming;
use tower::ServiceExt;

use crate::serve::request_id::RequestId;

/// The application with all of that around it. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Observed {
    app: Router,
    proxies: TrustedProxies,
}

impl Observed {
    /// Around `app`, behind these proxies.
    pub(crate) fn new(app: Router, proxies: TrustedProxies) -> Self {
        Self { app, proxies }
    }

    /// The answer to a request that came over a connection with `peer`. It has the request's `x-request-id`.
    pub(crate) async fn answer(
        &self,
        peer: IpAddr,
        mut request: Request<Incoming>,
    ) -> Result<Response, Infallible> {
        let begun = Instant::now();
        self.proxies.locate(peer, &mut request);
        let about = About {
            id: RequestId::of(request.headers().get(REQUEST_ID)),
            method: request.method().clone(),
            uri: request.uri().clone(),
        };
        let answer = async {
            let answered = AssertUnwindSafe(self.app.clone().oneshot(request)).catch_unwind().await;
            let mut response = answered.unwrap_or_else(|panic| Ok(internal_error(&*panic)))?;
            let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
            // One line for each request: never its query, headers or body, where credentials are.
            tracing::info!(status = response.status().as_u16(), micros, "answered");
            let id = ANSWERING.with(|about| about.id.header());
            response.headers_mut().insert(REQUEST_ID, id);
            Ok(response)
        };
        ANSWERING.scope(about, answer).await
    }
}

/// The panic's own message went to standard error; a client learns nothing of it.
fn internal_error(_: &(dyn Any + Send)) -> Response {
    tracing::error!("a handler panicked");
    let mut response = Response::new(Body::from(r#"{"detail":"Internal server error."}"#));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What may be told of a request that is being answered.
#[derive(Debug)]
pub(crate) struct About {
    id: RequestId,
    method: Method,
    uri: Uri,
}

impl About {
    /// Its id.
    pub(crate) fn id(&self) -> &str {
        self.id.text()
    }

    /// Its method.
    pub(crate) fn method(&self) -> &str {
        self.method.as_str()
    }

    /// Its path, without the query.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }
}

/// What is made of the request that is being answered here; nothing where none is.
pub(crate) fn while_answering<T>(look: impl FnOnce(&About) -> T) -> Option<T> {
    ANSWERING.try_with(look).ok()
}

/// The id of the request that is being answered here, for whoever tells others of it.
pub(crate) fn current_request_id() -> Option<String> {
    while_answering(|about| about.id().to_owned())
}

tokio::task_local! {
    static ANSWERING: About;
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
