//! Ninja JWT.

use super::super::setting::{Kind, Known, code, known};
use super::Package;
use super::simple_jwt::{ENDPOINTS, ISSUING, KEYS, LOGINS, SHARED};

pub(super) const PACKAGE: Package = Package {
    table: "ninja_jwt",
    name: "Ninja JWT",
    prefix: "",
    settings: &[&SHARED, &OWN],
    required: None,
    keys: KEYS,
    endpoints: &ENDPOINTS,
    logins: &LOGINS,
    new_passwords: &[],
    mails: &[],
    reset_links: &[],
    routes: "ninja_jwt.routes",
    own_endpoint: Some("authenticate"),
    backend: None,
    surroundings: &[],
};

const OWN: [Known; 9] = [
    known("AUTH_TOKEN_CLASSES", Kind::Classes("ninja_jwt.tokens.AccessToken")),
    code("USER_AUTHENTICATION_RULE", "ninja_jwt.authentication.default_user_authentication_rule", &ISSUING),
    code("TOKEN_USER_CLASS", "ninja_jwt.models.TokenUser", &[]),
    code(
        "TOKEN_OBTAIN_PAIR_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenObtainPairInputSchema",
        &["token_obtain_pair"],
    ),
    code(
        "TOKEN_OBTAIN_PAIR_REFRESH_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenRefreshInputSchema",
        &["token_refresh"],
    ),
    code(
        "TOKEN_OBTAIN_SLIDING_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenObtainSlidingInputSchema",
        &["token_obtain_sliding"],
    ),
    code(
        "TOKEN_OBTAIN_SLIDING_REFRESH_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenRefreshSlidingInputSchema",
        &["token_refresh_sliding"],
    ),
    code("TOKEN_BLACKLIST_INPUT_SCHEMA", "ninja_jwt.schema.TokenBlacklistInputSchema", &["token_blacklist"]),
    code("TOKEN_VERIFY_INPUT_SCHEMA", "ninja_jwt.schema.TokenVerifyInputSchema", &["token_verify"]),
];
