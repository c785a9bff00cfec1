//! What the authority needs kept: users, the ledger of tokens, refresh tokens. Small traits, for a store of your own too.
//!
//! - Every method is one step that another server, or Django, may race with: what must happen together is one
//!   method, and a store does it in one transaction.
//! - A lookup that finds nothing is `Ok(None)`, a write tells how it went; an error means the store itself
//!   failed, and the caller can say neither yes nor no.
//! - A store of your own begins with [`Users`], two methods, and has the ledger of somebody else
//!   ([`Combined`]) or none ([`NoLedger`]). With the feature `conformance` it is held against all of these rules by the same tests as
//!   ours. `docs/own-store.md` is the guide.

mod column;
mod combined;
#[cfg(feature = "conformance")]
pub mod conformance;
mod flush;
mod ledger;
mod lineage;
mod no_ledger;
mod refresh_tokens;
mod sessions;
mod users;

use std::error::Error as StdError;
use std::fmt;

pub(crate) use column::may_be_kept;
pub use combined::{Combined, DetachedLedger};
pub use flush::{FlushCursor, Flushed};
pub use ledger::{Claim, Holder, OutstandingToken, TokenLedger};
pub use lineage::{Consumed, CurrentToken, Judgement, Lineage, Standing};
pub use no_ledger::NoLedger;
pub use refresh_tokens::{NewRefreshToken, RefreshTokens, StoredRefreshToken};
pub use sessions::{Advance, NewSession, Revoked, Session, SessionRules, Sessions, Step};
pub use users::{UserIdClaim, UserLookup, Users};

/// All that an authority needs kept: a type that has these three traits is one.
pub trait Store: Users + TokenLedger + Sessions {}

impl<S: Users + TokenLedger + Sessions> Store for S {}

/// A store's failure: opaque, with a [kind](StoreErrorKind) and the store's own error as its source.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Box<dyn StdError + Send + Sync>,
}

/// What sort of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// A row is there that cannot be: the source names table, column and id.
    Inconsistent,
    /// The store cannot be reached, or did not answer in time; later it may.
    Unavailable,
}

impl StoreError {
    /// A row that cannot be.
    pub fn inconsistent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: StoreErrorKind::Inconsistent, source: source.into() }
    }

    /// A column that no user has, which [`UserLookup::Field`] names.
    pub fn no_column(column: &str) -> Self {
        Self::inconsistent(format!("no user has a column {column:?}"))
    }

    /// A store that does not answer.
    pub fn unavailable(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: StoreErrorKind::Unavailable, source: source.into() }
    }

    /// What sort of failure it was.
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Inconsistent => "the store holds a row that cannot be",
            StoreErrorKind::Unavailable => "the store does not answer",
        })
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
