//! What makes claims trustworthy, and what a token can be refused for.

use std::fmt;
use std::ops::Deref;

use crate::claims::{ClaimTypeError, Claims, ClaimsMismatch};

/// Proof that a signature was verified and the registered claims hold, or that we made the claims ourselves; or,
/// where [`danger`](super::danger) says so, that there need be no signature.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<T>(T);

impl Verified<Claims> {
    /// Claims of our own making.
    pub(crate) fn issued(claims: Claims) -> Self {
        Self(claims)
    }

    /// Claims that hold.
    pub(super) fn held(claims: Claims) -> Self {
        Self(claims)
    }

    /// The claims without the proof, to change them.
    pub fn into_inner(self) -> Claims {
        self.0
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Why a token is not good.
///
/// A client may be told which variant it is; what is inside [`Invalid`] is for logs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// Its id is on the blacklist.
    Blacklisted,
    /// A time claim of ours other than `exp` has passed, such as `SLIDING_TOKEN_REFRESH_EXP_CLAIM`.
    ClaimExpired(Box<str>),
    /// `exp` has passed.
    Expired,
    /// Not a token of ours, or not for us, or not yet.
    Invalid(Invalid),
    /// A claim is missing that every token of this kind has, such as `exp`.
    MissingClaim(Box<str>),
    /// It has no `JTI_CLAIM`.
    NoId,
    /// It has no `TOKEN_TYPE_CLAIM`.
    NoType,
    /// Its user is gone, or is not let in any more.
    UserInactive,
    /// It is of another type than the one asked for.
    WrongType,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blacklisted => f.write_str("the token is on the blacklist"),
            Self::ClaimExpired(claim) => write!(f, "the time in the claim {claim:?} has passed"),
            Self::Expired => f.write_str("the token has expired"),
            Self::Invalid(why) => write!(f, "the token is invalid: {why}"),
            Self::MissingClaim(claim) => write!(f, "the token has no claim {claim:?}"),
            Self::NoId => f.write_str("the token has no id"),
            Self::NoType => f.write_str("the token has no type"),
            Self::UserInactive => f.write_str("the token's user is gone or inactive"),
            Self::WrongType => f.write_str("the token is of another type"),
        }
    }
}

impl std::error::Error for TokenError {}

impl TokenError {
    /// Whether the token cannot be read, or its signature is not the key's: what PyJWT calls a `DecodeError`.
    ///
    /// Everything else in [`Invalid`] is a token that was read and is not for us, its `InvalidTokenError`.
    pub fn is_undecodable(&self) -> bool {
        match self {
            Self::Invalid(why) => why.is_undecodable(),
            _ => false,
        }
    }
}

impl From<Invalid> for TokenError {
    fn from(why: Invalid) -> Self {
        Self::Invalid(why)
    }
}

/// What exactly is invalid about a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// The header's `alg` is not the key's.
    Algorithm,
    /// `aud` does not name us.
    Audience,
    /// A part is not unpadded base64url in its one spelling.
    Base64,
    /// A claim is of the wrong type, or out of range.
    ClaimType,
    /// The payload is not a JSON object with each name once.
    Claims,
    /// The header has `crit` or `zip`.
    CriticalHeader,
    /// `exp` or `nbf` is no number, or out of range.
    Date,
    /// The header has `b64: false` (RFC 7797): the payload is not in the token.
    DetachedPayload,
    /// The header is not a JSON object.
    Header,
    /// `iss` is not the issuer we trust.
    Issuer,
    /// The header's `kid` is not a string.
    KeyId,
    /// `nbf` or `iat` lies in the future.
    NotYetValid,
    /// It is not three parts with dots between them.
    Segments,
    /// The signature is not the key's.
    Signature,
    /// It is longer than [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES).
    TooLong,
    /// No key is known by its `kid`.
    UnknownKey,
}

impl Invalid {
    fn is_undecodable(self) -> bool {
        match self {
            Self::Base64
            | Self::Claims
            | Self::Date
            | Self::DetachedPayload
            | Self::Header
            | Self::Segments
            | Self::Signature
            | Self::TooLong => true,
            Self::Algorithm
            | Self::Audience
            | Self::ClaimType
            | Self::CriticalHeader
            | Self::Issuer
            | Self::KeyId
            | Self::NotYetValid
            | Self::UnknownKey => false,
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "its algorithm is not the key's",
            Self::Audience => "it is for another audience",
            Self::Base64 => "a part is not unpadded base64url",
            Self::ClaimType => "a claim is of the wrong type or out of range",
            Self::Claims => "its payload is not a claims set",
            Self::CriticalHeader => "its header asks for an extension that is not understood",
            Self::Date => "one of its times is no number or out of range",
            Self::DetachedPayload => "its payload is somewhere else",
            Self::Header => "its header is not a JSON object",
            Self::Issuer => "it is from another issuer",
            Self::KeyId => "its key id is not a string",
            Self::NotYetValid => "it is not valid yet",
            Self::Segments => "it is not three parts with dots between them",
            Self::Signature => "its signature is not the key's",
            Self::TooLong => "it is too long",
            Self::UnknownKey => "no key is known by its key id",
        })
    }
}

impl From<ClaimTypeError> for Invalid {
    fn from(_: ClaimTypeError) -> Self {
        Self::ClaimType
    }
}

impl From<ClaimsMismatch> for Invalid {
    fn from(_: ClaimsMismatch) -> Self {
        Self::ClaimType
    }
}
