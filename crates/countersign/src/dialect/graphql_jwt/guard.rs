//! What a token is told on routes that are no GraphQL.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::authority::{Failure, Refusal};
use crate::dialect::{GraphqlJwt, Guard};
use crate::secret::PlainToken;

impl Guard for GraphqlJwt {
    fn presented(&self, request: &Parts) -> Result<Option<PlainToken>, Box<Response<Bytes>>> {
        Ok(self.token(&request.headers))
    }

    /// The package lets everybody ask, and has one answer for whoever may not go on.
    fn anonymous(&self, _: &Parts) -> Response<Bytes> {
        self.unauthorized_response(&Refusal::NoUserClaim.into())
    }

    fn refused(&self, _: &Parts, failure: Failure) -> Response<Bytes> {
        self.unauthorized_response(&failure)
    }
}
