//! From what was decided to a response.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue, VARY, WWW_AUTHENTICATE};
use http::{Method, Response, StatusCode};

use crate::authority::{Outcome, Principal, Refusal, SlidingLogin};
use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::simple_jwt::{Endpoint, Exchange};
use crate::dialect::time::in_rest_framework;
use crate::dialect::words::{self, PASSWORD_CHANGED, TOKEN_NOT_VALID, coded, detail};
use crate::dialect::{Json, Rejection, SimpleJwt, principal, sessions};
use crate::error::Error;
use crate::jwt::TokenError;

impl SimpleJwt {
    pub(super) fn render_outcome(&self, exchange: &Exchange, outcome: Outcome) -> Response<Bytes> {
        let body = match outcome {
            Outcome::Authenticated(principal) | Outcome::Described(principal, _) => {
                return self.render_principal(exchange, &principal);
            }
            Outcome::Blacklisted
            | Outcome::PasswordChanged
            | Outcome::PasswordResetRequested
            | Outcome::Verified => return written(exchange, StatusCode::OK, Bytes::from_static(b"{}")),
            Outcome::LoggedOut | Outcome::SessionRevoked => return no_content(exchange),
            Outcome::Pair(pair) => Json::object([
                ("refresh", pair.refresh.expose().to_owned().into()),
                ("access", pair.access.expose().to_owned().into()),
            ]),
            Outcome::Refreshed(refreshed) => {
                let access = ("access".into(), refreshed.access.expose().to_owned().into());
                let refresh =
                    refreshed.refresh.map(|token| ("refresh".into(), token.expose().to_owned().into()));
                Json::Object([Some(access), refresh].into_iter().flatten().collect())
            }
            Outcome::Sessions(sessions) => sessions::list(sessions, in_rest_framework),
            Outcome::Sliding(SlidingLogin { token, .. }) | Outcome::SlidingRenewed(token) => {
                Json::object([("token", token.expose().to_owned().into())])
            }
        };
        respond(exchange, StatusCode::OK, &body)
    }

    /// The method and the body matter only after authentication: see [`command`](Self::command).
    fn render_principal(&self, exchange: &Exchange, principal: &Principal) -> Response<Bytes> {
        if exchange.method == Method::OPTIONS {
            return self.render_metadata(exchange);
        }
        if !exchange.endpoint.handles(&exchange.method) {
            return self.render_error(exchange, ApiError::MethodNotAllowed(exchange.method.clone()));
        }
        if let Some(error) = &exchange.pending {
            return self.render_error(exchange, error.clone());
        }
        respond(exchange, StatusCode::OK, &principal::principal(principal, &self.username_field))
    }

    pub(super) fn render_refusal(&self, exchange: &Exchange, refusal: Refusal) -> Response<Bytes> {
        let body = match refusal {
            Refusal::InvalidResetToken | Refusal::UnknownResetUser | Refusal::WeakPassword(_) => {
                words::password_not_changed(&refusal)
            }
            Refusal::NoActiveAccount => detail(words::NO_ACTIVE_ACCOUNT),
            Refusal::NoActiveAccountForToken => detail("No active account found for the given token."),
            Refusal::NoSession => {
                return self.render_error(exchange, ApiError::non_field(words::NO_SESSION.to_owned()));
            }
            Refusal::NoTokenTypeFits(attempts) => words::no_type_fits(&attempts, token_error),
            Refusal::NoUserClaim => coded(words::NO_USER_CLAIM, TOKEN_NOT_VALID),
            // SimpleJWT's own exception carries a code, DRF's, which the refresh serializers raise, does not.
            Refusal::PasswordChanged if exchange.endpoint.is_protected() => {
                coded(PASSWORD_CHANGED, "password_changed")
            }
            Refusal::PasswordChanged => detail(PASSWORD_CHANGED),
            // The verify serializer raises a validation error.
            Refusal::Token(TokenError::Blacklisted) if exchange.endpoint == Endpoint::TokenVerify => {
                return self
                    .render_error(exchange, ApiError::non_field(token_error(&TokenError::Blacklisted)));
            }
            Refusal::SessionsNotKept | Refusal::UnknownSession => {
                return self.render_error(exchange, ApiError::NotFound);
            }
            Refusal::RefreshTokenExpired | Refusal::RenewalNotSupported | Refusal::UnknownRefreshToken => {
                words::no_renewal()
            }
            Refusal::Throttled(throttled) => {
                let body = detail(words::throttled_text(throttled));
                let response = respond(exchange, StatusCode::TOO_MANY_REQUESTS, &body);
                return words::retry_throttled(response, throttled);
            }
            Refusal::Token(error) => coded(token_error(&error), TOKEN_NOT_VALID),
            Refusal::UserInactive => coded(words::USER_INACTIVE, "user_inactive"),
            Refusal::UserNotFound => coded(words::USER_NOT_FOUND, "user_not_found"),
        };
        self.unauthorized(exchange, &body)
    }

    /// Nothing was decided: the client may try again, and is told nothing about the cause.
    pub(super) fn render_undecided(exchange: &Exchange, error: &Error) -> Response<Bytes> {
        let response = respond(exchange, StatusCode::SERVICE_UNAVAILABLE, &words::undecided(error));
        words::retry_later(response, error)
    }

    pub(super) fn render_error(&self, exchange: &Exchange, error: ApiError) -> Response<Bytes> {
        let (status, body) = match error {
            ApiError::BadAuthorizationHeader => {
                let text = "Authorization header must contain two space-delimited values";
                return self.unauthorized(exchange, &coded(text, "bad_authorization_header"));
            }
            ApiError::NotAuthenticated => {
                let text = "Authentication credentials were not provided.";
                return self.unauthorized(exchange, &detail(text));
            }
            ApiError::Fields(errors) => {
                let errors =
                    errors.into_iter().map(|(name, text)| (name.into(), Json::List(vec![text.into()])));
                (StatusCode::BAD_REQUEST, Json::Object(errors.collect()))
            }
            ApiError::MethodNotAllowed(method) => {
                (StatusCode::METHOD_NOT_ALLOWED, detail(format!("Method \"{method}\" not allowed.")))
            }
            ApiError::NotAcceptable => {
                (StatusCode::NOT_ACCEPTABLE, detail("Could not satisfy the request Accept header."))
            }
            ApiError::NotFound => (StatusCode::NOT_FOUND, detail("Not found.")),
            ApiError::Parse(text) => (StatusCode::BAD_REQUEST, detail(text)),
            ApiError::UnsupportedMediaType(media_type) => {
                let text = format!("Unsupported media type \"{media_type}\" in request.");
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, detail(text))
            }
        };
        respond(exchange, status, &body)
    }

    pub(super) fn render_metadata(&self, exchange: &Exchange) -> Response<Bytes> {
        respond(exchange, StatusCode::OK, &self.metadata(exchange.endpoint))
    }

    pub(super) fn render_rejection(exchange: &Exchange, rejection: Rejection) -> Response<Bytes> {
        respond(exchange, rejection.status(), &words::rejection(rejection))
    }

    fn unauthorized(&self, exchange: &Exchange, body: &Json) -> Response<Bytes> {
        let mut response = respond(exchange, StatusCode::UNAUTHORIZED, body);
        let scheme = self.header_types.first().map_or("Bearer", String::as_str);
        if let Ok(challenge) = HeaderValue::try_from(format!("{scheme} realm=\"api\"")) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// SimpleJWT's words for what is wrong with a token.
fn token_error(error: &TokenError) -> String {
    words::token_error(error, "Token is expired", "Token is invalid")
}

fn no_content(exchange: &Exchange) -> Response<Bytes> {
    let mut response = respond(exchange, StatusCode::NO_CONTENT, &Json::Null);
    response.headers_mut().remove(CONTENT_TYPE);
    response.map(|_| Bytes::new())
}

fn respond(exchange: &Exchange, status: StatusCode, body: &Json) -> Response<Bytes> {
    let text = exchange.indent.map_or_else(|| body.to_compact(), |spaces| body.to_indented(spaces));
    // DRF escapes these two, which JSON allows and JavaScript did not.
    let is_plain = text.is_ascii() || !text.contains(['\u{2028}', '\u{2029}']);
    let text =
        if is_plain { text } else { text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029") };
    written(exchange, status, text.into())
}

/// An answer whose body is JSON already.
fn written(exchange: &Exchange, status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(ALLOW, HeaderValue::from_static(exchange.endpoint.allow()));
    response
}
