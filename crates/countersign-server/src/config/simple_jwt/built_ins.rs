//! Settings that are Python code in Django, and SimpleJWT's own code.

use super::super::family::built_ins::BuiltIn;

pub(super) const BUILT_INS: [BuiltIn; 11] = [
    // Claims are plain JSON, which all of these write alike; "" is None.
    ("json_encoder", &["json.JSONEncoder", "rest_framework.utils.encoders.JSONEncoder", ""]),
    ("on_login_failed", &["rest_framework_simplejwt.serializers.default_on_login_failed"]),
    ("on_login_success", &["rest_framework_simplejwt.serializers.default_on_login_success"]),
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
    (
        "user_authentication_rule",
        &["rest_framework_simplejwt.authentication.default_user_authentication_rule"],
    ),
];

#[cfg(test)]
mod tests {
    use super::super::super::family::built_ins::hold;
    use super::*;

    #[test]
    fn the_built_ins_are_accepted_and_no_others() {
        hold("simple_jwt", &[], &BUILT_INS);
    }
}
