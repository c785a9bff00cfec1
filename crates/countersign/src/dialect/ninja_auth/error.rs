//! What the dialect says no to by itself.

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::dialect::Json;
use crate::dialect::ninja::{NinjaError, respond};

/// What the dialect itself says no to, before anything is decided.
#[derive(Debug, PartialEq)]
pub(super) enum ApiError {
    /// What a form of Django's says of its fields.
    Form(Vec<(&'static str, &'static str)>),
    /// What the package says of a body as a whole.
    Invalid(&'static str),
    /// What Django Ninja says no to.
    Ninja(NinjaError),
    /// The token in the field of this name is empty.
    NoToken(&'static str),
}

impl ApiError {
    pub(super) fn render(self) -> Response<Bytes> {
        let body = match self {
            Self::Form(fields) => {
                let told = |(name, text): (&'static str, &'static str)| (name.into(), Json::texts([text]));
                Json::Object(fields.into_iter().map(told).collect())
            }
            Self::Invalid(text) => Json::texts([text]),
            Self::Ninja(error) => return error.render(),
            Self::NoToken(field) => Json::object([(field, "token is required".into())]),
        };
        respond(StatusCode::BAD_REQUEST, &body)
    }
}

impl From<NinjaError> for ApiError {
    fn from(error: NinjaError) -> Self {
        Self::Ninja(error)
    }
}
