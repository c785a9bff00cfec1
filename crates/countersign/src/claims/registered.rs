//! The registered claims (RFC 7519 §4.1), found together.

use std::borrow::Cow;

use super::{ClaimTypeError, Claims, numeric_date, text};
use crate::clock::Timestamp;

/// What the registered claims say, each where it is there.
#[derive(Default)]
pub(crate) struct Registered<'a> {
    pub(crate) audience: Option<Claim<'a>>,
    pub(crate) expires_at: Option<Claim<'a>>,
    pub(crate) id: Option<Claim<'a>>,
    pub(crate) issued_at: Option<Claim<'a>>,
    pub(crate) issuer: Option<Claim<'a>>,
    pub(crate) not_before: Option<Claim<'a>>,
    pub(crate) subject: Option<Claim<'a>>,
}

/// A claim as it came.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    name: &'a str,
    json: &'a str,
}

impl<'a> Registered<'a> {
    /// In one pass: to look for seven names one by one takes as long as to read the claims.
    pub(super) fn of(claims: &'a Claims) -> Self {
        let mut registered = Self::default();
        for (name, json) in claims.iter() {
            let place = match name {
                "aud" => &mut registered.audience,
                "exp" => &mut registered.expires_at,
                "iat" => &mut registered.issued_at,
                "iss" => &mut registered.issuer,
                "jti" => &mut registered.id,
                "nbf" => &mut registered.not_before,
                "sub" => &mut registered.subject,
                _ => continue,
            };
            *place = Some(Claim { name, json });
        }
        registered
    }
}

impl<'a> Claim<'a> {
    /// The JSON text.
    pub(crate) fn json(self) -> &'a str {
        self.json
    }

    /// As a `NumericDate`.
    pub(crate) fn date(self) -> Result<Timestamp, ClaimTypeError> {
        numeric_date(self.json).ok_or_else(|| ClaimTypeError::of(self.name))
    }

    /// As a list of strings.
    pub(crate) fn texts(self) -> Result<Vec<Cow<'a, str>>, ClaimTypeError> {
        serde_json::from_str(self.json).map_err(|_| ClaimTypeError::of(self.name))
    }

    /// As a string.
    pub(crate) fn text(self) -> Result<Cow<'a, str>, ClaimTypeError> {
        text(self.name, self.json)
    }
}
