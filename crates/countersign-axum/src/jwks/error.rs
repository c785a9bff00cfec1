//! Why a client was not made, and why keys could not be fetched.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use countersign::key::KeyError;
use reqwest::StatusCode;

/// A [`JwksClient`](super::JwksClient) cannot be made as told. Nothing was requested yet.
#[derive(Debug)]
pub struct JwksError {
    kind: JwksErrorKind,
    message: String,
    source: Option<reqwest::Error>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JwksErrorKind {
    /// The options contradict each other.
    InvalidOptions,
    /// The text is no URL.
    InvalidUrl,
    /// Published keys are public, and the algorithm needs a secret.
    SymmetricAlgorithm,
    /// The HTTP client cannot be set up: the system has no certificate authorities, for one.
    Unavailable,
    /// The URL is neither `http` nor `https`.
    UnsupportedScheme,
}

impl JwksError {
    pub(super) fn new(kind: JwksErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    pub(super) fn unavailable(source: reqwest::Error) -> Self {
        let message = "no JWKS client can be set up".to_owned();
        Self { kind: JwksErrorKind::Unavailable, message, source: Some(source) }
    }

    /// What is wrong.
    pub fn kind(&self) -> JwksErrorKind {
        self.kind
    }
}

impl fmt::Display for JwksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for JwksError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Why one request brought no keys.
#[derive(Debug)]
pub(super) enum FetchError {
    Interrupted,
    Request(reqwest::Error),
    Status(StatusCode),
    TimedOut(Duration),
    TooLarge,
    Unusable(KeyError),
}

impl From<reqwest::Error> for FetchError {
    fn from(error: reqwest::Error) -> Self {
        // The URL may hold a password.
        Self::Request(error.without_url())
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Interrupted => f.write_str("the request was given up: its runtime is missing or stopping"),
            Self::Request(_) => f.write_str("the request failed"),
            Self::Status(status) if status.is_redirection() => {
                write!(f, "the answer is {status}, and redirects are not followed: configure the final URL")
            }
            Self::Status(status) => write!(f, "the answer is {status} instead of 200 OK"),
            Self::TimedOut(limit) => write!(f, "the answer was not complete after {limit:?}"),
            Self::TooLarge => f.write_str("the answer is larger than 1 MiB"),
            Self::Unusable(_) => f.write_str("the answer is no usable JWK set"),
        }
    }
}

impl Error for FetchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Request(source) => Some(source),
            Self::Unusable(source) => Some(source),
            Self::Interrupted | Self::Status(_) | Self::TimedOut(_) | Self::TooLarge => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign::error::Causes;
    use countersign::key::{Algorithm, JwkSet};

    use super::*;

    #[test]
    fn causes_are_told_in_one_line() {
        let unusable = FetchError::Unusable(JwkSet::parse(b"<html>", Algorithm::Rs256).unwrap_err());
        let line = Causes(&unusable).to_string();
        assert!(line.starts_with("the answer is no usable JWK set: the JWK set cannot be read"), "{line}");
    }

    #[test]
    fn a_redirect_says_what_to_do() {
        let line = FetchError::Status(StatusCode::FOUND).to_string();
        assert_eq!(line, "the answer is 302 Found, and redirects are not followed: configure the final URL");
    }
}
