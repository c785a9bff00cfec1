//! Whether the server's reader takes a value: it is asked, so that the two never disagree.

use toml::Value;

use super::packages::Package;
use crate::config;

/// What the server's reader has against a value, as the rest of a sentence that begins with the key.
pub(super) fn refusal(table: &str, key: &str, value: &Value) -> Option<String> {
    let head = "secret_key = 'only to read one setting, and longer than any hash has to be: xxxxxxxxxxxxxxx'\n\
                [database]\nurl = 'sqlite://unasked'\n";
    let package =
        Package::ALL.into_iter().find(|package| [package.table, package.routes].contains(&table))?;
    // Keys are read elsewhere, and another algorithm would ask for them here.
    if key == package.key(package.keys.algorithm) {
        return None;
    }
    let mut text = vec![format!("{head}[{}]\n", package.table)];
    let required = package.required.filter(|(required, _)| *required != key);
    text.extend(required.map(|(required, value)| format!("{required} = '{value}'\n")));
    if table != package.table {
        text.push(format!("[{table}]\n"));
    }
    text.push(format!("{key} = {value}\n"));
    // Alone an endpoint may have the path that another has by default.
    if package.endpoints.contains(&key) {
        let others = package.endpoints.iter().chain(&package.own_endpoint).filter(|name| **name != key);
        text.extend(others.map(|name| format!("{name} = ''\n")));
    }
    let text = text.concat();
    let layer = config::Layer { name: "Django", text: &text };
    let error = config::load_over(Some(layer), None, std::iter::empty()).err()?.to_string();
    let path = format!("{table}.{key} ");
    Some(error.split_once(&path).map_or(error.clone(), |(_, why)| why.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names of the packages' own settings, one a line, and what they begin with here.
    const PACKAGES: [(&str, &str, &str); 4] = [
        ("simple_jwt", "", include_str!("../../../tests/data/simple_jwt_settings.txt")),
        ("ninja_jwt", "", include_str!("../../../tests/data/ninja_jwt_settings.txt")),
        ("auth_jwt", "JWT_", include_str!("../../../tests/data/auth_jwt_settings.txt")),
        ("graphql_jwt", "", include_str!("../../../tests/data/graphql_jwt_settings.txt")),
    ];

    #[test]
    fn every_setting_of_the_packages_is_carried_over() {
        for (table, prefix, text) in PACKAGES {
            let package = Package::of(table).unwrap();
            let keys = package.keys.secret.iter().chain([&package.keys.public]).copied();
            let known = package.settings().map(|known| known.name).chain(keys).collect::<BTreeSet<_>>();
            for name in text.lines().filter(|line| !line.starts_with('#')) {
                assert!(known.contains(&*format!("{prefix}{name}")), "{table}: {name}");
            }
        }
    }

    #[test]
    fn the_reader_says_what_it_has_against_a_value() {
        for package in Package::ALL {
            let table = package.table;
            for known in package.settings() {
                let key = package.key(known.name);
                let refused = refusal(table, &key, &Value::Array(vec![Value::Boolean(true)]));
                assert_eq!(
                    refused.is_none(),
                    key == package.key(package.keys.algorithm),
                    "{table}.{key}: {refused:?}"
                );
            }
        }
        assert_eq!(refusal("simple_jwt", "leeway", &5.into()), None);
        assert_eq!(refusal("simple_jwt.routes", "token_refresh", &"/api/token/".into()), None);
        let refused = refusal("ninja_jwt.routes", "token_verify", &"/healthz".into());
        assert_eq!(refused.as_deref(), Some("is a path of the server's own: give it another"));
    }
}
