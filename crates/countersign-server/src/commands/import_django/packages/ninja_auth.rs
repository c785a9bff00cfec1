//! dj-ninja-auth with its JWT.

use super::super::setting::{Kind, Known, code, known};
use super::{Keys, Package, Surrounding};

pub(super) const PACKAGE: Package = Package {
    table: "auth_jwt",
    name: "dj-ninja-auth",
    prefix: "JWT_",
    settings: &[&SETTINGS, &BESIDE],
    required: Some(("password_reset_url", "https://example.com/reset")),
    keys: Keys { algorithm: "JWT_ALGORITHM", secret: &["JWT_SIGNING_KEY"], public: "JWT_VERIFYING_KEY" },
    endpoints: &[
        "login",
        "logout",
        "refresh",
        "verify",
        "me",
        "password_change",
        "password_reset_request",
        "password_reset_confirm",
    ],
    logins: &["login", "password_change"],
    new_passwords: &["password_change", "password_reset_confirm"],
    mails: &["password_reset_request"],
    reset_links: &["password_reset_request", "password_reset_confirm"],
    routes: "auth_jwt.routes",
    own_endpoint: None,
    backend: None,
    surroundings: &[
        Surrounding {
            name: "INSTALLED_APPS",
            decides: &["login", "password_reset_request", "password_reset_confirm"],
            instead: "It decides whom a login asks for, whose email address counts as verified, and what a reset link \
                      looks like, and Countersign knows none of that.",
        },
        Surrounding {
            name: "TEMPLATES",
            decides: &[],
            instead: "The mails from here have words of Countersign's own. To have them say the same, write \
                      password_reset_email and password_reset_subject below [email].",
        },
    ],
};

const SETTINGS: [Known; 17] = [
    known("JWT_ACCESS_TOKEN_LIFETIME", Kind::Time(300)),
    known("JWT_REFRESH_TOKEN_LIFETIME", Kind::Time(86_400)),
    known("JWT_UPDATE_LAST_LOGIN", Kind::Bool(false)),
    known("JWT_ALGORITHM", Kind::Text("HS256")),
    known("JWT_AUDIENCE", Kind::Unset),
    known("JWT_ISSUER", Kind::Unset),
    known("JWT_JWK_URL", Kind::Text("")),
    known("JWT_LEEWAY", Kind::Time(0)),
    known("JWT_USER_ID_FIELD", Kind::Text("id")),
    known("JWT_USER_ID_CLAIM", Kind::Text("user_id")),
    known("JWT_TOKEN_TYPE_CLAIM", Kind::Text("token_type")),
    known("JWT_JTI_CLAIM", Kind::Text("jti")),
    known("JWT_TOKEN_CLASSES", Kind::Classes("dj_ninja_auth.jwt.tokens.AccessToken")),
    // The package never calls it.
    code("JWT_USER_AUTHENTICATION_RULE", "dj_ninja_auth.jwt.authentication.default_authentication_rule", &[]),
    code("JWT_PAIR_SCHEMA", "dj_ninja_auth.jwt.schema.TokenPairInputSchema", &["login"]),
    code("JWT_REFRESH_SCHEMA", "dj_ninja_auth.jwt.schema.TokenRefreshInputSchema", &["refresh"]),
    code("JWT_VERIFY_SCHEMA", "dj_ninja_auth.jwt.schema.TokenVerifyInputSchema", &["verify"]),
];

/// The settings that the package has beside those of its JWT.
const BESIDE: [Known; 7] = [
    known("PASSWORD_RESET_URL", Kind::Text("")),
    // The login with a JWT has another.
    code("LOGIN_INPUT_SCHEMA", "dj_ninja_auth.schema.LoginInputSchema", &[]),
    code("AUTH_USER_SCHEMA", "dj_ninja_auth.schema.AuthUserSchema", &["me"]),
    code("SUCCESS_SCHEMA", "dj_ninja_auth.schema.SuccessOutputSchema", &["logout"]),
    code("PASSWORD_CHANGE_SCHEMA", "dj_ninja_auth.schema.PasswordChangeInputSchema", &["password_change"]),
    code(
        "PASSWORD_RESET_REQUEST_SCHEMA",
        "dj_ninja_auth.schema.PasswordResetRequestInputSchema",
        &["password_reset_request"],
    ),
    code(
        "PASSWORD_RESET_CONFIRM_SCHEMA",
        "dj_ninja_auth.schema.PasswordResetConfirmInputSchema",
        &["password_reset_confirm"],
    ),
];
