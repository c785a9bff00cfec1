//! Compact JWS (RFC 7515 §7.1) carrying claims (RFC 7519): split, decode, verify, sign.
//!
//! - A token is [`Unverified`] until a key and a [`Validation`] have looked at it; only [`Verified`] claims
//!   leave this module, and nothing else can make them.
//! - The algorithm is the key's. A header that names another one, or `none`, is refused (RFC 8725 §3.1).
//!   Nothing is good without a signature, unless [`danger`] says so.
//! - Keys in a header (`jku`, `jwk`, `x5u`, `x5c`) are never looked at; `crit`, `zip` and `b64: false` are
//!   refused, because nothing here understands them (RFC 7515 §4.1.11).
//! - Each token has one spelling: padding, `+` and `/`, leftover bits and repeated JSON names are refused.
//! - `exp`, `nbf`, `iat`, `aud`, `iss`, `sub` and `jti` mean what they mean to PyJWT 2.15, with one
//!   `leeway` for all three times. DIFFERENCE: a time that is not a JSON number is refused, where PyJWT
//!   takes `"123"` and `true` for numbers.

mod base64url;
mod compact;
pub mod danger;
mod header;
mod ring;
mod seen;
mod sign;
mod validation;
mod verifier;
mod verify;

pub use compact::{MAX_TOKEN_BYTES, Unverified};
pub use header::Header;
pub(crate) use ring::REMEMBERED;
pub use seen::SeenTokens;
pub use sign::sign;
pub use validation::{Audience, Signatures, Validation};
pub use verifier::Verifier;
pub use verify::{Invalid, TokenError, Verified};
