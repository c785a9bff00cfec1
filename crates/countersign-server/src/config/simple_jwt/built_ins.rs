//! Settings that are Python code in Django, and SimpleJWT's own code.

use super::super::family::built_ins::BuiltIn;

pub(super) const BUILT_INS: [BuiltIn; 7] = [
    (
        "sliding_token_obtain_serializer",
        &["rest_framework_simplejwt.serializers.TokenObtainSlidingSerializer"],
    ),
    (
        "sliding_token_refresh_serializer",
        &["rest_framework_simplejwt.serializers.TokenRefreshSlidingSerializer"],
    ),
    ("token_blacklist_serializer", &["rest_framework_simplejwt.serializers.TokenBlacklistSerializer"]),
    ("token_obtain_serializer", &["rest_framework_simplejwt.serializers.TokenObtainPairSerializer"]),
    ("token_refresh_serializer", &["rest_framework_simplejwt.serializers.TokenRefreshSerializer"]),
    ("token_user_class", &["rest_framework_simplejwt.models.TokenUser"]),
    ("token_verify_serializer", &["rest_framework_simplejwt.serializers.TokenVerifySerializer"]),
];

/// `""` is None.
pub(super) const JSON_ENCODERS: [&str; 4] = [
    "json.JSONEncoder",
    "django.core.serializers.json.DjangoJSONEncoder",
    "rest_framework.utils.encoders.JSONEncoder",
    "",
];
pub(super) const RULE: &str = "rest_framework_simplejwt.authentication.default_user_authentication_rule";
pub(super) const ON_LOGIN_FAILED: &str = "rest_framework_simplejwt.serializers.default_on_login_failed";
pub(super) const ON_LOGIN_SUCCESS: &str = "rest_framework_simplejwt.serializers.default_on_login_success";

#[cfg(test)]
mod tests {
    use super::super::super::family::built_ins::hold;
    use super::*;

    #[test]
    fn the_built_ins_are_accepted_and_no_others() {
        hold("simple_jwt", &[], &BUILT_INS);
    }
}
