//! From a request to a command.

use bytes::Bytes;
use http::{HeaderMap, Method, Request};

use crate::authority::{Command, Credentials, LogOutScope};
use crate::dialect::header::joined;
use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::simple_jwt::{Endpoint, Exchange, body, fields};
use crate::dialect::{SimpleJwt, sessions};
use crate::secret::{Password, PlainToken};

impl SimpleJwt {
    /// The command, `None` for a request that only asks about the endpoint.
    pub(super) fn command(
        &self,
        endpoint: Endpoint,
        request: &Request<Bytes>,
        exchange: &mut Exchange,
    ) -> Result<Option<Command>, ApiError> {
        if endpoint.is_protected() {
            // DRF authenticates before it looks at the method and the body: what comes of them is for `render`.
            let bearer = self.bearer(request.headers())?.ok_or(ApiError::NotAuthenticated)?;
            let command = protected(endpoint, &bearer, request).unwrap_or_else(|error| {
                exchange.pending = Some(error);
                Command::Authenticate { token: bearer }
            });
            return Ok(Some(command));
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
            _ => Command::Verify { token: token(data, "token")? },
        };
        Ok(Some(command))
    }

    fn credentials(&self, data: fields::Data<'_>) -> Result<Credentials, ApiError> {
        let [username, password] = fields::required(data, [&self.username_field, "password"])?;
        Ok(Credentials { username, password: Password::new(password) })
    }

    /// The token in the authentication header (`JWTAuthentication.get_raw_token`); `None` where there is none of ours.
    pub(super) fn bearer(&self, headers: &HeaderMap) -> Result<Option<PlainToken>, ApiError> {
        let header = joined(headers, &self.header_name).unwrap_or_default();
        let mut parts = header.split(is_ascii_space).filter(|part| !part.is_empty());
        let Some(scheme) = parts.next() else { return Ok(None) };
        if !self.header_types.iter().any(|known| known == scheme) {
            return Ok(None);
        }
        match (parts.next(), parts.next()) {
            (Some(token), None) => Ok(Some(PlainToken::new(token))),
            _ => Err(ApiError::BadAuthorizationHeader),
        }
    }
}

/// What only those may ask for who are let in with `bearer`; for a method that has no handler, who they are.
fn protected(endpoint: Endpoint, bearer: &PlainToken, request: &Request<Bytes>) -> Result<Command, ApiError> {
    let bearer = bearer.clone();
    Ok(match endpoint {
        _ if !endpoint.handles(request.method()) => Command::Authenticate { token: bearer },
        Endpoint::Logout => Command::LogOut { bearer, scope: log_out_scope(body::data(request)?)? },
        Endpoint::Session => Command::RevokeSession { bearer, session: sessions::id_in(request.uri()) },
        Endpoint::Sessions => Command::ListSessions { bearer },
        _ => Command::Authenticate { token: bearer },
    })
}

fn log_out_scope(data: fields::Data<'_>) -> Result<LogOutScope, ApiError> {
    let Some(name) = fields::optional(data, "scope")? else { return Ok(LogOutScope::default()) };
    LogOutScope::named(&name).ok_or_else(|| {
        ApiError::Fields(vec![("scope".to_owned(), format!("\"{name}\" is not a valid choice."))])
    })
}

fn token(data: fields::Data<'_>, name: &str) -> Result<PlainToken, ApiError> {
    fields::required(data, [name]).map(|[token]| PlainToken::new(token))
}

/// What Python's `bytes.split()` splits at.
fn is_ascii_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}
