//! dj-ninja-auth's routes.

use std::fmt;

use http::Method;

/// One of the routes of `NinjaAuthJWTController`, and two for sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `login`.
    Login,
    /// `logout`; with a `scope` in the body it ends sessions, which the package has not.
    Logout,
    /// `get_user`.
    Me,
    /// `password_change`.
    PasswordChange,
    /// `password_reset_confirm`.
    PasswordResetConfirm,
    /// `password_reset_request`.
    PasswordResetRequest,
    /// `token_refresh`.
    Refresh,
    /// `DELETE`: end the session whose id the path ends with.
    Session,
    /// `GET`: where one is logged in.
    Sessions,
    /// `token_verify`.
    Verify,
}

impl Endpoint {
    /// Every endpoint with the name of its route in the configuration and the path it has by default.
    pub const ALL: [(Self, &'static str, &'static str); 10] = [
        (Self::Login, "login", "/api/auth/login"),
        (Self::Logout, "logout", "/api/auth/logout"),
        (Self::Refresh, "refresh", "/api/auth/refresh"),
        (Self::Verify, "verify", "/api/auth/verify"),
        (Self::Me, "me", "/api/auth/me"),
        (Self::PasswordChange, "password_change", "/api/auth/password/change"),
        (Self::PasswordResetRequest, "password_reset_request", "/api/auth/password/reset/request"),
        (Self::PasswordResetConfirm, "password_reset_confirm", "/api/auth/password/reset/confirm"),
        (Self::Sessions, "sessions", "/api/auth/sessions"),
        (Self::Session, "session", "/api/auth/sessions/{id}"),
    ];

    /// Whether the endpoint is about sessions, and of no use where [none are kept](crate::authority::Rules::sessions).
    pub fn is_about_sessions(self) -> bool {
        matches!(self, Self::Session | Self::Sessions)
    }

    /// The one method there is a handler for: `HEAD` and `OPTIONS` have none in Django Ninja.
    pub(super) fn method(self) -> Method {
        match self {
            Self::Me | Self::Sessions => Method::GET,
            Self::Session => Method::DELETE,
            _ => Method::POST,
        }
    }

    /// The name of the handler's parameter for the body, which Pydantic's errors tell.
    pub(super) fn parameter(self) -> &'static str {
        match self {
            Self::Login => "credentials",
            Self::PasswordChange => "passwords",
            Self::PasswordResetConfirm => "reset_confirm",
            Self::PasswordResetRequest => "reset_request",
            _ => "token",
        }
    }
}

impl fmt::Display for Endpoint {
    /// The name of the route in the configuration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(endpoint, _, _)| endpoint == self);
        f.write_str(named.map_or("", |(_, name, _)| name))
    }
}
