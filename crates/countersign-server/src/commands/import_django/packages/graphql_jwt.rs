//! The GraphQL JWT of strawberry-django-extras.
//!
//! The defaults are those of its manual, which are Countersign's. Two of its code are others, and so they are written.

use super::super::setting::{Kind, Known, code, known};
use super::{Keys, Package, Surrounding};

pub(super) const PACKAGE: Package = Package {
    table: "graphql_jwt",
    name: "GraphQL JWT (strawberry-django-extras)",
    prefix: "",
    settings: &[&SETTINGS],
    required: None,
    keys: Keys {
        algorithm: "JWT_ALGORITHM",
        secret: &["JWT_SECRET_KEY", "JWT_PRIVATE_KEY"],
        public: "JWT_PUBLIC_KEY",
    },
    endpoints: &ENDPOINTS,
    logins: &ENDPOINTS,
    new_passwords: &[],
    mails: &[],
    reset_links: &[],
    routes: "graphql_jwt",
    own_endpoint: None,
    backend: Some("strawberry_django_extras.jwt.backend.JWTBackend"),
    surroundings: &[
        Surrounding {
            name: "MIDDLEWARE",
            decides: &[],
            instead: "Django reads no token of the Authorization header without it, and Countersign does: `me` is the \
                      user of a token, and a token that is not good is answered 401.",
        },
        Surrounding {
            name: "AUTHENTICATION_BACKENDS",
            decides: &[],
            instead: "Django takes no token of the Authorization header without it, and Countersign does: `me` is the \
                      user of a token, and a token that is not good is answered 401.",
        },
        Surrounding {
            name: "GRAPHQL_JWT[\"JWT_REFRESH_TOKEN_MODEL\"]",
            decides: &[],
            instead: "Its table is used as that of the package's own model is. What else the class does, it does in \
                      Django alone.",
        },
        Surrounding {
            name: "Schema(extensions=…)",
            decides: &[],
            instead: "It sees every operation in Django, and none that is answered here.",
        },
    ],
};

const SETTINGS: [Known; 24] = [
    known("JWT_ALGORITHM", Kind::Text("HS256")),
    known("JWT_AUDIENCE", Kind::Unset),
    known("JWT_ISSUER", Kind::Unset),
    known("JWT_LEEWAY", Kind::Time(0)),
    known("JWT_VERIFY", Kind::Bool(true)),
    known("JWT_VERIFY_EXPIRATION", Kind::Bool(false)),
    known("JWT_EXPIRATION_DELTA", Kind::Time(300)),
    known("JWT_ALLOW_REFRESH", Kind::Bool(true)),
    known("JWT_REFRESH_EXPIRATION_DELTA", Kind::Time(604_800)),
    known("JWT_LONG_RUNNING_REFRESH_TOKEN", Kind::Bool(false)),
    known("JWT_REFRESH_TOKEN_MODEL", Kind::Text("refresh_token.RefreshToken")),
    known("JWT_REFRESH_TOKEN_N_BYTES", Kind::Count(20)),
    known("JWT_REUSE_REFRESH_TOKENS", Kind::Bool(false)),
    known("JWT_AUTH_HEADER_NAME", Kind::Text("HTTP_AUTHORIZATION")),
    known("JWT_AUTH_HEADER_PREFIX", Kind::Text("JWT")),
    known("JWT_AUTHENTICATE_INTROSPECTION", Kind::Bool(false)),
    code("JWT_ENCODE_HANDLER", "strawberry_django_extras.jwt.utils.jwt_encode", &ENDPOINTS),
    code("JWT_DECODE_HANDLER", "strawberry_django_extras.jwt.utils.jwt_decode", &ENDPOINTS),
    code("JWT_PAYLOAD_HANDLER", "strawberry_django_extras.jwt.utils.jwt_payload", &ENDPOINTS),
    // Its default is a lambda.
    code("JWT_PAYLOAD_GET_USERNAME_HANDLER", "default", &ENDPOINTS),
    code(
        "JWT_GET_USER_BY_NATURAL_KEY_HANDLER",
        "strawberry_django_extras.jwt.utils.get_user_by_natural_key",
        &ENDPOINTS,
    ),
    code("JWT_REFRESH_EXPIRED_HANDLER", "strawberry_django_extras.jwt.utils.refresh_has_expired", &ENDPOINTS),
    code(
        "JWT_GET_REFRESH_TOKEN_HANDLER",
        "strawberry_django_extras.jwt.refresh_token.utils.get_refresh_token_by_model",
        &ENDPOINTS,
    ),
    code(
        "JWT_UNAUTHORIZED_RESPONSE_HANDLER",
        "strawberry_django_extras.jwt.response_handlers.json_response_handler",
        &ENDPOINTS,
    ),
];

const ENDPOINTS: [&str; 1] = ["path"];
