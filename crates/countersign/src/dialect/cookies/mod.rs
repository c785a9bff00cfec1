//! Tokens in cookies: a dialect of our own, for the pages of a browser.
//!
//! - Both tokens are in cookies that no script can read (`HttpOnly`), and in nothing else: no body ever has one. The access
//!   cookie goes to the whole host, the refresh cookie to the two endpoints that want it.
//! - The names have the prefixes with which browsers refuse what a sibling's host or plain HTTP would set (`__Host-`,
//!   `__Secure-`). Two cookies of one name are refused.
//! - What changes something must have the page's own header, and come neither from another site (`Sec-Fetch-Site`) nor
//!   from another origin (`Origin`): login, refresh and logout, and every method of a guarded route but `GET`, `HEAD` and
//!   `OPTIONS`. 403 says what is missing.
//! - Only a logout removes cookies. Of two tabs that refresh at the same time, the one that loses gets 401 and keeps what
//!   the other one got; with [sessions](crate::authority::Rules::sessions) and a grace, both get the same.
//! - Requests are JSON, and so are answers; refusals have `detail` and `code`.
//!
//! | endpoint | answer |
//! |---|---|
//! | login | both cookies, and `{"user": …, "expires_in": 300}`: who, and for how many seconds the access token is good |
//! | refresh | new cookies, and `{"expires_in": 300}` |
//! | logout | 204, whatever the cookies were worth; 503 and the same cookies when that could not be found out |
//! | me | `{"user": …, "expires_in": 240}` |
//!
//! A page that is no longer let in (401) refreshes, and asks again; when that is 401, too, it lets people log in.
//!
//! CORS is not looked after here: where none is set up, no page of another origin reads an answer or sends the header. A header
//! `Authorization` is not looked at either.
//!
//! ```
//! use bytes::Bytes;
//! use countersign::authority::Command;
//! use countersign::dialect::cookies::{Cookies, Endpoint};
//! use countersign::dialect::{Dialect, Parsed};
//! use http::Request;
//!
//! let cookies = Cookies::default();
//! let refresh = Request::post("/auth/session/refresh")
//!     .header("host", "example.com")
//!     .header("cookie", "__Secure-countersign-refresh=eyJ…");
//!
//! // A form of another site, which the browser sends with everything that is this site's:
//! let forged = refresh.header("origin", "https://evil.example").body(Bytes::new())?;
//! let Parsed::Reply(no) = cookies.parse(Endpoint::Refresh, &forged) else { panic!() };
//! assert_eq!(no.status(), 403);
//! assert!(no.body().ends_with(br#""code":"csrf_header_missing"}"#));
//!
//! // The page's own script:
//! let mut own = forged;
//! own.headers_mut().insert("origin", "https://example.com".parse()?);
//! own.headers_mut().insert("x-countersign", "1".parse()?);
//! assert!(matches!(cookies.parse(Endpoint::Refresh, &own), Parsed::Command(Command::Refresh { .. }, _)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cookie;
mod csrf;
mod endpoint;
mod error;
mod exchange;
mod guard;
mod origin;
mod parse;
mod render;
mod settings;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, Request, Response};

use crate::authority::{Failure, Outcome};
use crate::clock::{Clock, SystemClock};
use crate::dialect::{Dialect, Parsed, Rejection, words};
pub use endpoint::Endpoint;
pub use exchange::Exchange;
use origin::Origin;
pub use settings::{CookiesError, SameSite};

/// Tokens in cookies, and how pages use them. The default is for pages of the same origin, over TLS.
#[derive(Clone)]
pub struct Cookies {
    username_field: String,
    name: String,
    domain: Option<String>,
    refresh_path: String,
    same_site: SameSite,
    is_over_plain_http: bool,
    header: HeaderName,
    trusted_origins: Vec<Origin>,
    clock: Arc<dyn Clock>,
}

impl Default for Cookies {
    fn default() -> Self {
        Self {
            username_field: "username".to_owned(),
            name: "countersign".to_owned(),
            domain: None,
            refresh_path: "/auth/session".to_owned(),
            same_site: SameSite::Lax,
            is_over_plain_http: false,
            header: HeaderName::from_static("x-countersign"),
            trusted_origins: Vec::new(),
            clock: Arc::new(SystemClock),
        }
    }
}

/// The clock has nothing to show.
impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookies")
            .field("name", &self.name)
            .field("domain", &self.domain)
            .field("refresh_path", &self.refresh_path)
            .field("same_site", &self.same_site)
            .field("is_secure", &self.is_secure())
            .field("header", &self.header)
            .field("trusted_origins", &self.trusted_origins)
            .finish_non_exhaustive()
    }
}

impl Dialect for Cookies {
    type Endpoint = Endpoint;
    type Exchange = Exchange;

    const ENDPOINTS: &'static [(Endpoint, &'static str, &'static str)] = &Endpoint::ALL;

    fn parse(&self, endpoint: Endpoint, request: &Request<Bytes>) -> Parsed<Exchange> {
        let mut exchange = Exchange::of(endpoint);
        match self.command(endpoint, request, &mut exchange) {
            Ok(Some(command)) => Parsed::Command(command, exchange),
            Ok(None) => Parsed::Reply(self.logged_out()),
            Err(error) => Parsed::Reply(error.render()),
        }
    }

    fn render(&self, exchange: Exchange, decision: Result<Outcome, Failure>) -> Response<Bytes> {
        match decision {
            Ok(outcome) => self.render_outcome(&exchange, outcome),
            Err(Failure::Refused(refusal)) => self.render_refusal(exchange.endpoint, refusal),
            Err(Failure::Undecided(error)) => render::undecided(&error),
        }
    }

    fn reject(&self, _: Endpoint, rejection: Rejection) -> Response<Bytes> {
        render::respond(rejection.status(), &words::coded(words::rejection_text(rejection), render::INVALID))
    }
}
