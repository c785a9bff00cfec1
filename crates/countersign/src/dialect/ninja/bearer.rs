//! The token in the `Authorization` header.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::dialect::header::joined;
use crate::dialect::ninja::NinjaError;
use crate::secret::PlainToken;

/// Django Ninja's `HttpBearer`: the scheme in any case, and all that follows the first blank.
pub(in crate::dialect) fn bearer(headers: &HeaderMap) -> Result<PlainToken, NinjaError> {
    presented(headers).ok_or(NinjaError::Unauthorized)
}

/// [`bearer`], where there need be none.
pub(in crate::dialect) fn presented(headers: &HeaderMap) -> Option<PlainToken> {
    let header = joined(headers, &AUTHORIZATION)?;
    let (scheme, token) = header.split_once(' ').unwrap_or((&header, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| PlainToken::new(token))
}
