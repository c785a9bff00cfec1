//! Settings that are Python code in Django: the built-ins are accepted by their dotted paths, and no others.

use super::super::problem::Place;
use super::super::reference::Surroundings;
use super::super::section::Section;
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

/// A setting, and the paths that mean what is built in; the first is the one to suggest.
pub(in super::super) type BuiltIn = (&'static str, &'static [&'static str]);

/// Checks that each names what is built in here.
pub(in super::super) fn read(settings: &mut Section<'_>, built_ins: &[BuiltIn]) {
    for (key, paths) in built_ins {
        let Ok(Some(path)) = settings.located::<DottedPath>(key) else { continue };
        if !paths.contains(&path.value.0.as_str()) {
            let predicate = not_built_in(&path.place, key, paths[0]);
            settings.problem(&path.place, &predicate);
        }
    }
}

/// What is wrong with any other path than a built-in's, and what to write instead where there is something.
pub(super) fn not_built_in(place: &Place, key: &str, built_in: &str) -> String {
    let table = place.path.split('.').next().unwrap_or_default();
    let instead = if key.ends_with("_rule") {
        "; write what it decides as an expression, as in \"user.is_active && user.is_staff\"".to_owned()
    } else if key.starts_with("on_login_") {
        "; give the URL of a webhook, as in \"https://example.com/logins\"".to_owned()
    } else if let Some((_, instead)) = INSTEAD.iter().find(|(known, _)| *known == key) {
        format!("; {instead}")
    } else if key.contains("obtain") {
        format!("; claims that it adds can be written in [{table}.claims], as in email = \"user.email\"")
    } else {
        String::new()
    };
    unknown(&[built_in]) + &instead
}

/// What is said of a path that is none of the built-ins'.
pub(in super::super) fn unknown(built_ins: &[&str]) -> String {
    let (words, verb) = if built_ins.len() == 1 { ("built-in", "is") } else { ("built-ins", "are") };
    let names = built_ins.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" and ");
    format!("names Python code that is not known to this version: only the {words} {names} {verb}")
}

/// What to write in the place of a callable of one's own.
const INSTEAD: [(&str, &str); 7] = [
    (
        "jwt_decode_handler",
        "jwt_algorithm, jwt_public_key, jwt_audience, jwt_issuer and jwt_leeway say how tokens are verified, and the \
         library's Keys take keys from elsewhere",
    ),
    (
        "jwt_encode_handler",
        "jwt_algorithm with jwt_secret_key or jwt_private_key says how tokens are signed, and the library's Keys take \
         any key",
    ),
    (
        "jwt_get_refresh_token_handler",
        "jwt_refresh_token_model names another table, and the library's trait RefreshTokens keeps tokens in any way",
    ),
    (
        "jwt_get_user_by_natural_key_handler",
        "username_field in [users] names another column, and the library's trait Users finds users in any way",
    ),
    (
        "jwt_payload_get_username_handler",
        "write what it finds as an expression over the token's payload, as in \"payload.sub\"",
    ),
    (
        "jwt_payload_handler",
        "claims that it adds can be written in [graphql_jwt.claims], as in email = \"user.email\", and a whole payload \
         as an expression, as in \"{'username': user.username, 'exp': payload.exp}\"",
    ),
    (
        "jwt_refresh_expired_handler",
        "write when a token is too old as an expression over seconds, as in \"now > orig_iat + 3600\"",
    ),
];

struct DottedPath(String);

impl Setting for DottedPath {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        String::read(value, around).map(Self)
    }
}

/// Holds the built-ins of the family in `table` against the configuration; `variables` say what the family must be told.
#[cfg(test)]
pub(in super::super) fn hold(table: &str, variables: &[(&str, &str)], built_ins: &[BuiltIn]) {
    use super::super::testing::try_read;

    for (key, paths) in built_ins {
        let read = |path: &str| try_read(&format!("[{table}]\n{key} = '{path}'"), variables);
        for path in *paths {
            assert!(read(path).is_ok(), "{key} = {path}");
        }
        let told = read("project.Own").expect_err(key).to_string();
        let expected = format!(
            "countersign.toml, line 2: {table}.{key} names Python code that is not known to this version: only the \
             built-in \"{}\" is",
            paths[0]
        );
        assert!(told.starts_with(&expected), "{told}");
        assert_eq!(
            told.contains(&format!("can be written in [{table}.claims]")),
            key.contains("obtain") || *key == "jwt_payload_handler",
            "{told}"
        );
    }
}
