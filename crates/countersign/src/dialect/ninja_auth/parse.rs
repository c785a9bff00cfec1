//! From a request to a command.

use bytes::Bytes;
use http::Request;

use crate::authority::{Command, Credentials, PasswordChange, PasswordReset};
use crate::dialect::ninja::{self, Body, Issue, IssueKind};
use crate::dialect::ninja_auth::email::{self, NoAddress};
use crate::dialect::ninja_auth::error::ApiError;
use crate::dialect::ninja_auth::form::{self, Text};
use crate::dialect::ninja_auth::{Endpoint, Exchange};
use crate::dialect::sessions;
use crate::secret::{Password, PlainToken};

/// What a request asks for, and what to remember for the answer. Django Ninja looks at the method first, authenticates
/// then, and reads the body last.
pub(super) fn command(endpoint: Endpoint, request: &Request<Bytes>) -> Result<(Command, Exchange), ApiError> {
    if *request.method() != endpoint.method() {
        return Err(ninja::NinjaError::MethodNotAllowed(endpoint.method()).into());
    }
    let mut exchange = Exchange::of(endpoint);
    let body = || ninja::read(request.body());
    let command = match endpoint {
        Endpoint::Login => Command::ObtainPair(credentials(&body()?)?),
        Endpoint::PasswordResetConfirm => Command::ConfirmPasswordReset(password_reset(&body()?)?),
        Endpoint::PasswordResetRequest => Command::RequestPasswordReset { email: address(&body()?)? },
        Endpoint::Refresh => {
            let refresh = token(&body()?, "refresh")?;
            exchange.refresh = Some(refresh.clone());
            Command::Refresh { refresh }
        }
        Endpoint::Me => Command::Describe { token: ninja::bearer(request.headers())? },
        Endpoint::Session => {
            let bearer = ninja::bearer(request.headers())?;
            Command::RevokeSession { bearer, session: sessions::id_in(request.uri()) }
        }
        Endpoint::Sessions => Command::ListSessions { bearer: ninja::bearer(request.headers())? },
        Endpoint::Logout | Endpoint::PasswordChange | Endpoint::Verify => {
            let bearer = ninja::bearer(request.headers())?;
            protected(endpoint, &bearer, request).unwrap_or_else(|error| {
                exchange.pending = Some(error.render());
                Command::Authenticate { token: bearer }
            })
        }
    };
    Ok((command, exchange))
}

/// What only those may ask for who are let in with `bearer`.
fn protected(endpoint: Endpoint, bearer: &PlainToken, request: &Request<Bytes>) -> Result<Command, ApiError> {
    if endpoint == Endpoint::Logout {
        return log_out(bearer.clone(), request);
    }
    let (body, bearer) = (ninja::read(request.body())?, bearer.clone());
    if endpoint == Endpoint::PasswordChange {
        return Ok(Command::ChangePassword { bearer, change: password_change(&body)? });
    }
    let then = Box::new(Command::Verify { token: token(&body, "token")? });
    Ok(Command::As { bearer, then })
}

/// DIFFERENCE: the package looks at no body. One that names a scope is meant for us.
fn log_out(bearer: PlainToken, request: &Request<Bytes>) -> Result<Command, ApiError> {
    match ninja::read(request.body()) {
        Ok(Body::Fields(fields)) if fields.has("scope") => {
            let scope = ninja::log_out_scope(&Body::Fields(fields))?;
            Ok(Command::LogOut { bearer, scope })
        }
        _ => Ok(Command::Authenticate { token: bearer }),
    }
}

/// The field is called `username` whatever the user model calls it.
fn credentials(body: &Body<'_>) -> Result<Credentials, ApiError> {
    let parameter = Endpoint::Login.parameter();
    let [username, password] = form::texts(body, parameter, ["username", "password"])?;
    let username = form::encoded(username, parameter)?;
    Ok(Credentials { username, password: Password::new(form::encoded(password, parameter)?) })
}

fn token(body: &Body<'_>, name: &'static str) -> Result<PlainToken, ApiError> {
    let parameter = Endpoint::Verify.parameter();
    let [token] = form::texts(body, parameter, [name])?;
    // DIFFERENCE: half a surrogate pair is this error there where a token is verified; where one is refreshed, a 500.
    match form::encoded(token, parameter)? {
        empty if empty.is_empty() => Err(ApiError::NoToken(name)),
        token => Ok(PlainToken::new(token)),
    }
}

fn address(body: &Body<'_>) -> Result<String, ApiError> {
    let parameter = Endpoint::PasswordResetRequest.parameter();
    let [address] = form::texts(body, parameter, ["email"])?;
    let address = match address {
        Ok(text) => email::address(&text),
        Err(lone) => Err(NoAddress::Syntax(format!(
            "The email address contains unsafe characters: U+{:04X}.",
            lone.code
        ))),
    };
    address.map_err(|fault| match fault {
        NoAddress::Form => ApiError::Form(vec![("email", "Enter a valid email address.")]),
        NoAddress::Syntax(reason) => {
            form::unprocessable(parameter, vec![Issue::of("email", IssueKind::NotAnAddress(reason))]).into()
        }
    })
}

fn password_change(body: &Body<'_>) -> Result<PasswordChange, ApiError> {
    let parameter = Endpoint::PasswordChange.parameter();
    let names = ["new_password1", "new_password2", "username", "old_password"];
    let [first, second, username, old] = form::texts(body, parameter, names)?;
    matching(&first, &second)?;
    let username = form::encoded(username, parameter)?;
    let old = Password::new(form::encoded(old, parameter)?);
    Ok(PasswordChange { username, old, new: new_password(first, second, parameter)? })
}

fn password_reset(body: &Body<'_>) -> Result<PasswordReset, ApiError> {
    let parameter = Endpoint::PasswordResetConfirm.parameter();
    let names = ["new_password1", "new_password2", "token", "uid"];
    let [first, second, token, uid] = form::texts(body, parameter, names)?;
    matching(&first, &second)?;
    let uid = uid.map_err(|_| ApiError::Invalid(INVALID_UID))?;
    // What is no text is no token of anybody's either, and the user is looked for first.
    let token = PlainToken::new(token.unwrap_or_default());
    Ok(PasswordReset { uid, token, new: new_password(first, second, parameter)? })
}

/// An empty one is left to the form.
fn matching(first: &Text, second: &Text) -> Result<(), ApiError> {
    let is_empty = |text: &Text| text.as_ref().is_ok_and(String::is_empty);
    if first == second || is_empty(first) || is_empty(second) {
        Ok(())
    } else {
        Err(ApiError::Invalid("passwords do not match"))
    }
}

/// DIFFERENCE: what Django's form asks of the fields alone is asked before the old password or the token is.
fn new_password(first: Text, second: Text, parameter: &'static str) -> Result<Password, ApiError> {
    let (first, second) = (form::encoded(first, parameter)?, form::encoded(second, parameter)?);
    let fault = |text: &str| match text {
        "" => Some("This field is required."),
        _ if text.contains('\0') => Some("Null characters are not allowed."),
        _ => None,
    };
    let faults: Vec<_> = [("new_password1", &first), ("new_password2", &second)]
        .into_iter()
        .filter_map(|(name, text)| Some((name, fault(text)?)))
        .collect();
    if faults.is_empty() { Ok(Password::new(first)) } else { Err(ApiError::Form(faults)) }
}

pub(super) const INVALID_UID: &str = "Invalid UID";
