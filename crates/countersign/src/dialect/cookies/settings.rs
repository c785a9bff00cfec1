//! What a service decides about its cookies.

use std::fmt;
use std::sync::Arc;

use http::HeaderName;

use crate::clock::Clock;
use crate::dialect::Cookies;
use crate::dialect::cookies::origin::Origin;

/// When a browser sends the cookies with a request that another site has caused (RFC 6265bis §4.1.2.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// When somebody follows a link: the page that they come to knows them.
    #[default]
    Lax,
    /// Always: for a page of another site, which is [trusted](Cookies::trust_origin) by name and let in by CORS. Browsers ask for
    /// `Secure` with it, and more and more of them drop such cookies all the same.
    None,
    /// Never: who follows a link is not logged in on the first page.
    Strict,
}

impl SameSite {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lax => "Lax",
            Self::None => "None",
            Self::Strict => "Strict",
        }
    }
}

impl Cookies {
    /// What the names of the cookies begin with, behind the prefixes that browsers know: `countersign` for
    /// `__Host-countersign-access` and `__Secure-countersign-refresh`, which is the default. Cookies know no ports, so two
    /// services on one host need two names.
    ///
    /// # Errors
    ///
    /// When this is no name of ASCII letters, digits, `.`, `-` and `_`, or begins with two of the last.
    pub fn named(self, name: impl Into<String>) -> Result<Self, CookiesError> {
        let name = name.into();
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if name.is_empty() || name.starts_with("__") || !name.bytes().all(is_letter) {
            return Err(CookiesError::Name(name));
        }
        Ok(Self { name, ..self })
    }

    /// The folder of the endpoints that take the refresh cookie, as a browser sees it: with whatever the routes are nested under,
    /// and whatever a proxy takes away. `/auth/session` by default. Elsewhere the refresh token is never sent.
    ///
    /// # Errors
    ///
    /// When this does not begin with a slash, or has something else than visible ASCII in it, or a semicolon.
    pub fn refresh_path(self, path: impl Into<String>) -> Result<Self, CookiesError> {
        let refresh_path = path.into();
        let is_letter = |byte: u8| byte.is_ascii_graphic() && byte != b';';
        if !refresh_path.starts_with('/') || !refresh_path.bytes().all(is_letter) {
            return Err(CookiesError::Path(refresh_path));
        }
        Ok(Self { refresh_path, ..self })
    }

    /// Sends the cookies to every host under a domain, where without it they go to the one that has set them. Then each
    /// of those hosts has the tokens, and can set such cookies itself.
    ///
    /// # Errors
    ///
    /// When this is no name of a host.
    pub fn domain(self, domain: impl Into<String>) -> Result<Self, CookiesError> {
        let domain = domain.into();
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
        if domain.is_empty() || !domain.bytes().all(is_letter) {
            return Err(CookiesError::Domain(domain));
        }
        Ok(Self { domain: Some(domain), ..self })
    }

    /// Trusts the pages of another origin, such as `https://app.example.com`, as if they were of this one. Letting their scripts
    /// read the answers is CORS, which is for whoever serves these routes. A page of another *site* (another
    /// registrable domain) needs [`SameSite::None`], too.
    ///
    /// Here also goes the service's own origin, where a proxy in front passes another `Host` on than it was asked for.
    ///
    /// # Errors
    ///
    /// When this is not a scheme, `http` or `https`, and a host, with a port or without: nothing stands behind them.
    pub fn trust_origin(mut self, origin: &str) -> Result<Self, CookiesError> {
        let known = Origin::parse(origin).ok_or_else(|| CookiesError::Origin(origin.to_owned()))?;
        self.trusted_origins.push(known);
        Ok(self)
    }

    /// When the cookies come with requests that other sites cause; [`SameSite::Lax`] by default.
    #[must_use]
    pub fn same_site(self, same_site: SameSite) -> Self {
        Self { same_site, ..self }
    }

    /// Sets cookies without `Secure` and without the prefixes: for development over plain HTTP, since some browsers keep no
    /// `Secure` cookies there, not even from this machine. Anybody on the network could read and write them.
    #[must_use]
    pub fn over_plain_http(self) -> Self {
        Self { is_over_plain_http: true, ..self }
    }

    /// The header that a page's own script sends with what changes something; `x-countersign` by default. Its value does
    /// not matter: other sites cannot send it at all.
    ///
    /// CORS knows headers that every site may send (`accept`, `content-type` and a few more): none of those protects.
    #[must_use]
    pub fn csrf_header(self, header: HeaderName) -> Self {
        Self { header, ..self }
    }

    /// `USERNAME_FIELD` of the user model: the name of the field next to `password`, in requests and answers.
    #[must_use]
    pub fn username_field(self, name: impl Into<String>) -> Self {
        Self { username_field: name.into(), ..self }
    }

    /// The clock that tells how long a token is still good; it should be the authority's.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// `SameSite=None` has it in any case: browsers take the one with the other alone.
    pub(super) fn is_secure(&self) -> bool {
        !self.is_over_plain_http || self.same_site == SameSite::None
    }
}

/// A setting that would end up as something else in a header. Each says what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CookiesError {
    /// No name of a host.
    Domain(String),
    /// No name for a cookie.
    Name(String),
    /// No origin.
    Origin(String),
    /// No path for a cookie.
    Path(String),
}

impl fmt::Display for CookiesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(given) => {
                write!(f, "{given:?} is no domain for cookies: give a host's name, such as \"example.com\"")
            }
            Self::Name(given) => write!(
                f,
                "{given:?} is no name for cookies: give ASCII letters, digits, \".\", \"-\" and \"_\", such as \"shop\""
            ),
            Self::Origin(given) => write!(
                f,
                "{given:?} is no origin: give scheme and host as a browser does, such as \"https://app.example.com\""
            ),
            Self::Path(given) => {
                write!(f, "{given:?} is no path for cookies: give one like \"/auth/session\"")
            }
        }
    }
}

impl std::error::Error for CookiesError {}
