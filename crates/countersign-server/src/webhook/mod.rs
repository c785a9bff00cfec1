//! Webhooks: somebody else's service is told of logins, as Standard Webhooks describes it.
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>
//!
//! - No login waits for one: a message is put into a queue with a bound, and a task sends it.
//! - An answer of 2xx is success. Everything else is tried again a few times; then, and past the queue's bound, the
//!   message is dropped and the log says so.
//! - A message holds no password and no token.

mod courier;
mod listener;
mod message;
mod send;

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign::clock::Timestamp;
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::SigningSecret;
use reqwest::Url;

pub(crate) use self::courier::{Courier, Sending};
pub(crate) use self::listener::LoginWebhooks;
use self::message::Message;
use self::send::{Attempt, Http, Post};

/// Where messages go, and how they are signed.
pub(crate) struct Webhook {
    /// The URL as it may be logged.
    label: String,
    /// HMAC-SHA256, if messages are signed.
    key: Option<SigningKey>,
    timeout: Duration,
    post: Box<dyn Post>,
}

impl Webhook {
    /// A webhook at a URL of http or https.
    ///
    /// # Errors
    ///
    /// The rest of a sentence that begins with the key. It quotes neither URL nor secret.
    pub(crate) fn new(url: &str, secret: Option<&SigningSecret>, timeout: Duration) -> Result<Self, String> {
        let url = url.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or("takes a URL of http or https, as in \"https://example.com/logins\"")?;
        let key = secret.map(key).transpose()?;
        let label = label(&url);
        let http = Http::new(url).map_err(|error| format!("cannot be used: {error}"))?;
        Ok(Self { label, key, timeout, post: Box::new(http) })
    }

    /// One attempt to send a message, signed now.
    fn attempt(&self, message: &Message, now: Timestamp) -> Result<Attempt, String> {
        let (id, seconds) = (&message.id, now.as_secs().to_string());
        let signature = self.key.as_ref().map(|key| {
            let signed = [id.as_bytes(), seconds.as_bytes(), &message.body].join(&b'.');
            key.sign(&signed).map(|mac| format!("v1,{}", BASE64_STANDARD.encode(mac)))
        });
        let signature = signature.transpose().map_err(|error| error.to_string())?;
        let body = message.body.clone();
        Ok(Attempt { id: id.clone(), timestamp: seconds, signature, body, timeout: self.timeout })
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook({}, signed: {})", self.label, self.key.is_some())
    }
}

/// Whether a URL leads to this machine and nowhere else, so that it needs no TLS.
pub(crate) fn is_local(url: &str) -> bool {
    let url = url.parse::<Url>().ok();
    url.as_ref().and_then(Url::host_str).is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

/// The bytes behind `whsec_` in base64, as Standard Webhooks writes a secret; any other text as it is.
fn key(secret: &SigningSecret) -> Result<SigningKey, String> {
    let bytes = match secret.expose().strip_prefix(b"whsec_") {
        Some(encoded) => BASE64_STANDARD.decode(encoded).map_err(
            |_| "has a secret that begins with whsec_ and does not go on in base64: copy it again",
        )?,
        None => secret.expose().to_vec(),
    };
    if bytes.len() < MIN_SECRET_BYTES {
        return Err(format!("has a secret of less than {MIN_SECRET_BYTES} bytes: give a longer one"));
    }
    SigningKey::load(Algorithm::Hs256, &SigningSecret::new(bytes))
        .map_err(|error| format!("has a secret that cannot be used: {error}"))
}

/// Without user name, password, query and fragment.
fn label(url: &Url) -> String {
    let mut url = url.clone();
    // These two fail only on URLs that can have no user name, which http URLs are not.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// As Standard Webhooks wants it.
const MIN_SECRET_BYTES: usize = 24;

#[cfg(test)]
mod tests;
