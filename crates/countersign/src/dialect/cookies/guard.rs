//! What routes with the access cookie say.

use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::authority::Failure;
use crate::dialect::cookies::Endpoint;
use crate::dialect::cookies::cookie::Cookie;
use crate::dialect::cookies::error::ApiError;
use crate::dialect::cookies::render::undecided;
use crate::dialect::{Cookies, Guard};
use crate::secret::PlainToken;

impl Guard for Cookies {
    /// Who has no cookie has nothing that could be abused: who sent the request is asked only beside one.
    fn presented(&self, request: &Parts) -> Result<Option<PlainToken>, Box<Response<Bytes>>> {
        let presented = || {
            let token = self.token_in(&request.headers, Cookie::Access)?;
            if token.is_some() {
                self.check_sender(request.into())?;
            }
            Ok(token)
        };
        presented().map_err(|error: ApiError| Box::new(error.render()))
    }

    fn anonymous(&self, _: &Parts) -> Response<Bytes> {
        ApiError::NotLoggedIn.render()
    }

    fn refused(&self, _: &Parts, failure: Failure) -> Response<Bytes> {
        match failure {
            Failure::Refused(refusal) => self.render_refusal(Endpoint::Me, refusal),
            Failure::Undecided(error) => undecided(&error),
        }
    }
}
