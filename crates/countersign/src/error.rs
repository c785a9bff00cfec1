//! Why a question could not be decided at all, as opposed to being decided with a no.

use std::error::Error as StdError;
use std::fmt;

use crate::store::StoreError;

/// The authority could not decide: opaque, with a [kind](ErrorKind), and the cause as its source for the log.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The hashing pool is full: try again after so many seconds.
    Busy {
        /// Whole seconds, at least one.
        retry_after: u32,
    },
    /// The custom claims of a user cannot be made.
    Claims,
    /// The keys to verify with cannot be had: the JWKS server does not answer, and nothing is cached.
    KeysUnavailable,
    /// There is no key to sign with: this authority only verifies.
    NoSigningKey,
    /// The signing itself failed.
    Signing,
    /// The store failed.
    Store,
}

impl Error {
    /// An error of this kind.
    pub fn new(kind: ErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error of this kind, with its cause.
    pub fn with_source(kind: ErrorKind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// What stood in the way.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ErrorKind::Busy { .. } => "too many passwords are waiting to be hashed",
            ErrorKind::Claims => "the custom claims of a user could not be made",
            ErrorKind::KeysUnavailable => "the keys to verify tokens with cannot be had",
            ErrorKind::NoSigningKey => "there is no key to sign tokens with",
            ErrorKind::Signing => "a token could not be signed",
            ErrorKind::Store => "the store failed",
        })
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::with_source(ErrorKind::Store, error)
    }
}

/// An error and everything that caused it, in one line for the log. A client is never shown this.
#[derive(Clone, Copy, Debug)]
pub struct Causes<'a>(pub &'a (dyn StdError + 'a));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_in_one_line() {
        let error = Error::from(StoreError::unavailable("the disk is full"));
        assert_eq!(
            Causes(&error).to_string(),
            "the store failed: the store does not answer: the disk is full"
        );
    }
}
