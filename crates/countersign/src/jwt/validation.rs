//! What the registered claims of a token must say.

use crate::claims::{Claim, Claims};
use crate::clock::{Span, Timestamp};
use crate::jwt::verify::{Invalid, TokenError};

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
#[derive(Clone, Debug)]
pub struct Validation {
    /// `AUDIENCE`: `None` leaves `aud` alone.
    pub audience: Option<Audience>,
    /// `ISSUER`: `None` leaves `iss` alone.
    pub issuer: Option<String>,
    /// `LEEWAY`: how far the clocks of issuer and verifier may be apart, for `exp`, `nbf` and `iat`.
    pub leeway: Span,
    /// `JWT_VERIFY_EXPIRATION`: without it a token ten years old is good.
    pub verify_exp: bool,
    /// `JWT_VERIFY`: whether a token needs a signature. [`danger`](super::danger) has the other way.
    pub signatures: Signatures,
}

impl Default for Validation {
    fn default() -> Self {
        Self {
            audience: None,
            issuer: None,
            leeway: Span::ZERO,
            verify_exp: true,
            signatures: Signatures::default(),
        }
    }
}

/// Whether a token needs a signature: it does, unless [`danger`](super::danger) says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signatures {
    ignored: bool,
}

impl Signatures {
    pub(super) const IGNORED: Self = Self { ignored: true };

    /// Whether a token is good without one.
    pub fn are_ignored(self) -> bool {
        self.ignored
    }
}

impl Validation {
    /// Checks in PyJWT's order, which decides whether a token is told to be expired or invalid.
    /// Without a signature, PyJWT looks at no more than `exp` and `aud`.
    pub(super) fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), TokenError> {
        let claims = claims.registered();
        let whole_seconds =
            |claim: Option<Claim<'_>>| claim.map(|claim| claim.date().map(truncated)).transpose();
        let signed = !self.signatures.are_ignored();
        if signed {
            let issued = whole_seconds(claims.issued_at).map_err(Invalid::from)?;
            let not_before = || whole_seconds(claims.not_before).map_err(|_| Invalid::Date);
            let is_ahead = |time: Option<Timestamp>| time.is_some_and(|time| time > now + self.leeway);
            if is_ahead(issued) || is_ahead(not_before()?) {
                return Err(Invalid::NotYetValid.into());
            }
        }
        let expires = whole_seconds(claims.expires_at).map_err(|_| Invalid::Date)?;
        if self.verify_exp && expires.is_some_and(|expires| expires <= now - self.leeway) {
            return Err(TokenError::Expired);
        }
        if signed {
            self.check_issuer(claims.issuer)?;
        }
        self.check_audience(claims.audience)?;
        if signed {
            for text in [claims.subject, claims.id].into_iter().flatten() {
                text.text().map_err(Invalid::from)?;
            }
        }
        Ok(())
    }

    fn check_issuer(&self, issuer: Option<Claim<'_>>) -> Result<(), Invalid> {
        let Some(expected) = &self.issuer else { return Ok(()) };
        match issuer.map(Claim::text).transpose()? {
            Some(issuer) if issuer == *expected => Ok(()),
            _ => Err(Invalid::Issuer),
        }
    }

    fn check_audience(&self, audience: Option<Claim<'_>>) -> Result<(), Invalid> {
        let Some(expected) = &self.audience else { return Ok(()) };
        let named = match audience {
            Some(list) if list.json().starts_with('[') => list.texts()?,
            Some(one) => vec![one.text()?],
            None => Vec::new(),
        };
        let common = named.iter().any(|name| expected.contains(name));
        if common { Ok(()) } else { Err(Invalid::Audience) }
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
        validation.check(&Claims::parse(json).unwrap(), NOW)
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
    fn an_expiry_that_is_not_verified_is_a_time_all_the_same() {
        let endless = Validation { verify_exp: false, ..Validation::default() };
        assert_eq!(check(&endless, r#"{"exp":1}"#), Ok(()));
        assert_eq!(check(&endless, r#"{"exp":"1"}"#), invalid(Invalid::Date));
        assert_eq!(check(&endless, r#"{"nbf":1700000001}"#), invalid(Invalid::NotYetValid));
    }

    #[test]
    fn without_a_signature_the_rest_is_not_looked_at_either() {
        let open = Validation {
            signatures: Signatures::IGNORED,
            issuer: Some("us".into()),
            audience: Some(Audience::One("api".into())),
            ..Validation::default()
        };
        assert_eq!(
            check(&open, r#"{"aud":"api","iss":7,"nbf":"x","iat":9999999999,"sub":7,"jti":7}"#),
            Ok(())
        );
        assert_eq!(check(&open, r#"{"aud":"api","exp":1}"#), Err(TokenError::Expired));
        assert_eq!(check(&open, "{}"), invalid(Invalid::Audience));
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
        for (claim, why) in [("exp", Invalid::Date), ("nbf", Invalid::Date), ("iat", Invalid::ClaimType)] {
            for value in ["\"123\"", "true", "null", "[1]", "{}", "1e18", "9223372036854775808", "1e999"] {
                let json = format!("{{\"{claim}\":{value}}}");
                assert_eq!(check(&Validation::default(), &json), invalid(why), "{json}");
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
