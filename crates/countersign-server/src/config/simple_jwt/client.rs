//! What clients see: the header that carries the token, and the name of the login field.

use countersign::dialect::SimpleJwt;
use http::HeaderName;

use super::super::Shared;
use super::super::reference::Surroundings;
use super::super::section::{Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

pub(super) fn read(settings: &mut Section<'_>, shared: &Shared<'_>) -> Result<SimpleJwt, Reported> {
    let types = settings.optional("auth_header_types");
    let name = settings.optional("auth_header_name");
    let mut dialect = SimpleJwt::default().username_field(&shared.users.username_field);
    if let Some(HeaderTypes(types)) = types? {
        dialect = dialect.header_types(types);
    }
    if let Some(name) = name? {
        dialect = dialect.header_name(name);
    }
    Ok(dialect)
}

/// `AUTH_HEADER_TYPES`: one word at least; the first is the one in `WWW-Authenticate`.
struct HeaderTypes(Vec<String>);

impl Setting for HeaderTypes {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let types = Vec::<String>::read(value, around)?;
        let is_word = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if types.is_empty() || !types.iter().all(is_word) {
            return Err("takes one word or several without blanks, as in [\"Bearer\", \"JWT\"]".into());
        }
        Ok(Self(types))
    }
}

/// `AUTH_HEADER_NAME`, as Django spells it or as HTTP does.
impl Setting for HeaderName {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let name = String::read(value, around)?;
        let plain = match name.strip_prefix("HTTP_") {
            Some(django) if !django.contains('-') => Some(django.replace('_', "-")),
            // In Django only names with HTTP_ come from headers, and an underscore in a header gets lost on the way.
            _ => Some(name).filter(|name| !name.contains('_')),
        };
        plain.and_then(|plain| plain.to_ascii_lowercase().parse().ok()).ok_or_else(|| {
            "takes a header's name as Django spells it (\"HTTP_X_ACCESS_TOKEN\") or as HTTP does (\"X-Access-Token\")"
                .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::setting::testing::toml;
    use super::super::super::testing::read;
    use super::*;

    #[test]
    fn the_dialect_knows_the_header_and_the_login_field() {
        let config = read(
            "[users]\nusername_field = 'email'\n[simple_jwt]\nauth_header_types = ['JWT', 'Bearer']\n\
             auth_header_name = 'HTTP_X_ACCESS_TOKEN'",
        );
        let expected = SimpleJwt::default()
            .header_types(["JWT", "Bearer"])
            .header_name(HeaderName::from_static("x-access-token"))
            .username_field("email");
        assert_eq!(format!("{:?}", config.simple_jwt.unwrap().dialect), format!("{expected:?}"));
    }

    #[test]
    fn a_header_is_named_as_in_django_or_as_in_http() {
        for name in ["'HTTP_X_ACCESS_TOKEN'", "'X-Access-Token'", "'x-access-token'"] {
            assert_eq!(toml::<HeaderName>(name).unwrap(), "x-access-token");
        }
        assert_eq!(toml::<HeaderName>("'HTTP_AUTHORIZATION'").unwrap(), http::header::AUTHORIZATION);
        for name in ["''", "'X_ACCESS_TOKEN'", "'HTTP_'", "'HTTP_X-Y'", "'x y'", "'CONTENT_TYPE'"] {
            assert!(toml::<HeaderName>(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_type_is_a_word() {
        assert_eq!(toml::<HeaderTypes>("'Bearer'").unwrap().0, ["Bearer"]);
        for types in ["[]", "''", "'two words'", "['Bearer', '']", "'b\u{e9}arer'"] {
            assert!(toml::<HeaderTypes>(types).is_err(), "{types}");
        }
    }
}
