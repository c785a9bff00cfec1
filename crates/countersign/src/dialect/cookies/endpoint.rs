//! The routes that a page logs in and out with.

use std::fmt;

use http::Method;

/// One of the routes of a browser's login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `POST` with a username and a password as JSON: sets both cookies.
    Login,
    /// `POST` without a body: ends what the refresh cookie is good for, and removes both cookies.
    Logout,
    /// `GET`: who it is that the access cookie is of.
    Me,
    /// `POST` without a body: sets the access cookie anew, and the refresh cookie where tokens rotate.
    Refresh,
}

impl Endpoint {
    /// Every endpoint with its name, and the path it has by default. A browser sends the refresh cookie to the two that
    /// share a folder, and nowhere else: [`Cookies::refresh_path`](super::Cookies::refresh_path).
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Login, "login", "/auth/login"),
        (Self::Refresh, "refresh", "/auth/session/refresh"),
        (Self::Logout, "logout", "/auth/session/logout"),
        (Self::Me, "me", "/auth/me"),
    ];

    /// The one method there is a handler for.
    pub(super) fn method(self) -> Method {
        match self {
            Self::Me => Method::GET,
            Self::Login | Self::Logout | Self::Refresh => Method::POST,
        }
    }
}

impl fmt::Display for Endpoint {
    /// The endpoint's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = Self::ALL.iter().find(|(endpoint, _, _)| endpoint == self);
        f.write_str(named.map_or("", |(_, name, _)| name))
    }
}
