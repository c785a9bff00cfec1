//! The two cookies: what they are called, where a browser sends them, how they are set and read.

use std::fmt;

use http::header::{COOKIE, HeaderMap, HeaderValue};

use crate::clock::Timestamp;
use crate::dialect::Cookies;
use crate::dialect::cookies::error::ApiError;
use crate::jwt::Unverified;
use crate::secret::PlainToken;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cookie {
    Access,
    Refresh,
}

impl Cookies {
    /// The token in the one cookie of this name.
    ///
    /// Of several of one name all but one were put there by somebody else: by a page of a sibling's host, which may set
    /// cookies for the whole domain, or over plain HTTP. Browsers tell neither where one is from nor which came first.
    pub(super) fn token_in(
        &self,
        headers: &HeaderMap,
        cookie: Cookie,
    ) -> Result<Option<PlainToken>, ApiError> {
        let name = self.name(cookie);
        let mut found = None;
        // HTTP/2 may send each cookie in a header of its own (RFC 9113 §8.2.3).
        let lines = headers.get_all(COOKIE).iter();
        for pair in lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';')) {
            let value = split(pair.trim_ascii()).filter(|(known, _)| name.is(known));
            if let Some((_, value)) = value
                && found.replace(value).is_some()
            {
                return Err(ApiError::Ambiguous);
            }
        }
        found.map(token).transpose()
    }

    /// Sets a cookie for as long as its token is good.
    pub(super) fn set(
        &self,
        cookie: Cookie,
        token: &PlainToken,
        now: Timestamp,
    ) -> Result<HeaderValue, Unsettable> {
        let name = self.name(cookie).to_string();
        let length = name.len() + token.expose().len();
        if length > MAX_COOKIE_BYTES {
            return Err(Unsettable { length });
        }
        let header = self.header(cookie, token.expose(), seconds_left(token, now));
        header.map_err(|_| Unsettable { length })
    }

    /// Removes a cookie. Where it cannot be said, there is none.
    pub(super) fn removed(&self, cookie: Cookie) -> Option<HeaderValue> {
        self.header(cookie, "", Some(0)).ok()
    }

    /// `Set-Cookie` (RFC 6265bis §4.1).
    fn header(
        &self,
        cookie: Cookie,
        value: &str,
        max_age: Option<i64>,
    ) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
        let path = match cookie {
            Cookie::Access => "/",
            Cookie::Refresh => &self.refresh_path,
        };
        let mut parts = vec![format!("{}={value}", self.name(cookie)), format!("Path={path}")];
        parts.extend(self.domain.as_ref().map(|domain| format!("Domain={domain}")));
        parts.extend(max_age.map(|seconds| format!("Max-Age={}", seconds.clamp(0, MAX_AGE))));
        parts.push("HttpOnly".to_owned());
        if self.is_secure() {
            parts.push("Secure".to_owned());
        }
        parts.push(format!("SameSite={}", self.same_site.name()));
        let mut header = HeaderValue::try_from(parts.join("; "))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// The prefixes have browsers refuse what a sibling's host or plain HTTP would set under the same name
    /// (RFC 6265bis §4.1.3): the first asks for the whole host and `Path=/`, the second for `Secure`.
    fn name(&self, cookie: Cookie) -> Name<'_> {
        let prefix = match cookie {
            _ if !self.is_secure() => "",
            Cookie::Access if self.domain.is_none() => "__Host-",
            Cookie::Access | Cookie::Refresh => "__Secure-",
        };
        let suffix = match cookie {
            Cookie::Access => "-access",
            Cookie::Refresh => "-refresh",
        };
        Name([prefix, &self.name, suffix])
    }
}

/// For how many whole seconds a token of ours is good; `None` where it does not say.
pub(super) fn seconds_left(token: &PlainToken, now: Timestamp) -> Option<i64> {
    let claims = Unverified::parse(token.expose()).ok()?.claims_without_verification().ok()?;
    let expires_at = claims.date("exp").ok()??;
    Some(expires_at.as_micros().saturating_sub(now.as_micros()).div_euclid(1_000_000))
}

/// What a token can be, and a browser has kept.
fn token(value: &[u8]) -> Result<PlainToken, ApiError> {
    let text = std::str::from_utf8(value).ok().filter(|text| text.len() <= MAX_COOKIE_BYTES);
    text.map(PlainToken::new).ok_or(ApiError::NotAToken)
}

/// A token that no browser would keep.
#[derive(Debug)]
pub(super) struct Unsettable {
    /// How long the cookie's name and value are, in bytes.
    pub(super) length: usize,
}

impl fmt::Display for Unsettable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a token is no cookie: with its name it has {} bytes", self.length)?;
        if self.length > MAX_COOKIE_BYTES {
            write!(f, ", and browsers keep {MAX_COOKIE_BYTES}")
        } else {
            Ok(())
        }
    }
}

/// A cookie's name, which is not written down for every request.
struct Name<'a>([&'a str; 3]);

impl Name<'_> {
    fn is(&self, name: &[u8]) -> bool {
        let rest = self.0.iter().try_fold(name, |rest, part| rest.strip_prefix(part.as_bytes()));
        rest.is_some_and(<[u8]>::is_empty)
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

fn split(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = pair.iter().position(|byte| *byte == b'=')?;
    Some((&pair[..at], &pair[at + 1..]))
}

/// Of name and value: browsers keep no longer ones (RFC 6265bis §5.6).
const MAX_COOKIE_BYTES: usize = 4096;

/// 400 days: browsers keep nothing for longer (RFC 6265bis §5.5).
const MAX_AGE: i64 = 400 * 86_400;
