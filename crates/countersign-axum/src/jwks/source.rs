//! One request for a JWK set.

use std::fmt;
use std::time::Duration;

use countersign::key::{Algorithm, JwkSet};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::{Client, Url, redirect, retry};

use super::error::{FetchError, JwksError, JwksErrorKind};
use super::options::Options;

/// Where the set is, and what it is for.
pub(super) struct Source {
    url: Url,
    label: String,
    algorithm: Algorithm,
    timeout: Duration,
    http: Client,
}

impl Source {
    pub(super) fn new(url: &str, algorithm: Algorithm, options: &Options) -> Result<Self, JwksError> {
        let url = parse(url)?;
        if algorithm.is_hmac() {
            return Err(JwksError::new(
                JwksErrorKind::SymmetricAlgorithm,
                format!(
                    "published keys are public and {algorithm} needs a secret: choose an asymmetric algorithm"
                ),
            ));
        }
        let http = client(&url, options).map_err(JwksError::unavailable)?;
        Ok(Self { label: label(&url), url, algorithm, timeout: options.timeout, http })
    }

    /// Asks the publisher, for no longer than the timeout.
    pub(super) async fn fetch(&self) -> Result<JwkSet, FetchError> {
        let fetching = tokio::time::timeout(self.timeout, self.fetch_unlimited());
        fetching.await.unwrap_or(Err(FetchError::TimedOut(self.timeout)))
    }

    async fn fetch_unlimited(&self) -> Result<JwkSet, FetchError> {
        let mut response = self.http.get(self.url.clone()).send().await?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let announced = response.content_length().unwrap_or(0);
        if announced > JwkSet::MAX_BYTES as u64 {
            return Err(FetchError::TooLarge);
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if chunk.len() > JwkSet::MAX_BYTES - body.len() {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        JwkSet::parse(&body, self.algorithm).map_err(FetchError::Unusable)
    }

    /// The URL as it may be logged: without user name, password, query and fragment.
    pub(super) fn label(&self) -> &str {
        &self.label
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.label, self.algorithm)
    }
}

fn parse(text: &str) -> Result<Url, JwksError> {
    let url = Url::parse(text).map_err(|error| {
        JwksError::new(JwksErrorKind::InvalidUrl, format!("the JWKS URL cannot be read: {error}"))
    })?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(JwksError::new(
            JwksErrorKind::UnsupportedScheme,
            format!("the JWKS URL must start with https:// or http://, not {scheme}:"),
        )),
    }
}

fn client(url: &Url, options: &Options) -> reqwest::Result<Client> {
    let accept = HeaderValue::from_static("application/jwk-set+json, application/json;q=0.9, */*;q=0.1");
    let mut client = Client::builder()
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .default_headers(HeaderMap::from_iter([(header::ACCEPT, accept)]))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        // Requests are minutes apart: a connection kept would only be found closed.
        .pool_max_idle_per_host(0);
    if url.scheme() == "http" {
        // A machine without certificate authorities can do without TLS what needs none.
        client = client.tls_certs_only([]);
    }
    if !options.environment_proxies {
        client = client.no_proxy();
    }
    client.build()
}

fn label(url: &Url) -> String {
    let mut url = url.clone();
    // These two fail only on URLs that can have no user name, which http URLs are not.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use countersign::error::Causes;

    use super::super::test_server::{Answer, TestServer};
    use super::*;

    fn source(url: &str) -> Result<Source, JwksError> {
        let options = Options { environment_proxies: false, ..Options::default() };
        Source::new(url, Algorithm::EdDsa, &options)
    }

    #[test]
    fn only_http_and_https_urls_are_taken() {
        for url in ["http://localhost/", "https://id.example.com/jwks", "HTTPS://[::1]:8443/jwks?tenant=1"] {
            assert!(source(url).is_ok(), "{url}");
        }
        for url in
            ["file:///etc/jwks.json", "data:application/json,{}", "ftp://example.com/", "jwks:x", "C:\\x"]
        {
            let error = source(url).unwrap_err();
            assert_eq!(error.kind(), JwksErrorKind::UnsupportedScheme, "{url}");
        }
        for url in ["", "jwks.json", "/jwks.json", "//example.com", "https://", "http://[::1/", " "] {
            assert_eq!(source(url).unwrap_err().kind(), JwksErrorKind::InvalidUrl, "{url}");
        }
        let error = source("file:///etc/jwks.json").unwrap_err();
        assert_eq!(error.to_string(), "the JWKS URL must start with https:// or http://, not file:");
    }

    #[test]
    fn neither_password_nor_query_can_be_logged() {
        let source = source("https://ann:pass@id.example.com:8443/jwks?key=pass#pass").unwrap();
        assert_eq!(source.label(), "https://id.example.com:8443/jwks");
        assert_eq!(format!("{source:?}"), "https://id.example.com:8443/jwks (EdDSA)");
    }

    #[tokio::test]
    async fn an_error_tells_neither_password_nor_query() {
        let server = TestServer::start(Answer::HangUp);
        let url = server.url().replace("http://", "http://ann:pass@") + "?key=pass";
        let error = source(&url).unwrap().fetch().await.unwrap_err();
        assert!(server.last_request().contains("key=pass"));
        let told = format!("{} {error:?}", Causes(&error));
        assert!(!told.contains("pass") && !told.contains("ann"), "{told}");
    }

    #[tokio::test]
    async fn the_request_accepts_json_and_no_compression() {
        let server = TestServer::start(Answer::keys(&["a"]));
        let source = source(&server.url().replace("http://", "http://ann:pass@")).unwrap();
        assert!(source.fetch().await.unwrap().get("a").is_some());
        let request = server.last_request().to_lowercase();
        assert!(request.starts_with("get /jwks http/1.1\r\n"), "{request}");
        assert!(request.contains("\r\nauthorization: basic "), "{request}");
        assert!(request.contains("\r\naccept: application/jwk-set+json"), "{request}");
        assert!(!request.contains("accept-encoding"), "{request}");
    }

    #[tokio::test]
    async fn any_answer_but_a_good_set_is_an_error() {
        let server = TestServer::start(Answer::HangUp);
        let source = source(server.url()).unwrap();
        let keys = Answer::keys(&["a"]).body();
        for (answer, expected) in [
            (Answer::HangUp, "the request failed"),
            (Answer::raw("garbage\r\n\r\n"), "the request failed"),
            (
                Answer::raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n{keys}")),
                "the request failed",
            ),
            (
                Answer::raw(format!("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{keys}")),
                "the answer is no usable",
            ),
            (Answer::status("500 Internal Server Error", &keys), "the answer is 500 Internal"),
            (Answer::status("203 Non-Authoritative Information", &keys), "the answer is 203"),
            (Answer::status("204 No Content", ""), "the answer is 204"),
            (Answer::status("304 Not Modified", ""), "the answer is 304"),
            (Answer::status("200 OK", ""), "the answer is no usable"),
            (Answer::status("200 OK", "<!doctype html><html></html>"), "the answer is no usable"),
            (Answer::status("200 OK", "[]"), "the answer is no usable"),
            (Answer::status("200 OK", "{\"keys\":[]}"), "the answer is no usable"),
            (
                Answer::status("200 OK", "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"AAAA\"}]}"),
                "the answer is no",
            ),
            (Answer::Redirect(server.url().to_owned()), "the answer is 302"),
        ] {
            let before = server.requests();
            server.answer(answer);
            let error = source.fetch().await.unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
            assert_eq!(server.requests(), before + 1, "{error}: one request, no retry, no redirect");
        }
        server.answer(Answer::keys(&["a"]));
        assert!(source.fetch().await.is_ok());
    }

    #[tokio::test]
    async fn a_body_is_cut_off_at_a_mebibyte() {
        let server = TestServer::start(Answer::Endless);
        let source = source(server.url()).unwrap();
        assert!(matches!(source.fetch().await, Err(FetchError::TooLarge)));
        // The rest is what fits into the buffers of the sockets.
        assert!(server.cut_off().await < 32 * JwkSet::MAX_BYTES);

        let announced = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", JwkSet::MAX_BYTES + 1);
        server.answer(Answer::raw(announced));
        assert!(matches!(source.fetch().await, Err(FetchError::TooLarge)));

        let keys = Answer::keys(&["a"]).body();
        let padded = " ".repeat(JwkSet::MAX_BYTES - keys.len()) + &keys;
        server.answer(Answer::status("200 OK", &padded));
        assert!(source.fetch().await.is_ok());
    }

    #[tokio::test]
    async fn a_publisher_that_does_not_answer_is_given_up() {
        let server = TestServer::start(Answer::keys(&["a"]));
        server.hold();
        let timeout = Duration::from_millis(50);
        let options = Options { timeout, environment_proxies: false, ..Options::default() };
        let source = Source::new(server.url(), Algorithm::EdDsa, &options).unwrap();
        let error = source.fetch().await.unwrap_err();
        assert_eq!(error.to_string(), "the answer was not complete after 50ms");
    }
}
