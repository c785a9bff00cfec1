//! The kinds of token, as types and as a value.

use std::fmt;

use crate::clock::Span;
use crate::token::TokenPolicy;

/// A kind as a value: for settings (`AUTH_TOKEN_CLASSES`) and for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Short-lived, proves authentication.
    Access,
    /// Long-lived, buys access tokens.
    Refresh,
    /// Proves authentication for a while, and renews itself for longer.
    Sliding,
    /// Any of the others: the type claim is not looked at.
    Untyped,
}

impl TokenKind {
    /// What stands in `TOKEN_TYPE_CLAIM`.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Sliding => "sliding",
            Self::Untyped => "untyped",
        }
    }

    /// Whether the ledger keeps tokens of this kind: access tokens live too briefly to be worth it.
    pub fn is_kept_in_ledger(self) -> bool {
        matches!(self, Self::Refresh | Self::Sliding)
    }

    pub(super) fn lifetime(self, policy: &TokenPolicy) -> Span {
        match self {
            Self::Access => policy.access_lifetime,
            Self::Refresh => policy.refresh_lifetime,
            Self::Sliding => policy.sliding_lifetime,
            Self::Untyped => Span::ZERO,
        }
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.type_name())
    }
}

/// A kind as a type: [`Access`], [`Refresh`], [`Sliding`], [`Untyped`], and no other.
pub trait Kind: sealed::Sealed + Send + Sync + 'static {
    /// The kind as a value.
    const KIND: TokenKind;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $kind {}

        impl sealed::Sealed for $kind {}

        impl Kind for $kind {
            const KIND: TokenKind = TokenKind::$kind;
        }
    )*};
}

kinds! {
    /// Short-lived, proves authentication.
    Access;
    /// Long-lived, buys access tokens.
    Refresh;
    /// Proves authentication for a while, and renews itself for longer.
    Sliding;
    /// Any of the others: the type claim is not looked at.
    Untyped;
}
