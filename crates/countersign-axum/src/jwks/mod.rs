//! Keys that somebody else publishes at a URL as a JWK set (`JWK_URL`, RFC 7517 §5).

mod error;
mod options;
mod source;
mod state;

#[cfg(test)]
mod test_server;

pub use error::{JwksError, JwksErrorKind};
pub use options::Options;
