//! From a request to a command.

use bytes::Bytes;
use http::{Method, Request};

use crate::authority::{Command, Credentials};
use crate::dialect::SimpleJwt;
use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::simple_jwt::negotiate::joined;
use crate::dialect::simple_jwt::{Endpoint, body, fields};
use crate::secret::{Password, PlainToken};

impl SimpleJwt {
    /// The command, `None` for a request that only asks about the endpoint.
    pub(super) fn command(
        &self,
        endpoint: Endpoint,
        request: &Request<Bytes>,
    ) -> Result<Option<Command>, ApiError> {
        if endpoint == Endpoint::Authenticate {
            // DRF authenticates before it looks at the method: what comes of the method is for `render`.
            return self.bearer(request).map(|token| Some(Command::Authenticate { token }));
        }
        if request.method() == Method::OPTIONS {
            return Ok(None);
        }
        if !endpoint.handles(request.method()) {
            return Err(ApiError::MethodNotAllowed(request.method().clone()));
        }
        let data = body::data(request)?;
        let command = match endpoint {
            Endpoint::TokenObtainPair => Command::ObtainPair(self.credentials(data)?),
            Endpoint::TokenObtainSliding => Command::ObtainSliding(self.credentials(data)?),
            Endpoint::TokenRefresh => Command::Refresh { refresh: token(data, "refresh")? },
            Endpoint::TokenBlacklist => Command::Blacklist { refresh: token(data, "refresh")? },
            Endpoint::TokenRefreshSliding => Command::RefreshSliding { token: token(data, "token")? },
            Endpoint::TokenVerify | Endpoint::Authenticate => {
                Command::Verify { token: token(data, "token")? }
            }
        };
        Ok(Some(command))
    }

    fn credentials(&self, data: fields::Data) -> Result<Credentials, ApiError> {
        let [username, password] = fields::required(data, [&self.username_field, "password"])?;
        Ok(Credentials { username, password: Password::new(password) })
    }

    /// The token in the authentication header (`JWTAuthentication.get_raw_token`).
    fn bearer(&self, request: &Request<Bytes>) -> Result<PlainToken, ApiError> {
        let header = joined(request.headers(), &self.header_name).unwrap_or_default();
        let mut parts = header.split(is_ascii_space).filter(|part| !part.is_empty());
        let scheme = parts.next().ok_or(ApiError::NotAuthenticated)?;
        if !self.header_types.iter().any(|known| known == scheme) {
            return Err(ApiError::NotAuthenticated);
        }
        match (parts.next(), parts.next()) {
            (Some(token), None) => Ok(PlainToken::new(token)),
            _ => Err(ApiError::BadAuthorizationHeader),
        }
    }
}

fn token(data: fields::Data, name: &str) -> Result<PlainToken, ApiError> {
    fields::required(data, [name]).map(|[token]| PlainToken::new(token))
}

/// What Python's `bytes.split()` splits at.
fn is_ascii_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}
