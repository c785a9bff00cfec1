//! Settings that are Python code in Django, and strawberry-django-extras' own code: what else can be said here, as an
//! expression, is read by `callables`.

use super::super::family::built_ins::BuiltIn;

/// Where no other code is known.
pub(super) const BUILT_INS: [BuiltIn; 4] = [
    ("jwt_decode_handler", &["strawberry_django_extras.jwt.utils.jwt_decode"]),
    ("jwt_encode_handler", &["strawberry_django_extras.jwt.utils.jwt_encode"]),
    (
        "jwt_get_refresh_token_handler",
        &["strawberry_django_extras.jwt.refresh_token.utils.get_refresh_token_by_model"],
    ),
    ("jwt_get_user_by_natural_key_handler", &["strawberry_django_extras.jwt.utils.get_user_by_natural_key"]),
];
pub(super) const PAYLOAD: BuiltIn =
    ("jwt_payload_handler", &["strawberry_django_extras.jwt.utils.jwt_payload"]);
/// A lambda there, which has no path.
pub(super) const USERNAME: BuiltIn = ("jwt_payload_get_username_handler", &["default", ""]);
pub(super) const REFRESH_EXPIRED: BuiltIn =
    ("jwt_refresh_expired_handler", &["strawberry_django_extras.jwt.utils.refresh_has_expired"]);

#[cfg(test)]
mod tests {
    use super::super::super::family::built_ins::hold;
    use super::*;

    #[test]
    fn the_built_ins_are_accepted_and_no_others() {
        hold("graphql_jwt", &[], &BUILT_INS);
        hold("graphql_jwt", &[], &[PAYLOAD, USERNAME, REFRESH_EXPIRED]);
    }
}
