//! What a route with Ninja JWT's `JWTAuth` says to a token.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::authority::Failure;
use crate::dialect::ninja::{self, NinjaError};
use crate::dialect::ninja_jwt::Endpoint;
use crate::dialect::{Guard, NinjaJwt};
use crate::secret::PlainToken;

impl Guard for NinjaJwt {
    fn presented(&self, request: &Parts) -> Result<Option<PlainToken>, Box<Response<Bytes>>> {
        Ok(ninja::presented(&request.headers))
    }

    fn anonymous(&self, _: &Parts) -> Response<Bytes> {
        NinjaError::Unauthorized.render()
    }

    fn refused(&self, _: &Parts, failure: Failure) -> Response<Bytes> {
        match failure {
            Failure::Refused(refusal) => Self::render_refusal(Endpoint::Authenticate, refusal),
            Failure::Undecided(error) => ninja::undecided(&error),
        }
    }
}
