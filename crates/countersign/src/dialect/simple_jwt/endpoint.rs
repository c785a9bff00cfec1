//! SimpleJWT's views by their URL names.

use std::fmt;

use http::Method;

/// One of SimpleJWT's views, one protected view to ask who a token's user is, and three for sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `GET`: the user as JSON, or exactly the error that a protected view gives.
    Authenticate,
    /// `POST`: log out here, elsewhere, or everywhere.
    Logout,
    /// `DELETE`: end the session whose id the path ends with.
    Session,
    /// `GET`: where one is logged in.
    Sessions,
    /// `token_blacklist`.
    TokenBlacklist,
    /// `token_obtain_pair`.
    TokenObtainPair,
    /// `token_obtain_sliding`.
    TokenObtainSliding,
    /// `token_refresh`.
    TokenRefresh,
    /// `token_refresh_sliding`.
    TokenRefreshSliding,
    /// `token_verify`.
    TokenVerify,
}

impl Endpoint {
    /// Every endpoint with its name in Django's URLs and the path it has by default.
    pub const ALL: [(Self, &'static str, &'static str); 10] = [
        (Self::TokenObtainPair, "token_obtain_pair", "/api/token/"),
        (Self::TokenRefresh, "token_refresh", "/api/token/refresh/"),
        (Self::TokenVerify, "token_verify", "/api/token/verify/"),
        (Self::TokenBlacklist, "token_blacklist", "/api/token/blacklist/"),
        (Self::TokenObtainSliding, "token_obtain_sliding", "/api/token/sliding/"),
        (Self::TokenRefreshSliding, "token_refresh_sliding", "/api/token/sliding/refresh/"),
        (Self::Authenticate, "authenticate", "/api/token/authenticate/"),
        (Self::Sessions, "sessions", "/api/token/sessions/"),
        (Self::Session, "session", "/api/token/sessions/{id}/"),
        (Self::Logout, "logout", "/api/token/logout/"),
    ];

    /// Whether the endpoint is about sessions, and of no use where [none are kept](crate::authority::Rules::sessions).
    pub fn is_about_sessions(self) -> bool {
        matches!(self, Self::Logout | Self::Session | Self::Sessions)
    }

    /// Whether clients must prove who they are before anything else is looked at.
    pub(super) fn is_protected(self) -> bool {
        self == Self::Authenticate || self.is_about_sessions()
    }

    /// The `Allow` header (RFC 9110 §10.2.1).
    pub(super) fn allow(self) -> &'static str {
        match self {
            Self::Authenticate | Self::Sessions => "GET, HEAD, OPTIONS",
            Self::Session => "DELETE, OPTIONS",
            _ => "POST, OPTIONS",
        }
    }

    /// Whether there is a handler for this method, `OPTIONS` aside.
    pub(super) fn handles(self, method: &Method) -> bool {
        match self {
            Self::Authenticate | Self::Sessions => matches!(*method, Method::GET | Method::HEAD),
            Self::Session => *method == Method::DELETE,
            _ => *method == Method::POST,
        }
    }
}

impl fmt::Display for Endpoint {
    /// The name in Django's URLs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(endpoint, _, _)| endpoint == self);
        f.write_str(named.map_or("", |(_, name, _)| name))
    }
}
