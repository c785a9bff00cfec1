//! The answer to a token that is not good.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::authority::Failure;
use crate::dialect::graphql_jwt::answer::{JSON, PLAIN_TEXT, respond};
use crate::dialect::{Json, words};
use crate::error::Error;
use crate::jwt::TokenError;

/// `JWT_UNAUTHORIZED_RESPONSE_HANDLER`: how a token that is not good is answered. A closure over the message will do.
///
/// ```
/// use bytes::Bytes;
/// use countersign::dialect::GraphqlJwt;
/// use http::{Response, StatusCode};
///
/// let dialect = GraphqlJwt::default().unauthorized(|message: &'static str| {
///     let mut response = Response::new(Bytes::from(message));
///     *response.status_mut() = StatusCode::FORBIDDEN;
///     response
/// });
/// ```
pub trait UnauthorizedResponse: Send + Sync {
    /// The answer; `message` is the package's, `Token expired` or `Invalid token`.
    fn refused(&self, message: &'static str) -> Response<Bytes>;

    /// The answer where nobody can tell whether the token is good, by default the built-in's: HTTP 503.
    fn undecided(&self, error: &Error) -> Response<Bytes> {
        UnauthorizedHandler::Json.undecided(error)
    }
}

impl<F: Fn(&'static str) -> Response<Bytes> + Send + Sync> UnauthorizedResponse for F {
    fn refused(&self, message: &'static str) -> Response<Bytes> {
        self(message)
    }
}

/// The package's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnauthorizedHandler {
    /// `json_response_handler`: an `errors` list of one. What the package's documentation calls the default.
    #[default]
    Json,
    /// `http_response_handler`: a line of text.
    PlainText,
}

impl UnauthorizedResponse for UnauthorizedHandler {
    fn refused(&self, message: &'static str) -> Response<Bytes> {
        match self {
            Self::Json => {
                let error = Json::object([
                    ("message", message.into()),
                    ("code", "unauthorized".into()),
                    ("hint", "Either use Valid Token or make requests without token.".into()),
                ]);
                respond(StatusCode::UNAUTHORIZED, JSON, errors(error).to_python())
            }
            Self::PlainText => respond(StatusCode::UNAUTHORIZED, PLAIN_TEXT, message),
        }
    }

    fn undecided(&self, error: &Error) -> Response<Bytes> {
        let text = words::undecided_text(error);
        let response = match self {
            Self::Json => {
                let body = errors(Json::object([("message", text.into())]));
                respond(StatusCode::SERVICE_UNAVAILABLE, JSON, body.to_python())
            }
            Self::PlainText => respond(StatusCode::SERVICE_UNAVAILABLE, PLAIN_TEXT, text),
        };
        words::retry_later(response, error)
    }
}

fn errors(error: Json) -> Json {
    Json::object([("errors", Json::List(vec![error]))])
}

/// One of either, as the dialect has it.
#[derive(Clone)]
pub(super) struct Unauthorized(Arc<dyn UnauthorizedResponse>);

impl Unauthorized {
    pub(super) fn new(response: impl UnauthorizedResponse + 'static) -> Self {
        Self(Arc::new(response))
    }

    pub(super) fn answer(&self, failure: &Failure) -> Response<Bytes> {
        match failure {
            Failure::Refused(refusal) if refusal.token_error() == Some(&TokenError::Expired) => {
                self.0.refused("Token expired")
            }
            Failure::Refused(_) => self.0.refused("Invalid token"),
            Failure::Undecided(error) => self.0.undecided(error),
        }
    }
}

impl fmt::Debug for Unauthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Unauthorized(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Refusal;

    #[test]
    fn an_answer_of_ones_own_takes_the_place_of_the_packages() {
        let own =
            Unauthorized::new(|message: &'static str| respond(StatusCode::FORBIDDEN, PLAIN_TEXT, message));
        for (refusal, message) in
            [(Refusal::Token(TokenError::Expired), "Token expired"), (Refusal::UserInactive, "Invalid token")]
        {
            let failure = Failure::Refused(refusal);
            let answer = own.answer(&failure);
            assert_eq!(
                (answer.status(), answer.body().as_ref()),
                (StatusCode::FORBIDDEN, message.as_bytes())
            );
            let built_in = Unauthorized::new(UnauthorizedHandler::PlainText).answer(&failure);
            assert_eq!((built_in.status(), built_in.body()), (StatusCode::UNAUTHORIZED, answer.body()));
        }
    }
}
