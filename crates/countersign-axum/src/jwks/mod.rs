//! Keys that somebody else publishes at a URL as a JWK set (`JWK_URL`, RFC 7517 §5).
//!
//! [`JwksClient`] answers an authority's question for a `kid` from memory, and keeps its memory current.
//!
//! The rules:
//!
//! 1. Only `http` and `https` URLs, and only the configured one: redirects are errors, and nothing in a token's
//!    header (`jku`, `x5u`, `jwk`, `x5c`) is ever followed.
//! 2. There is never more than one request at a time, whatever it is for. While it is under way, callers that need
//!    its result wait for it together.
//! 3. A set is fresh for [`lifespan`](Options::lifespan). The first caller after that is answered from memory, and
//!    sets off a refresh in the background. Only when nobody has asked for another whole lifespan do the callers
//!    wait for the refresh, so that a key that was withdrawn does not come back after a quiet night.
//! 4. While the publisher fails, its last good set counts on, until that is [`max_stale`](Options::max_stale) old.
//!    Then, and when there never was one, the answer is an error, at once.
//! 5. After a failure there is no request for 1 s, then 2 s, 4 s, and so on up to 60 s.
//! 6. An unknown `kid` sets off a refresh if the last request is [`cooldown`](Options::cooldown) ago; otherwise it is
//!    unknown. If the last request failed it is an error: the publisher might know it. A `kid` of more than 512 bytes
//!    is unknown without a request.
//! 7. Only a good answer replaces what is remembered: status 200 within [`timeout`](Options::timeout), at most
//!    1 MiB (counted while it is read, never decompressed), and a JWK set with a usable key. Its content type does
//!    not matter, as it does not to `PyJWT`.
//!
//! The caveats:
//!
//! - `http` is for a publisher on the same machine or network: whoever can change the answer can sign tokens.
//! - The certificate authorities are the system's; `SSL_CERT_FILE` and `SSL_CERT_DIR` name others.
//! - As with `PyJWT`, the proxies that `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` name are used, unless
//!   [`Options::environment_proxies`] is false.
//! - A user name and password in the URL are sent as basic authentication, and never logged; nor is the query.
//! - Requests are made on the Tokio runtime of the caller, with its timers and input/output enabled.
//!
//! ```
//! use std::sync::Arc;
//!
//! use countersign::authority::Keys;
//! use countersign::key::Algorithm;
//! use countersign_axum::jwks::{JwksClient, JwksErrorKind, Options};
//!
//! let url = "https://id.example.com/.well-known/jwks.json";
//! let client = JwksClient::new(url, Algorithm::Rs256, Options::default())?;
//! let keys = Keys::remote(None, Arc::new(client));
//! # drop(keys);
//!
//! let refused = JwksClient::new("file:///etc/jwks.json", Algorithm::Rs256, Options::default()).unwrap_err();
//! assert_eq!(refused.kind(), JwksErrorKind::UnsupportedScheme);
//! let refused = JwksClient::new(url, Algorithm::Hs256, Options::default()).unwrap_err();
//! assert_eq!(refused.kind(), JwksErrorKind::SymmetricAlgorithm);
//! # Ok::<(), countersign_axum::jwks::JwksError>(())
//! ```

mod client;
mod error;
mod flight;
mod options;
mod source;
mod state;

#[cfg(test)]
mod test_server;

pub use client::JwksClient;
pub use error::{JwksError, JwksErrorKind};
pub use options::Options;
