//! Settings that are Python code in Django, and strawberry-django-extras' own code.

use super::super::family::built_ins::BuiltIn;

pub(super) const BUILT_INS: [BuiltIn; 7] = [
    ("jwt_decode_handler", &["strawberry_django_extras.jwt.utils.jwt_decode"]),
    ("jwt_encode_handler", &["strawberry_django_extras.jwt.utils.jwt_encode"]),
    (
        "jwt_get_refresh_token_handler",
        &["strawberry_django_extras.jwt.refresh_token.utils.get_refresh_token_by_model"],
    ),
    ("jwt_get_user_by_natural_key_handler", &["strawberry_django_extras.jwt.utils.get_user_by_natural_key"]),
    ("jwt_payload_handler", &["strawberry_django_extras.jwt.utils.jwt_payload"]),
    // A lambda there, which has no path.
    ("jwt_payload_get_username_handler", &["default", ""]),
    ("jwt_refresh_expired_handler", &["strawberry_django_extras.jwt.utils.refresh_has_expired"]),
];

#[cfg(test)]
mod tests {
    use super::super::super::family::built_ins::hold;
    use super::*;

    #[test]
    fn the_built_ins_are_accepted_and_no_others() {
        hold("graphql_jwt", &[], &BUILT_INS);
    }
}
