//! GraphiQL, without the internet: its own build and React's, as `scripts/vendor-graphiql` fetched them.
//!
//! The files are served as they are kept, compressed: every browser takes gzip. Their names never change, so a browser asks
//! again after a day, and is told by the entity tag that nothing has.

use std::fmt::Write;

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, HeaderValue,
    IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use countersign::dialect::GraphqlJwt;

/// The page for a GraphQL endpoint at `path`. It finds its files by a relative reference, wherever the router is nested.
pub(super) fn page(path: &str, dialect: &GraphqlJwt) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let (header, prefix) = dialect.header();
    include_str!("graphiql/index.html")
        .replace("{files}", &relative(&folder(last)))
        .replace("{username}", dialect.user().username_argument())
        .replace("{header}", &attribute(header.as_str()))
        .replace("{prefix}", &attribute(prefix))
}

/// Where the files are, with the last slash.
pub(super) fn folder(path: &str) -> String {
    format!("{}/graphiql/", path.strip_suffix('/').unwrap_or(path))
}

/// Shows the page.
pub(super) fn show(page: &str) -> Response {
    let mut response = respond("text/html; charset=utf-8", page.to_owned().into());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// One of the files.
pub(super) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = FILES.iter().find(|file| file.name == name) else {
        let mut response = respond("text/plain", "There is no such file.".into());
        *response.status_mut() = StatusCode::NOT_FOUND;
        return response;
    };
    let known = headers.get_all(IF_NONE_MATCH).iter().any(|tag| tag.as_bytes() == TAG.as_bytes());
    let mut response = respond(file.content_type, if known { Body::empty() } else { file.bytes.into() });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    headers.insert(ETAG, HeaderValue::from_static(TAG));
    if file.compressed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn respond(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers: [(HeaderName, &'static str); 2] =
        [(CONTENT_TYPE, content_type), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A path below the page's own folder, as it may stand in an attribute of HTML; no part of it is taken for a scheme.
fn relative(path: &str) -> String {
    let mut text = String::from("./");
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~%".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// Text as it may stand between the quotes of an attribute of HTML.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// One of the files that the page needs.
pub(super) struct File {
    pub(super) name: &'static str,
    content_type: &'static str,
    pub(super) compressed: bool,
    pub(super) bytes: &'static [u8],
}

macro_rules! files {
    ($($name:literal $kept:literal $content_type:ident $compressed:literal),* $(,)?) => {
        [$(File {
            name: $name,
            content_type: $content_type,
            compressed: $compressed,
            bytes: include_bytes!(concat!("graphiql/", $kept)),
        }),*]
    };
}

pub(super) const FILES: [File; 6] = files![
    "graphiql.css" "graphiql.css.gz" CSS true,
    "graphiql.js" "graphiql.js.gz" JAVASCRIPT true,
    "page.css" "page.css" CSS false,
    "page.js" "page.js" JAVASCRIPT false,
    "react-dom.js" "react-dom.js.gz" JAVASCRIPT true,
    "react.js" "react.js.gz" JAVASCRIPT true,
];

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
/// All files are of one release of this crate.
const TAG: &str = concat!("\"", env!("CARGO_PKG_VERSION"), "\"");
/// Nothing from elsewhere, and nothing to elsewhere. GraphiQL's widgets set styles of their own.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
