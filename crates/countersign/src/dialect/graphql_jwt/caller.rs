//! Who asks: the token a request presents, and whose it is.

use bytes::Bytes;
use http::Response;
use http::header::HeaderMap;

use crate::authority::{Failure, Principal, Refusal};
use crate::dialect::graphql_jwt::GraphqlJwt;
use crate::dialect::header::joined;
use crate::secret::PlainToken;
use crate::user::User;

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
        self.unauthorized.answer(failure)
    }
}
