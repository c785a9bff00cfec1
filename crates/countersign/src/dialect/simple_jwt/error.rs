//! What the dialect says no to by itself.

use http::Method;

/// What the dialect itself says no to, before anything is decided.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ApiError {
    BadAuthorizationHeader,
    /// A field and what is wrong with it, each field once.
    Fields(Vec<(String, String)>),
    MethodNotAllowed(Method),
    NotAcceptable,
    NotAuthenticated,
    NotFound,
    Parse(String),
    UnsupportedMediaType(String),
}

impl ApiError {
    pub(super) fn non_field(message: String) -> Self {
        Self::Fields(vec![("non_field_errors".to_owned(), message)])
    }
}
