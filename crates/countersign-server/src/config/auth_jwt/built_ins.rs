//! Settings that are Python code in Django, and dj-ninja-auth's own code.

use super::super::family::built_ins::BuiltIn;

pub(super) const BUILT_INS: [BuiltIn; 9] = [
    ("auth_user_schema", &["dj_ninja_auth.schema.AuthUserSchema"]),
    ("login_input_schema", &["dj_ninja_auth.schema.LoginInputSchema"]),
    ("pair_schema", &["dj_ninja_auth.jwt.schema.TokenPairInputSchema"]),
    ("password_change_schema", &["dj_ninja_auth.schema.PasswordChangeInputSchema"]),
    ("password_reset_confirm_schema", &["dj_ninja_auth.schema.PasswordResetConfirmInputSchema"]),
    ("password_reset_request_schema", &["dj_ninja_auth.schema.PasswordResetRequestInputSchema"]),
    ("refresh_schema", &["dj_ninja_auth.jwt.schema.TokenRefreshInputSchema"]),
    ("success_schema", &["dj_ninja_auth.schema.SuccessOutputSchema"]),
    // The name in the package's manual, and the one in its code.
    ("verify_schema", &["dj_ninja_auth.jwt.schema.TokenVerifyInputSchema"]),
];

/// The rule, by its name in the package's manual and by that in its code.
pub(super) const RULES: [&str; 2] = [
    "dj_ninja_auth.jwt.authentication.default_authentication_rule",
    "dj_ninja_auth.jwt.authentication.default_user_authentication_rule",
];

#[cfg(test)]
mod tests {
    use super::super::super::family::built_ins::hold;
    use super::*;

    #[test]
    fn the_built_ins_are_accepted_and_no_others() {
        let url = ("COUNTERSIGN__AUTH_JWT__PASSWORD_RESET_URL", "https://example.com/reset");
        hold("auth_jwt", &[url], &BUILT_INS);
    }
}
