//! What makes claims trustworthy, and what a token can be refused for.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use crate::claims::{ClaimTypeError, Claims};
use crate::clock::{Span, Timestamp};

/// Proof that a signature was verified and the registered claims hold, or that we made the claims ourselves.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<T>(T);

impl Verified<Claims> {
    /// Claims of our own making.
    pub(crate) fn issued(claims: Claims) -> Self {
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

/// Who a token is for: `AUDIENCE`, written as it is configured and compared as any of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Written as a string.
    One(String),
    /// Written as a list; one in common is enough.
    Any(Vec<String>),
}

impl Audience {
    fn contains(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Any(several) => several.iter().any(|one| one == name),
        }
    }
}

/// What the registered claims of a token must say (RFC 7519 §4.1), beside its signature.
#[derive(Clone, Debug, Default)]
pub struct Validation {
    /// `AUDIENCE`: `None` leaves `aud` alone.
    pub audience: Option<Audience>,
    /// `ISSUER`: `None` leaves `iss` alone.
    pub issuer: Option<String>,
    /// `LEEWAY`: how far the clocks of issuer and verifier may be apart, for `exp`, `nbf` and `iat`.
    pub leeway: Span,
}

impl Validation {
    /// Checks in PyJWT's order, which decides whether a token is told to be expired or invalid.
    pub(super) fn check(&self, claims: Claims, now: Timestamp) -> Result<Verified<Claims>, TokenError> {
        let whole_seconds = |name| Ok::<_, Invalid>(claims.date(name)?.map(truncated));
        if whole_seconds("iat")?.is_some_and(|issued| issued > now + self.leeway) {
            return Err(Invalid::NotYetValid.into());
        }
        if whole_seconds("nbf")?.is_some_and(|not_before| not_before > now + self.leeway) {
            return Err(Invalid::NotYetValid.into());
        }
        if whole_seconds("exp")?.is_some_and(|expires| expires <= now - self.leeway) {
            return Err(TokenError::Expired);
        }
        self.check_issuer(&claims)?;
        self.check_audience(&claims)?;
        claims.text("sub").map_err(Invalid::from)?;
        claims.text("jti").map_err(Invalid::from)?;
        Ok(Verified(claims))
    }

    fn check_issuer(&self, claims: &Claims) -> Result<(), Invalid> {
        match &self.issuer {
            Some(expected) if claims.text("iss")?.as_deref() != Some(expected) => Err(Invalid::Issuer),
            _ => Ok(()),
        }
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Invalid> {
        let Some(expected) = &self.audience else { return Ok(()) };
        let named = match claims.raw("aud") {
            Some(list) if list.starts_with('[') => {
                claims.get::<Vec<Cow<'_, str>>>("aud")?.unwrap_or_default()
            }
            _ => claims.text("aud")?.into_iter().collect(),
        };
        let common = named.iter().any(|name| expected.contains(name));
        if common { Ok(()) } else { Err(Invalid::Audience) }
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
    /// The header has `crit`, `zip` or `b64: false`.
    CriticalHeader,
    /// The header is not a JSON object, or its `kid` is not a string.
    Header,
    /// `iss` is not the issuer we trust.
    Issuer,
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

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Algorithm => "its algorithm is not the key's",
            Self::Audience => "it is for another audience",
            Self::Base64 => "a part is not unpadded base64url",
            Self::ClaimType => "a claim is of the wrong type or out of range",
            Self::Claims => "its payload is not a claims set",
            Self::CriticalHeader => "its header asks for an extension that is not understood",
            Self::Header => "its header is not understood",
            Self::Issuer => "it is from another issuer",
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

/// Python's `int()` of a date: towards zero.
fn truncated(date: Timestamp) -> Timestamp {
    Timestamp::from_secs(date.as_micros() / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_500_000);

    fn check(validation: &Validation, json: &str) -> Result<(), TokenError> {
        validation.check(Claims::parse(json).unwrap(), NOW).map(drop)
    }

    fn invalid(why: Invalid) -> Result<(), TokenError> {
        Err(TokenError::Invalid(why))
    }

    #[test]
    fn times_are_held_against_a_now_with_fractions() {
        let plain = Validation::default();
        assert_eq!(check(&plain, r#"{"exp":1700000001}"#), Ok(()));
        assert_eq!(check(&plain, r#"{"exp":1700000000}"#), Err(TokenError::Expired));
        assert_eq!(check(&plain, r#"{"exp":1700000000.9}"#), Err(TokenError::Expired));
        assert_eq!(check(&plain, r#"{"iat":1700000000,"nbf":1700000000}"#), Ok(()));
        assert_eq!(check(&plain, r#"{"iat":1700000001}"#), invalid(Invalid::NotYetValid));
        assert_eq!(check(&plain, r#"{"nbf":1700000001}"#), invalid(Invalid::NotYetValid));
    }

    #[test]
    fn one_leeway_serves_all_three_times() {
        let lenient = Validation { leeway: Span::from_secs(10), ..Validation::default() };
        assert_eq!(check(&lenient, r#"{"exp":1699999991,"iat":1700000010,"nbf":1700000010}"#), Ok(()));
        assert_eq!(check(&lenient, r#"{"exp":1699999990}"#), Err(TokenError::Expired));
        assert_eq!(check(&lenient, r#"{"nbf":1700000011}"#), invalid(Invalid::NotYetValid));
    }

    #[test]
    fn a_time_of_the_wrong_type_is_never_taken_as_absent() {
        for claim in ["exp", "nbf", "iat"] {
            for value in ["\"123\"", "true", "null", "[1]", "{}", "1e18", "9223372036854775808", "1e999"] {
                let json = format!("{{\"{claim}\":{value}}}");
                assert_eq!(check(&Validation::default(), &json), invalid(Invalid::ClaimType), "{json}");
            }
        }
    }

    #[test]
    fn expiry_is_told_before_issuer_and_audience_and_after_the_rest() {
        let strict = Validation { issuer: Some("us".into()), ..Validation::default() };
        assert_eq!(check(&strict, r#"{"exp":1,"iss":"them"}"#), Err(TokenError::Expired));
        assert_eq!(check(&strict, r#"{"exp":1,"nbf":9999999999}"#), invalid(Invalid::NotYetValid));
    }

    #[test]
    fn an_issuer_is_compared_byte_by_byte() {
        let strict = Validation { issuer: Some("https://us".into()), ..Validation::default() };
        assert_eq!(check(&strict, r#"{"iss":"https://us"}"#), Ok(()));
        for json in [r#"{"iss":"https://us/"}"#, r#"{"iss":"https://u"}"#, "{}"] {
            assert_eq!(check(&strict, json), invalid(Invalid::Issuer), "{json}");
        }
        assert_eq!(check(&strict, r#"{"iss":["https://us"]}"#), invalid(Invalid::ClaimType));
    }

    #[test]
    fn one_audience_in_common_is_enough_and_a_part_of_one_is_not() {
        let one = Validation { audience: Some(Audience::One("api".into())), ..Validation::default() };
        for good in [r#"{"aud":"api"}"#, r#"{"aud":["x","api"]}"#] {
            assert_eq!(check(&one, good), Ok(()), "{good}");
        }
        for bad in [r#"{"aud":"api2"}"#, r#"{"aud":"ap"}"#, r#"{"aud":[]}"#, r#"{"aud":""}"#, "{}"] {
            assert_eq!(check(&one, bad), invalid(Invalid::Audience), "{bad}");
        }
        for odd in [r#"{"aud":7}"#, r#"{"aud":null}"#, r#"{"aud":["api",7]}"#, r#"{"aud":{"api":1}}"#] {
            assert_eq!(check(&one, odd), invalid(Invalid::ClaimType), "{odd}");
        }
        let any = Validation {
            audience: Some(Audience::Any(vec!["a".into(), "b".into()])),
            ..Validation::default()
        };
        assert_eq!(check(&any, r#"{"aud":["b","c"]}"#), Ok(()));
        assert_eq!(check(&Validation::default(), r#"{"aud":7}"#), Ok(()));
    }

    #[test]
    fn subject_and_id_are_strings_where_they_are() {
        assert_eq!(check(&Validation::default(), r#"{"sub":7}"#), invalid(Invalid::ClaimType));
        assert_eq!(check(&Validation::default(), r#"{"jti":["x"]}"#), invalid(Invalid::ClaimType));
    }
}
