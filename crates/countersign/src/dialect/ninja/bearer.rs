//! The token in the `Authorization` header.

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;

use crate::dialect::header::joined;
use crate::dialect::ninja::NinjaError;
use crate::secret::PlainToken;

/// Django Ninja's `HttpBearer`: the scheme in any case, and all that follows the first blank.
pub(in crate::dialect) fn bearer(request: &Request<Bytes>) -> Result<PlainToken, NinjaError> {
    let header = joined(request.headers(), &AUTHORIZATION).unwrap_or_default();
    let (scheme, token) = header.split_once(' ').unwrap_or((&header, ""));
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(PlainToken::new(token))
    } else {
        Err(NinjaError::Unauthorized)
    }
}
