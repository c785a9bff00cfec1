//! Settings that are Python code in Django, and Ninja JWT's own code, by its names of today and of old.

use super::super::family::built_ins::BuiltIn;

pub(super) const BUILT_INS: [BuiltIn; 7] = [
    (
        "token_blacklist_input_schema",
        &["ninja_jwt.schema.TokenBlacklistInputSchema", "ninja_jwt.schema.TokenBlacklistSerializer"],
    ),
    (
        "token_obtain_pair_input_schema",
        &["ninja_jwt.schema.TokenObtainPairInputSchema", "ninja_jwt.schema.TokenObtainPairSerializer"],
    ),
    (
        "token_obtain_pair_refresh_input_schema",
        &["ninja_jwt.schema.TokenRefreshInputSchema", "ninja_jwt.schema.TokenRefreshSchema"],
    ),
    (
        "token_obtain_sliding_input_schema",
        &["ninja_jwt.schema.TokenObtainSlidingInputSchema", "ninja_jwt.schema.TokenObtainSlidingSerializer"],
    ),
    (
        "token_obtain_sliding_refresh_input_schema",
        &["ninja_jwt.schema.TokenRefreshSlidingInputSchema", "ninja_jwt.schema.TokenRefreshSlidingSchema"],
    ),
    ("token_user_class", &["ninja_jwt.models.TokenUser"]),
    (
        "token_verify_input_schema",
        &["ninja_jwt.schema.TokenVerifyInputSchema", "ninja_jwt.schema.TokenVerifySerializer"],
    ),
];

/// `""` is None.
pub(super) const JSON_ENCODERS: [&str; 4] = [
    "json.JSONEncoder",
    "django.core.serializers.json.DjangoJSONEncoder",
    "ninja.responses.NinjaJSONEncoder",
    "",
];
pub(super) const RULE: &str = "ninja_jwt.authentication.default_user_authentication_rule";

#[cfg(test)]
mod tests {
    use super::super::super::family::built_ins::hold;
    use super::*;

    #[test]
    fn the_built_ins_are_accepted_and_no_others() {
        hold("ninja_jwt", &[], &BUILT_INS);
    }
}
