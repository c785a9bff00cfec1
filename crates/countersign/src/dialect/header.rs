//! Headers as WSGI hands them to Django.

use std::borrow::Cow;

use encoding_rs::mem::decode_latin1;
use http::header::{HeaderMap, HeaderName};

/// A header's values in one; bytes beyond ASCII are ISO 8859-1.
pub(super) fn joined<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    let mut values = headers.get_all(name).iter().map(|value| decode_latin1(value.as_bytes()));
    let first = values.next()?;
    Some(values.fold(first, |all, value| Cow::Owned(format!("{all},{value}"))))
}
