//! Whether it was the page that sent a request, or another one with the page's cookies.

use std::borrow::Cow;

use http::header::{HOST, HeaderName, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};

use crate::dialect::Cookies;
use crate::dialect::cookies::origin::Origin;

/// What a browser says of a request beside its cookies and its body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'r> {
    method: &'r Method,
    uri: &'r Uri,
    headers: &'r HeaderMap,
}

/// Why a request may be forged.
#[derive(Debug, PartialEq)]
pub(super) enum Forgery {
    /// `Origin` names neither this host nor one that is trusted.
    CrossOrigin,
    /// `Sec-Fetch-Site` says so itself.
    CrossSite,
    /// The page's own header is not there.
    NoHeader(HeaderName),
}

impl Cookies {
    /// Refuses what changes something, and perhaps was not sent by the page.
    ///
    /// - What changes something has the page's own header. Another site's form cannot send it, and another site's script
    ///   may do so only where this one's CORS lets it.
    /// - Its `Sec-Fetch-Site`, which no script can write, says that it was not another site, unless `Origin` is one that is
    ///   trusted. Browsers from before 2023 may not say it.
    /// - Its `Origin` is this host's, or one that is trusted.
    ///
    /// `GET`, `HEAD` and `OPTIONS` change nothing. Where their `Origin` is said, it must be a good one, too: that keeps other
    /// sites' scripts from opening a WebSocket, which begins with a `GET` and can have no header of the page's own. What has
    /// no `Origin` is let in from anywhere: a link in a mail is followed by who is logged in, and that is all that
    /// `SameSite=Lax` sends the cookie with.
    pub(super) fn check_sender(&self, asked: Asked<'_>) -> Result<(), Forgery> {
        let is_safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(asked.method);
        if !is_safe && !asked.headers.contains_key(&self.header) {
            return Err(Forgery::NoHeader(self.header.clone()));
        }
        let is_trusted = self.check_origin(asked)?;
        let mut sites = asked.headers.get_all(&SEC_FETCH_SITE).iter();
        if is_safe || is_trusted || sites.all(|site| site == "same-origin" || site == "none") {
            Ok(())
        } else {
            Err(Forgery::CrossSite)
        }
    }

    /// Tells whether the origin is one that is trusted by name.
    fn check_origin(&self, asked: Asked<'_>) -> Result<bool, Forgery> {
        let mut origins = asked.headers.get_all(ORIGIN).iter();
        let origin = match (origins.next(), origins.next()) {
            (None, _) => return Ok(false),
            (Some(origin), None) => origin.to_str().ok().and_then(Origin::parse),
            (Some(_), Some(_)) => None,
        };
        let origin = origin.ok_or(Forgery::CrossOrigin)?;
        if self.trusted_origins.contains(&origin) {
            return Ok(true);
        }
        let is_own = asked.host().is_some_and(|host| origin.is_of(host));
        if is_own && (origin.could_be_secure() || !self.is_secure()) {
            Ok(false)
        } else {
            Err(Forgery::CrossOrigin)
        }
    }
}

impl<'r> Asked<'r> {
    /// The one host that is asked (RFC 9110 §7.2): HTTP/2 says it in the URI.
    fn host(self) -> Option<&'r str> {
        if let Some(authority) = self.uri.authority() {
            return Some(authority.as_str());
        }
        let mut hosts = self.headers.get_all(HOST).iter();
        match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().ok(),
            _ => None,
        }
    }
}

impl<'r, B> From<&'r Request<B>> for Asked<'r> {
    fn from(request: &'r Request<B>) -> Self {
        Self { method: request.method(), uri: request.uri(), headers: request.headers() }
    }
}

impl<'r> From<&'r Parts> for Asked<'r> {
    fn from(parts: &'r Parts) -> Self {
        Self { method: &parts.method, uri: &parts.uri, headers: &parts.headers }
    }
}

impl Forgery {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::CrossOrigin => "csrf_cross_origin",
            Self::CrossSite => "csrf_cross_site",
            Self::NoHeader(_) => "csrf_header_missing",
        }
    }

    pub(super) fn told(&self) -> Cow<'static, str> {
        match self {
            Self::CrossOrigin => "The request's Origin is neither its own host's nor a trusted one.".into(),
            Self::CrossSite => "The request comes from another site.".into(),
            Self::NoHeader(name) => format!("The request has no header {name}.").into(),
        }
    }
}

/// Fetch Metadata Request Headers §2.3.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
