//! The dialect of strawberry-django-extras' GraphQL JWT, in strawberry's Django view.
//!
//! - A token is looked at before anything else: one that is not good is 401, whatever the path, method or body. A user
//!   who is not there is nobody, and so is a header that is not exactly a prefix and a token.
//! - What is wrong with the HTTP of a request is 400 or 405 as `text/plain`. What is wrong with its GraphQL, or refused, is
//!   200 with `"data":null` before `"errors"`.
//! - Who executes the GraphQL is no business of this module: it hands an [`Operation`] out, and takes [`Answer`]s back.

mod answer;
mod caller;
mod guard;
mod mutation;
mod names;
mod request;
mod unauthorized;
mod user_type;

use http::header::{AUTHORIZATION, HeaderName};

pub use answer::{Answer, GraphqlError};
pub use mutation::Mutation;
pub use names::{NotAName, camel_case};
pub use request::{Asked, Operation};
use unauthorized::Unauthorized;
pub use unauthorized::{UnauthorizedHandler, UnauthorizedResponse};
pub use user_type::{FieldType, UserColumn, UserField, UserType};

/// GraphQL JWT's dialect, with what clients see of the user model.
#[derive(Clone, Debug)]
pub struct GraphqlJwt {
    user_type: UserType,
    header_name: HeaderName,
    header_prefix: String,
    unauthorized: Unauthorized,
    authenticate_introspection: bool,
}

impl Default for GraphqlJwt {
    /// For `django.contrib.auth.models.User`, with the defaults of the package's documentation.
    fn default() -> Self {
        Self {
            user_type: UserType::default(),
            header_name: AUTHORIZATION,
            header_prefix: "JWT".to_owned(),
            unauthorized: Unauthorized::new(UnauthorizedHandler::Json),
            authenticate_introspection: false,
        }
    }
}

impl GraphqlJwt {
    /// What clients see of the user model, and the name of the argument next to `password`.
    #[must_use]
    pub fn user_type(mut self, user_type: UserType) -> Self {
        self.user_type = user_type;
        self
    }

    /// `JWT_AUTH_HEADER_NAME`: where a request has its token.
    #[must_use]
    pub fn header_name(mut self, name: HeaderName) -> Self {
        self.header_name = name;
        self
    }

    /// `JWT_AUTH_HEADER_PREFIX`: the word before the token, in whatever case.
    #[must_use]
    pub fn header_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.header_prefix = prefix.into();
        self
    }

    /// `JWT_UNAUTHORIZED_RESPONSE_HANDLER`: how a token that is not good is answered.
    #[must_use]
    pub fn unauthorized(mut self, handler: impl UnauthorizedResponse + 'static) -> Self {
        self.unauthorized = Unauthorized::new(handler);
        self
    }

    /// `JWT_AUTHENTICATE_INTROSPECTION`: whether only a user may ask what the schema is.
    #[must_use]
    pub fn authenticate_introspection(mut self, on: bool) -> Self {
        self.authenticate_introspection = on;
        self
    }

    /// What clients see of the user model.
    pub fn user(&self) -> &UserType {
        &self.user_type
    }

    /// Where a request has its token, and the word before it.
    pub fn header(&self) -> (&HeaderName, &str) {
        (&self.header_name, &self.header_prefix)
    }

    /// Whether only a user may ask what the schema is.
    pub fn authenticates_introspection(&self) -> bool {
        self.authenticate_introspection
    }
}
