//! From a request to a command.

use bytes::Bytes;
use http::Request;

use crate::authority::{Command, Credentials};
use crate::dialect::ninja::{self, Body, Fields, Issue, IssueKind, NinjaError, Value};
use crate::dialect::ninja_jwt::error::ApiError;
use crate::dialect::ninja_jwt::{Endpoint, Exchange};
use crate::dialect::{NinjaJwt, sessions};
use crate::secret::{Password, PlainToken};

impl NinjaJwt {
    /// The command. Django Ninja looks at the method before it authenticates.
    pub(super) fn command(
        &self,
        endpoint: Endpoint,
        request: &Request<Bytes>,
        exchange: &mut Exchange,
    ) -> Result<Command, ApiError> {
        if *request.method() != endpoint.method() {
            return Err(NinjaError::MethodNotAllowed(endpoint.method()).into());
        }
        if endpoint == Endpoint::Authenticate || endpoint.is_about_sessions() {
            let bearer = ninja::bearer(request.headers())?;
            let command = protected(endpoint, &bearer, request).unwrap_or_else(|error| {
                exchange.pending = Some(error.render());
                Command::Authenticate { token: bearer }
            });
            return Ok(command);
        }
        let (body, parameter) = (ninja::read(request.body())?, endpoint.parameter());
        match endpoint {
            Endpoint::TokenObtainPair => self.credentials(body, parameter).map(Command::ObtainPair),
            Endpoint::TokenObtainSliding => self.credentials(body, parameter).map(Command::ObtainSliding),
            Endpoint::TokenRefresh => {
                let refresh = token(body, parameter, "refresh", "token is required", not_a_string)?;
                exchange.refresh = Some(refresh.clone());
                Ok(Command::Refresh { refresh })
            }
            Endpoint::TokenBlacklist => {
                token(body, parameter, "refresh", "refresh token is required", not_a_token)
                    .map(|refresh| Command::Blacklist { refresh })
            }
            Endpoint::TokenRefreshSliding => {
                token(body, parameter, "token", "token is required", not_a_string)
                    .map(|token| Command::RefreshSliding { token })
            }
            _ => token(body, parameter, "token", "token is required", not_a_token)
                .map(|token| Command::Verify { token }),
        }
    }

    /// What a login needs: first what Ninja JWT asks of the fields, then what Pydantic asks of them.
    fn credentials(&self, body: Body<'_>, parameter: &'static str) -> Result<Credentials, ApiError> {
        let name = &*self.username_field;
        let fields = match body {
            Body::Absent => return Err(unprocessable(parameter, [Issue::of_body(IssueKind::Missing)])),
            Body::Other => {
                let missing = ["password", name].map(|field| Issue::of(field, IssueKind::Missing));
                return Err(unprocessable(parameter, missing));
            }
            Body::Fields(fields) => fields,
        };
        let (username, password) = self.required(&fields)?;
        let mut issues = Vec::new();
        if password == Value::Other {
            issues.push(Issue::of("password", IssueKind::NotAString));
        }
        issues.extend(self.username_issue(&username).map(|kind| Issue::of(name, kind)));
        match (username, password) {
            (Value::Text(username), Value::Text(password)) if issues.is_empty() => {
                Ok(Credentials { username, password: Password::new(password) })
            }
            // No hasher can take it: Django's own says so with this error, PBKDF2's in these words.
            (Value::Text(_), Value::NotUnicode(lone)) if issues.is_empty() => {
                Err(unprocessable(parameter, [Issue::of_body(IssueKind::Value(lone.to_string()))]))
            }
            _ => Err(NinjaError::Unprocessable(parameter, issues).into()),
        }
    }

    fn required(&self, fields: &Fields<'_>) -> Result<(Value, Value), ApiError> {
        let name = &*self.username_field;
        let required = |names: &[&str]| {
            let texts = names.iter().map(|name| ((*name).to_owned(), format!("{name} is required")));
            ApiError::Required(texts.collect())
        };
        if !fields.has(name) && !fields.has("password") {
            return Err(required(&[name, "password"]));
        }
        let username = fields.given(name).ok_or_else(|| required(&[name]))?;
        let password = fields.given("password").ok_or_else(|| required(&["password"]))?;
        Ok((username, password))
    }

    fn username_issue(&self, username: &Value) -> Option<IssueKind> {
        match (username, self.username_max_length) {
            (Value::Other, _) => Some(IssueKind::NotAString),
            (Value::NotUnicode(_), _) => Some(IssueKind::NotUnicode),
            (Value::Text(text), Some(max)) if text.chars().count() > max => Some(IssueKind::TooLong(max)),
            (Value::Text(_), _) => None,
        }
    }
}

/// What only those may ask for who are let in with `bearer`.
fn protected(
    endpoint: Endpoint,
    bearer: &PlainToken,
    request: &Request<Bytes>,
) -> Result<Command, NinjaError> {
    let bearer = bearer.clone();
    match endpoint {
        Endpoint::Logout => {
            let scope = ninja::log_out_scope(&ninja::read(request.body())?)?;
            Ok(Command::LogOut { bearer, scope })
        }
        Endpoint::Session => Ok(Command::RevokeSession { bearer, session: sessions::id_in(request.uri()) }),
        Endpoint::Sessions => Ok(Command::ListSessions { bearer }),
        _ => Ok(Command::Authenticate { token: bearer }),
    }
}

/// A token in the body. What is no string, Ninja JWT either tries as a token or leaves to Pydantic.
fn token(
    body: Body<'_>,
    parameter: &'static str,
    name: &str,
    required: &str,
    odd: fn(&'static str, &str) -> ApiError,
) -> Result<PlainToken, ApiError> {
    let fields = match body {
        Body::Absent => return Err(unprocessable(parameter, [Issue::of_body(IssueKind::Missing)])),
        Body::Other => return Err(unprocessable(parameter, [Issue::of_body(IssueKind::NotAnObject)])),
        Body::Fields(fields) => fields,
    };
    match fields.given(name) {
        None => Err(ApiError::Required(vec![(name.to_owned(), required.to_owned())])),
        Some(Value::Other) => Err(odd(parameter, name)),
        // Ninja JWT answers this to a token for verification or revocation; to one for a refresh it is a 500.
        Some(Value::NotUnicode(lone)) => {
            Err(unprocessable(parameter, [Issue::of_body(IssueKind::Value(lone.to_string()))]))
        }
        Some(Value::Text(text)) => Ok(PlainToken::new(text)),
    }
}

fn not_a_string(parameter: &'static str, name: &str) -> ApiError {
    unprocessable(parameter, [Issue::of(name, IssueKind::NotAString)])
}

fn not_a_token(_: &'static str, _: &str) -> ApiError {
    ApiError::NotAToken
}

fn unprocessable<const N: usize>(parameter: &'static str, issues: [Issue; N]) -> ApiError {
    NinjaError::Unprocessable(parameter, issues.into()).into()
}
