//! Who asks: the token a request presents, and the answer to one that is not good.

use bytes::Bytes;
use http::header::HeaderMap;
use http::{Response, StatusCode};

use crate::authority::{Failure, Principal, Refusal};
use crate::dialect::graphql_jwt::GraphqlJwt;
use crate::dialect::graphql_jwt::answer::{JSON, PLAIN_TEXT, respond};
use crate::dialect::header::joined;
use crate::dialect::{Json, words};
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::user::User;

/// `JWT_UNAUTHORIZED_RESPONSE_HANDLER`, of the package's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnauthorizedHandler {
    /// `json_response_handler`: an `errors` list of one. What the package's documentation calls the default.
    #[default]
    Json,
    /// `http_response_handler`: a line of text.
    PlainText,
}

impl GraphqlJwt {
    /// The token that a request presents; `None` where there is none, or something else in the header.
    pub fn token(&self, headers: &HeaderMap) -> Option<PlainToken> {
        let header = joined(headers, &self.header_name)?;
        let mut words = header.split_whitespace();
        let (prefix, token) = (words.next()?, words.next()?);
        let alone = words.next().is_none() && prefix.to_lowercase() == self.header_prefix.to_lowercase();
        alone.then(|| PlainToken::new(token))
    }

    /// Who it is that presents a token; `None` for nobody, as a user is who is not there any more.
    ///
    /// # Errors
    ///
    /// Whatever else the authority said: [`unauthorized`](Self::unauthorized_response) tells it.
    pub fn caller(decision: Result<Principal, Failure>) -> Result<Option<Box<User>>, Failure> {
        match decision {
            Ok(Principal::User(user)) => Ok(Some(user)),
            Ok(Principal::Claimed { .. }) | Err(Failure::Refused(Refusal::UserNotFound)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The answer to a request whose token is not good, or could not be decided upon.
    pub fn unauthorized_response(&self, failure: &Failure) -> Response<Bytes> {
        match failure {
            Failure::Refused(refusal) if refusal.token_error() == Some(&TokenError::Expired) => {
                self.refuse("Token expired")
            }
            Failure::Refused(_) => self.refuse("Invalid token"),
            Failure::Undecided(error) => {
                let text = words::undecided_text(error);
                let response = match self.unauthorized {
                    UnauthorizedHandler::Json => {
                        let body = Json::object([(
                            "errors",
                            Json::List(vec![Json::object([("message", text.into())])]),
                        )]);
                        respond(StatusCode::SERVICE_UNAVAILABLE, JSON, body.to_python())
                    }
                    UnauthorizedHandler::PlainText => {
                        respond(StatusCode::SERVICE_UNAVAILABLE, PLAIN_TEXT, text)
                    }
                };
                words::retry_later(response, error)
            }
        }
    }

    fn refuse(&self, message: &'static str) -> Response<Bytes> {
        match self.unauthorized {
            UnauthorizedHandler::Json => {
                let error = Json::object([
                    ("message", message.into()),
                    ("code", "unauthorized".into()),
                    ("hint", "Either use Valid Token or make requests without token.".into()),
                ]);
                let body = Json::object([("errors", Json::List(vec![error]))]);
                respond(StatusCode::UNAUTHORIZED, JSON, body.to_python())
            }
            UnauthorizedHandler::PlainText => respond(StatusCode::UNAUTHORIZED, PLAIN_TEXT, message),
        }
    }
}
