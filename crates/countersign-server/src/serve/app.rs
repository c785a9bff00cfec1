//! The whole application: every family that is configured, and what operators ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use countersign_sql::Database;

use crate::serve::families::Family;

/// Puts the families and `/healthz` and `/readyz` under one roof.
pub(crate) fn app(database: Database, families: Vec<Family>) -> Router {
    let mut paths = BTreeSet::new();
    let mut router = Router::new();
    for family in families {
        paths.extend(family.paths.into_iter().map(|(path, _)| path));
        router = router.merge(family.router);
    }
    let paths = Arc::new(paths);
    let operators = Router::new()
        .route("/healthz", get(async || text(StatusCode::OK, "ok")))
        .route("/readyz", get(readiness))
        .with_state(database)
        .fallback(move |request: Request| {
            let paths = Arc::clone(&paths);
            async move { not_found(&paths, &request) }
        });
    router.merge(operators)
}

/// Ready when the database answers.
async fn readiness(State(database): State<Database>) -> Response {
    match database.ping().await {
        Ok(()) => text(StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(%error, "not ready");
            text(StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}

/// As Django's `CommonMiddleware` with `APPEND_SLASH`: a path that only lacks its slash is sent to the right one.
fn not_found(paths: &BTreeSet<String>, request: &Request) -> Response {
    let path = request.uri().path();
    let with_slash = format!("{path}/");
    let below = path.rsplit_once('/').map(|(above, _)| format!("{above}/{{id}}/"));
    if !paths.contains(&with_slash) && !below.is_some_and(|pattern| paths.contains(&pattern)) {
        return json(StatusCode::NOT_FOUND, r#"{"detail":"Not found."}"#);
    }
    let location = match request.uri().query() {
        Some(query) => format!("{with_slash}?{query}"),
        None => with_slash,
    };
    let mut response = json(StatusCode::MOVED_PERMANENTLY, "");
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn text(status: StatusCode, text: &'static str) -> Response {
    respond(status, "text/plain; charset=utf-8", text)
}

fn json(status: StatusCode, text: &'static str) -> Response {
    respond(status, "application/json", text)
}

fn respond(status: StatusCode, content_type: &'static str, body: &'static str) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
