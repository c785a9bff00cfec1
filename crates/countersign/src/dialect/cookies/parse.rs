//! From a request to a command.

use std::borrow::Cow;

use bytes::Bytes;
use http::Request;

use crate::authority::{Command, Credentials};
use crate::dialect::Cookies;
use crate::dialect::cookies::cookie::Cookie;
use crate::dialect::cookies::error::ApiError;
use crate::dialect::cookies::{Endpoint, Exchange};
use crate::dialect::members::Members;
use crate::dialect::surrogates;
use crate::secret::{Password, PlainToken};

impl Cookies {
    /// The command; `None` for a logout of who has nothing to log out with. Nobody's cookies are looked at before it is
    /// known who sent them.
    pub(super) fn command(
        &self,
        endpoint: Endpoint,
        request: &Request<Bytes>,
        exchange: &mut Exchange,
    ) -> Result<Option<Command>, ApiError> {
        if *request.method() != endpoint.method() {
            return Err(ApiError::MethodNotAllowed(endpoint.method()));
        }
        self.check_sender(request.into())?;
        let token = |cookie| self.token_in(request.headers(), cookie);
        let command = match endpoint {
            Endpoint::Login => Command::ObtainPair(self.credentials(request.body())?),
            Endpoint::Logout => match token(Cookie::Refresh) {
                Ok(Some(refresh)) => Command::Blacklist { refresh },
                Ok(None) | Err(ApiError::NotAToken) => return Ok(None),
                Err(error) => return Err(error),
            },
            Endpoint::Me => {
                let token: PlainToken = token(Cookie::Access)?.ok_or(ApiError::NotLoggedIn)?;
                exchange.access = Some(token.clone());
                Command::Authenticate { token }
            }
            Endpoint::Refresh => {
                Command::Refresh { refresh: token(Cookie::Refresh)?.ok_or(ApiError::NotLoggedIn)? }
            }
        };
        Ok(Some(command))
    }

    /// JSON, whatever the content type says: it is the page's own header that keeps other sites' forms away.
    fn credentials(&self, body: &[u8]) -> Result<Credentials, ApiError> {
        let members: Members<'_> = serde_json::from_slice(body)
            .map_err(|_| ApiError::Malformed("The body is no JSON object.".into()))?;
        let username = text(&members, &self.username_field)?;
        let password = text(&members, "password")?;
        Ok(Credentials { username, password: Password::new(password) })
    }
}

/// A string in a body, which must be there.
fn text(members: &Members<'_>, name: &str) -> Result<String, ApiError> {
    let json = members.get(name).filter(|json| json.starts_with('"'));
    let text = json.and_then(|json| surrogates::text(json).ok());
    text.map(Cow::into_owned).ok_or_else(|| ApiError::Malformed(format!("{name} must be a string.").into()))
}
