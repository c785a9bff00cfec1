//! SimpleJWT, and what Ninja JWT has of it.

use super::super::setting::{Kind, Known, code, known};
use super::{Keys, Package, Surrounding};

pub(super) const PACKAGE: Package = Package {
    table: "simple_jwt",
    name: "SimpleJWT",
    prefix: "",
    settings: &[&SHARED, &OWN],
    required: None,
    keys: KEYS,
    endpoints: &ENDPOINTS,
    logins: &LOGINS,
    new_passwords: &[],
    mails: &[],
    reset_links: &[],
    routes: "simple_jwt.routes",
    own_endpoint: Some("authenticate"),
    backend: None,
    surroundings: &[
        Surrounding {
            name: "REST_FRAMEWORK[\"EXCEPTION_HANDLER\"]",
            decides: &[],
            instead: "Errors are answered here as Django REST framework's own handler does. If clients need the \
                      project's, set the routes to \"\".",
        },
        Surrounding {
            name: "REST_FRAMEWORK[\"DEFAULT_THROTTLE_CLASSES\"]",
            decides: &[],
            instead: "Countersign limits no rates: let the proxy in front of it do that.",
        },
    ],
};

pub(super) const KEYS: Keys =
    Keys { algorithm: "ALGORITHM", secret: &["SIGNING_KEY"], public: "VERIFYING_KEY" };

pub(super) const SHARED: [Known; 18] = [
    known("ACCESS_TOKEN_LIFETIME", Kind::Time(300)),
    known("REFRESH_TOKEN_LIFETIME", Kind::Time(86_400)),
    known("ROTATE_REFRESH_TOKENS", Kind::Bool(false)),
    known("BLACKLIST_AFTER_ROTATION", Kind::Bool(false)),
    known("UPDATE_LAST_LOGIN", Kind::Bool(false)),
    known("ALGORITHM", Kind::Text("HS256")),
    known("AUDIENCE", Kind::Unset),
    known("ISSUER", Kind::Unset),
    known("JWK_URL", Kind::Text("")),
    known("LEEWAY", Kind::Time(0)),
    known("USER_ID_FIELD", Kind::Text("id")),
    known("USER_ID_CLAIM", Kind::Text("user_id")),
    known("TOKEN_TYPE_CLAIM", Kind::Text("token_type")),
    known("JTI_CLAIM", Kind::Text("jti")),
    known("SLIDING_TOKEN_REFRESH_EXP_CLAIM", Kind::Text("refresh_exp")),
    known("SLIDING_TOKEN_LIFETIME", Kind::Time(300)),
    known("SLIDING_TOKEN_REFRESH_LIFETIME", Kind::Time(86_400)),
    code("JSON_ENCODER", "", &ISSUING),
];

const OWN: [Known; 16] = [
    known("AUTH_HEADER_TYPES", Kind::Words("Bearer")),
    known("AUTH_HEADER_NAME", Kind::Text("HTTP_AUTHORIZATION")),
    known("AUTH_TOKEN_CLASSES", Kind::Classes("rest_framework_simplejwt.tokens.AccessToken")),
    known("CHECK_REVOKE_TOKEN", Kind::Bool(false)),
    known("REVOKE_TOKEN_CLAIM", Kind::Text("hash_password")),
    known("CHECK_USER_IS_ACTIVE", Kind::Bool(true)),
    code(
        "USER_AUTHENTICATION_RULE",
        "rest_framework_simplejwt.authentication.default_user_authentication_rule",
        &ISSUING,
    ),
    code("TOKEN_USER_CLASS", "rest_framework_simplejwt.models.TokenUser", &[]),
    code(
        "TOKEN_OBTAIN_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenObtainPairSerializer",
        &["token_obtain_pair"],
    ),
    code(
        "TOKEN_REFRESH_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenRefreshSerializer",
        &["token_refresh"],
    ),
    code(
        "TOKEN_VERIFY_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenVerifySerializer",
        &["token_verify"],
    ),
    code(
        "TOKEN_BLACKLIST_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenBlacklistSerializer",
        &["token_blacklist"],
    ),
    code(
        "SLIDING_TOKEN_OBTAIN_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenObtainSlidingSerializer",
        &["token_obtain_sliding"],
    ),
    code(
        "SLIDING_TOKEN_REFRESH_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenRefreshSlidingSerializer",
        &["token_refresh_sliding"],
    ),
    code("ON_LOGIN_SUCCESS", "rest_framework_simplejwt.serializers.default_on_login_success", &LOGINS),
    code("ON_LOGIN_FAILED", "rest_framework_simplejwt.serializers.default_on_login_failed", &LOGINS),
];

/// The packages' URL names, in the order in which people write them.
pub(super) const ENDPOINTS: [&str; 6] = [
    "token_obtain_pair",
    "token_refresh",
    "token_verify",
    "token_blacklist",
    "token_obtain_sliding",
    "token_refresh_sliding",
];
/// The endpoints that check a password.
pub(super) const LOGINS: [&str; 2] = ["token_obtain_pair", "token_obtain_sliding"];
/// The endpoints that answer with new tokens.
pub(super) const ISSUING: [&str; 4] =
    ["token_obtain_pair", "token_refresh", "token_obtain_sliding", "token_refresh_sliding"];
