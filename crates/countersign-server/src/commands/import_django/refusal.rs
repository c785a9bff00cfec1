//! Whether the server's reader takes a value: it is asked, so that the two never disagree.

use toml::Value;

use super::packages::Package;
use crate::config;

/// What the server's reader has against a value, as the rest of a sentence that begins with the key.
pub(super) fn refusal(table: &str, key: &str, value: &Value) -> Option<String> {
    let head = "secret_key = 'only to read one setting, and longer than any hash has to be: xxxxxxxxxxxxxxx'\n\
                [database]\nurl = 'sqlite://unasked'\n";
    // Keys are read elsewhere, and another algorithm would ask for them here.
    if key == "algorithm" {
        return None;
    }
    let text = format!("{head}[{table}]\n{key} = {value}\n");
    // Alone an endpoint may have the path that another has by default.
    let text = match table.strip_suffix(".routes").and_then(Package::of) {
        Some(package) => others_off(&text, package, key),
        None => text,
    };
    let layer = config::Layer { name: "Django", text: &text };
    let error = config::load_over(Some(layer), None, std::iter::empty()).err()?.to_string();
    let path = format!("{table}.{key} ");
    Some(error.split_once(&path).map_or(error.clone(), |(_, why)| why.to_owned()))
}

fn others_off(text: &str, package: &Package, key: &str) -> String {
    let others = package.endpoints.iter().chain(&["authenticate"]).filter(|name| **name != key);
    others.fold(text.to_owned(), |text, name| text + &format!("{name} = \"\"\n"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names of the packages' own settings, one a line.
    const PACKAGES: [(&str, &str); 2] = [
        ("simple_jwt", include_str!("../../../tests/data/simple_jwt_settings.txt")),
        ("ninja_jwt", include_str!("../../../tests/data/ninja_jwt_settings.txt")),
    ];

    #[test]
    fn every_setting_of_the_packages_is_carried_over() {
        for (table, text) in PACKAGES {
            let package = Package::of(table).unwrap();
            let names = text.lines().filter(|line| !line.starts_with('#')).collect::<BTreeSet<_>>();
            let known = package.settings().map(|known| known.name).chain(["SIGNING_KEY", "VERIFYING_KEY"]);
            assert_eq!(known.collect::<BTreeSet<_>>(), names, "{table}");
        }
    }

    #[test]
    fn the_reader_says_what_it_has_against_a_value() {
        for package in Package::ALL {
            let table = package.table;
            for known in package.settings() {
                let key = known.name.to_lowercase();
                let refused = refusal(table, &key, &Value::Array(vec![Value::Boolean(true)]));
                assert_eq!(refused.is_none(), key == "algorithm", "{table}.{key}: {refused:?}");
            }
        }
        assert_eq!(refusal("simple_jwt", "leeway", &5.into()), None);
        assert_eq!(refusal("simple_jwt.routes", "token_refresh", &"/api/token/".into()), None);
        let refused = refusal("ninja_jwt.routes", "token_verify", &"/healthz".into());
        assert_eq!(refused.as_deref(), Some("is a path of the server's own: give it another"));
    }
}
