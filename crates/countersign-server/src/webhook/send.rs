//! One message, sent once.

use std::error::Error as StdError;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use countersign::error::Causes;
use http::{StatusCode, header};
use reqwest::{Client, Url, redirect, retry};

/// A message as it is sent: the headers of Standard Webhooks, and the body.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    /// `webhook-id`.
    pub(super) id: String,
    /// `webhook-timestamp`.
    pub(super) timestamp: String,
    /// `webhook-signature`.
    pub(super) signature: Option<String>,
    pub(super) body: Bytes,
    pub(super) timeout: Duration,
}

/// What takes a message to its place.
pub(super) trait Post: Send + Sync {
    /// The answer's status, or why there is none.
    fn post(&self, attempt: Attempt)
    -> Pin<Box<dyn Future<Output = Result<StatusCode, String>> + Send + '_>>;
}

/// A `POST` over HTTP. Redirects are not followed, so that the URL that is configured is the one that is told.
pub(super) struct Http {
    url: Url,
    client: Client,
}

impl Http {
    pub(super) fn new(url: Url) -> Result<Self, String> {
        let mut client = Client::builder()
            .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false);
        if url.scheme() == "http" {
            // A machine without certificate authorities can do without TLS what needs none.
            client = client.tls_certs_only([]);
        }
        let client = client.build().map_err(told)?;
        Ok(Self { url, client })
    }
}

impl Post for Http {
    fn post(
        &self,
        attempt: Attempt,
    ) -> Pin<Box<dyn Future<Output = Result<StatusCode, String>> + Send + '_>> {
        let mut request = self
            .client
            .post(self.url.clone())
            .timeout(attempt.timeout)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", attempt.id)
            .header("webhook-timestamp", attempt.timestamp);
        if let Some(signature) = attempt.signature {
            request = request.header("webhook-signature", signature);
        }
        let request = request.body(attempt.body);
        // The body of the answer is nobody's: the connection goes with it.
        Box::pin(async { request.send().await.map(|answer| answer.status()).map_err(told) })
    }
}

/// Without the URL, where a password may stand.
fn told(error: reqwest::Error) -> String {
    let error = error.without_url();
    Causes(&error as &dyn StdError).to_string()
}
