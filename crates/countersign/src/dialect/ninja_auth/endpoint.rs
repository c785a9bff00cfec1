//! dj-ninja-auth's routes.

use std::fmt;

use http::Method;

/// One of the routes of `NinjaAuthJWTController`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `login`.
    Login,
    /// `logout`.
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
    /// `token_verify`.
    Verify,
}

impl Endpoint {
    /// Every endpoint with the name of its route in the configuration and the path it has by default.
    pub const ALL: [(Self, &'static str, &'static str); 8] = [
        (Self::Login, "login", "/api/auth/login"),
        (Self::Logout, "logout", "/api/auth/logout"),
        (Self::Refresh, "refresh", "/api/auth/refresh"),
        (Self::Verify, "verify", "/api/auth/verify"),
        (Self::Me, "me", "/api/auth/me"),
        (Self::PasswordChange, "password_change", "/api/auth/password/change"),
        (Self::PasswordResetRequest, "password_reset_request", "/api/auth/password/reset/request"),
        (Self::PasswordResetConfirm, "password_reset_confirm", "/api/auth/password/reset/confirm"),
    ];

    /// The one method there is a handler for: `HEAD` and `OPTIONS` have none in Django Ninja.
    pub(super) fn method(self) -> Method {
        match self {
            Self::Me => Method::GET,
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
            Self::Logout | Self::Me | Self::Refresh | Self::Verify => "token",
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
