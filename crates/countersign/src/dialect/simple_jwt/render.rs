//! From what was decided to a response.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE};
use http::{Method, Response, StatusCode};

use crate::authority::{Attempt, Outcome, Principal, Refusal, SlidingLogin};
use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::simple_jwt::{Endpoint, Exchange};
use crate::dialect::{Json, Rejection, SimpleJwt};
use crate::error::{Error, ErrorKind};
use crate::jwt::TokenError;
use crate::store::UserIdClaim;
use crate::token::{TokenKind, UntypedToken};
use crate::user::{FieldValue, User, UserKey};

impl SimpleJwt {
    pub(super) fn render_outcome(&self, exchange: &Exchange, outcome: Outcome) -> Response<Bytes> {
        let body = match outcome {
            Outcome::Authenticated(principal) => return self.render_principal(exchange, &principal),
            Outcome::Blacklisted | Outcome::Verified => Json::object([]),
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
            Outcome::Sliding(SlidingLogin { token, .. }) | Outcome::SlidingRenewed(token) => {
                Json::object([("token", token.expose().to_owned().into())])
            }
        };
        respond(exchange, StatusCode::OK, &body)
    }

    /// The method matters only after authentication: see [`command`](Self::command).
    fn render_principal(&self, exchange: &Exchange, principal: &Principal) -> Response<Bytes> {
        if exchange.method == Method::OPTIONS {
            return self.render_metadata(exchange);
        }
        if !exchange.endpoint.handles(&exchange.method) {
            return self.render_error(exchange, ApiError::MethodNotAllowed(exchange.method.clone()));
        }
        let body = match principal {
            Principal::Claimed { id, token } => claimed(id, token),
            Principal::User(user) => self.user(user),
        };
        respond(exchange, StatusCode::OK, &body)
    }

    pub(super) fn render_refusal(&self, exchange: &Exchange, refusal: Refusal) -> Response<Bytes> {
        let body = match refusal {
            Refusal::NoActiveAccount => detail("No active account found with the given credentials"),
            Refusal::NoActiveAccountForToken => detail("No active account found for the given token."),
            Refusal::NoTokenTypeFits(attempts) => Json::object([
                ("detail", "Given token not valid for any token type".into()),
                ("code", TOKEN_NOT_VALID.into()),
                ("messages", Json::List(attempts.iter().map(message).collect())),
            ]),
            Refusal::NoUserClaim => {
                coded("Token contained no recognizable user identification".to_owned(), TOKEN_NOT_VALID)
            }
            // SimpleJWT's own exception carries a code, DRF's, which the refresh serializers raise, does not.
            Refusal::PasswordChanged if exchange.endpoint == Endpoint::Authenticate => {
                coded(PASSWORD_CHANGED.to_owned(), "password_changed")
            }
            Refusal::PasswordChanged => detail(PASSWORD_CHANGED),
            // The verify serializer raises a validation error.
            Refusal::Token(TokenError::Blacklisted) if exchange.endpoint == Endpoint::TokenVerify => {
                return self
                    .render_error(exchange, ApiError::non_field(token_error(&TokenError::Blacklisted)));
            }
            Refusal::Token(error) => coded(token_error(&error), TOKEN_NOT_VALID),
            Refusal::UserInactive => coded("User is inactive".to_owned(), "user_inactive"),
            Refusal::UserNotFound => coded("User not found".to_owned(), "user_not_found"),
        };
        self.unauthorized(exchange, &body)
    }

    /// Nothing was decided: the client may try again, and is told nothing about the cause.
    pub(super) fn render_undecided(exchange: &Exchange, error: &Error) -> Response<Bytes> {
        let (text, retry_after) = match error.kind() {
            ErrorKind::Busy { retry_after } => {
                ("Too many logins at once, try again later.", Some(retry_after))
            }
            ErrorKind::KeysUnavailable => {
                ("The keys to verify tokens with are unavailable, try again later.", Some(1))
            }
            ErrorKind::NoSigningKey => ("This service does not issue tokens.", None),
            ErrorKind::Signing | ErrorKind::Store => {
                ("Service temporarily unavailable, try again later.", Some(1))
            }
        };
        let mut response = respond(exchange, StatusCode::SERVICE_UNAVAILABLE, &detail(text));
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }

    pub(super) fn render_error(&self, exchange: &Exchange, error: ApiError) -> Response<Bytes> {
        let (status, body) = match error {
            ApiError::BadAuthorizationHeader => {
                let text = "Authorization header must contain two space-delimited values";
                return self.unauthorized(exchange, &coded(text.to_owned(), "bad_authorization_header"));
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
        let text = match rejection {
            Rejection::BodyTooLarge => "The request body is too large.",
            Rejection::BodyUnreadable => "The request body could not be read.",
            Rejection::Timeout => "The request took too long.",
        };
        respond(exchange, rejection.status(), &detail(text))
    }

    fn unauthorized(&self, exchange: &Exchange, body: &Json) -> Response<Bytes> {
        let mut response = respond(exchange, StatusCode::UNAUTHORIZED, body);
        let scheme = self.header_types.first().map_or("Bearer", String::as_str);
        if let Ok(challenge) = HeaderValue::try_from(format!("{scheme} realm=\"api\"")) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }

    /// What is safe to show of a user: never a column that a project has added without saying so here.
    fn user(&self, user: &User) -> Json {
        let id = match &user.key {
            UserKey::Int(int) => Json::Int(*int),
            key => key.to_string().into(),
        };
        let mut members =
            vec![("id".into(), id), (self.username_field.clone().into(), user.username.clone().into())];
        let shown = SHOWN_COLUMNS.iter().filter(|column| **column != self.username_field);
        members.extend(shown.filter_map(|column| Some(((*column).into(), field(user.fields.get(column)?)?))));
        Json::Object(members)
    }
}

/// SimpleJWT's `TokenUser`: what the token says of its user.
fn claimed(id: &UserIdClaim<'_>, token: &UntypedToken) -> Json {
    let id = match id {
        UserIdClaim::Int(int) => Json::Int(*int),
        UserIdClaim::Null => Json::Null,
        UserIdClaim::Text(text) => text.clone().into_owned().into(),
    };
    let claims = token.claims();
    let flag = |name| claims.get::<bool>(name).ok().flatten().unwrap_or_default();
    let username = claims.text("username").ok().flatten().unwrap_or_default().into_owned();
    Json::object([
        ("id", id),
        ("username", username.into()),
        ("is_staff", flag("is_staff").into()),
        ("is_superuser", flag("is_superuser").into()),
    ])
}

fn field(value: &FieldValue) -> Option<Json> {
    match value {
        FieldValue::Bool(value) => Some((*value).into()),
        FieldValue::Int(value) => Some(Json::Int(*value)),
        FieldValue::Null => Some(Json::Null),
        FieldValue::Text(text) => Some(text.clone().into()),
        FieldValue::Float(_) | FieldValue::Timestamp(_) | FieldValue::Uuid(_) => None,
    }
}

fn message(attempt: &Attempt) -> Json {
    let class = match attempt.kind {
        TokenKind::Access => "AccessToken",
        TokenKind::Refresh => "RefreshToken",
        TokenKind::Sliding => "SlidingToken",
        TokenKind::Untyped => "UntypedToken",
    };
    Json::object([
        ("token_class", class.into()),
        ("token_type", attempt.kind.type_name().into()),
        ("message", token_error(&attempt.error).into()),
    ])
}

/// SimpleJWT's words for what is wrong with a token.
fn token_error(error: &TokenError) -> String {
    match error {
        TokenError::Blacklisted => "Token is blacklisted".to_owned(),
        TokenError::ClaimExpired(claim) => format!("Token '{claim}' claim has expired"),
        TokenError::Expired => "Token is expired".to_owned(),
        TokenError::Invalid(_) => "Token is invalid".to_owned(),
        TokenError::MissingClaim(claim) => format!("Token has no '{claim}' claim"),
        TokenError::NoId => "Token has no id".to_owned(),
        TokenError::NoType => "Token has no type".to_owned(),
        TokenError::WrongType => "Token has wrong type".to_owned(),
    }
}

fn detail(text: impl Into<std::borrow::Cow<'static, str>>) -> Json {
    Json::object([("detail", Json::Text(text.into()))])
}

fn coded(text: String, code: &'static str) -> Json {
    Json::object([("detail", text.into()), ("code", code.into())])
}

fn respond(exchange: &Exchange, status: StatusCode, body: &Json) -> Response<Bytes> {
    let text = exchange.indent.map_or_else(|| body.to_compact(), |spaces| body.to_indented(spaces));
    // DRF escapes these two, which JSON allows and JavaScript did not.
    let text = text.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
    let mut response = Response::new(Bytes::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    headers.insert(ALLOW, HeaderValue::from_static(exchange.endpoint.allow()));
    response
}

const PASSWORD_CHANGED: &str = "The user's password has been changed.";
const TOKEN_NOT_VALID: &str = "token_not_valid";
const SHOWN_COLUMNS: [&str; 6] =
    ["email", "first_name", "last_name", "is_active", "is_staff", "is_superuser"];
