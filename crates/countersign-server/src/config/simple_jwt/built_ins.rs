//! Settings that are Python code in Django: the built-ins are accepted by their dotted paths, and no others.

use super::super::reference::Surroundings;
use super::super::section::Section;
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

/// Checks that each names what is built in here.
pub(super) fn read(settings: &mut Section<'_>) {
    for (key, built_in) in BUILT_IN {
        let Ok(Some(path)) = settings.located::<DottedPath>(key) else { continue };
        if !built_in.contains(&path.value.0.as_str()) {
            let predicate = format!(
                "names Python code that is not known to this version: only the built-in \"{}\" is",
                built_in[0]
            );
            settings.problem(&path.place, &predicate);
        }
    }
}

struct DottedPath(String);

impl Setting for DottedPath {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        String::read(value, around).map(Self)
    }
}

/// The settings, and for each the paths that mean what is built in.
const BUILT_IN: [(&str, &[&str]); 11] = [
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
    use super::super::super::testing::{fault, read};
    use super::*;

    #[test]
    fn the_built_ins_are_accepted_and_no_others() {
        for (key, paths) in BUILT_IN {
            for path in paths {
                read(&format!("[simple_jwt]\n{key} = '{path}'"));
            }
            assert_eq!(
                fault(&format!("[simple_jwt]\n{key} = 'project.Own'")),
                format!(
                    "countersign.toml, line 2: simple_jwt.{key} names Python code that is not known to this version: \
                     only the built-in \"{}\" is",
                    paths[0]
                )
            );
        }
    }
}
