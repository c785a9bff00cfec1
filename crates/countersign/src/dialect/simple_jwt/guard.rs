//! What a view of Django REST framework says to a token.

use bytes::Bytes;
use http::request::Parts;
use http::{Method, Response};

use crate::authority::Failure;
use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::simple_jwt::{Endpoint, Exchange};
use crate::dialect::{Guard, SimpleJwt};
use crate::secret::PlainToken;

impl Guard for SimpleJwt {
    fn presented(&self, request: &Parts) -> Result<Option<PlainToken>, Box<Response<Bytes>>> {
        self.bearer(&request.headers).map_err(|error| Box::new(self.render_error(&exchange(), error)))
    }

    fn anonymous(&self, _: &Parts) -> Response<Bytes> {
        self.render_error(&exchange(), ApiError::NotAuthenticated)
    }

    fn refused(&self, _: &Parts, failure: Failure) -> Response<Bytes> {
        match failure {
            Failure::Refused(refusal) => self.render_refusal(&exchange(), refusal),
            Failure::Undecided(error) => Self::render_undecided(&exchange(), &error),
        }
    }
}

fn exchange() -> Exchange {
    Exchange::of(Endpoint::Authenticate, Method::GET, None)
}
