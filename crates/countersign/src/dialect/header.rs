//! Headers as WSGI hands them to Django.

use http::header::{HeaderMap, HeaderName};

/// A header's values in one; bytes beyond ASCII are ISO 8859-1.
pub(super) fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut values = headers.get_all(name).iter();
    let mut text: String = values.next()?.as_bytes().iter().copied().map(char::from).collect();
    for value in values {
        text.push(',');
        text.extend(value.as_bytes().iter().copied().map(char::from));
    }
    Some(text)
}
