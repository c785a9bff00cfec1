//! Overrides by environment variables: `COUNTERSIGN__SIMPLE_JWT__LEEWAY=5` is `leeway` in `[simple_jwt]`.
//!
//! A value that starts with `[`, `{` or `"` is TOML. Every other one is a text where the setting takes a text,
//! so a secret key of `007` keeps its zeros, and TOML where it does not.

use std::collections::{BTreeMap, HashMap};

use super::problem::{Origin, Problem};
use super::tree::{self, Entry, Table, Value};

/// What the variables' names begin with; two underscores stand between the parts.
pub(super) const PREFIX: &str = "COUNTERSIGN__";

/// The variable that overrides the key with this path.
pub(super) fn variable(path: &str) -> String {
    format!("{PREFIX}{}", path.to_uppercase().replace('.', "__"))
}

/// What the variables say, as a document that is laid upon the file's.
pub(super) fn overrides(environment: &HashMap<String, String>) -> Result<Table, Vec<Problem>> {
    // In the order of the names, so that `COUNTERSIGN__A={…}` comes before `COUNTERSIGN__A__B=…`.
    let variables = environment.iter().collect::<BTreeMap<_, _>>();
    let mut overrides = Table::new();
    let mut problems = Vec::new();
    for (name, text) in variables {
        let Some(keys) = name.strip_prefix(PREFIX) else { continue };
        let origin = Origin::source(name.as_str());
        match value(text, &origin) {
            Ok(value) => tree::merge(&mut overrides, nested(&keys.to_lowercase(), Entry { value, origin })),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(overrides) } else { Err(problems) }
}

fn value(text: &str, origin: &Origin) -> Result<Value, Problem> {
    if !text.starts_with(['[', '{', '"']) {
        return Ok(Value::Unquoted(text.to_owned()));
    }
    Value::parse(text, origin).map_err(|fault| {
        let sentence = format!(
            "a value that starts with [, {{ or \" is read as TOML, and this is none ({fault}): \
             write a text like this one in the quotes of TOML, or name a file with {origin}__FILE"
        );
        Problem::with_source(origin.clone(), sentence)
    })
}

fn nested(keys: &str, entry: Entry) -> Table {
    let (first, entry) = match keys.split_once("__") {
        Some((first, rest)) => {
            let origin = entry.origin.clone();
            (first, Entry { value: Value::Table(nested(rest, entry)), origin })
        }
        None => (keys, entry),
    };
    Table::from([(first.to_owned(), entry)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Table, Vec<Problem>> {
        let owned = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        overrides(&owned.collect())
    }

    fn child<'a>(table: &'a Table, key: &str) -> &'a Table {
        let Value::Table(child) = &table[key].value else { panic!("{key} is no table") };
        child
    }

    #[test]
    fn two_underscores_lead_into_a_table() {
        let read = read(&[
            ("COUNTERSIGN__SIMPLE_JWT__LEEWAY", "5"),
            ("COUNTERSIGN__SIMPLE_JWT__ROUTES__TOKEN_VERIFY", "/v/"),
            ("COUNTERSIGN_HOME", "/"),
            ("PATH", "/bin"),
        ])
        .unwrap();
        assert_eq!(read.len(), 1);
        let family = child(&read, "simple_jwt");
        assert!(matches!(&family["leeway"].value, Value::Unquoted(text) if text == "5"));
        let route = &child(family, "routes")["token_verify"];
        assert_eq!(route.origin.to_string(), "COUNTERSIGN__SIMPLE_JWT__ROUTES__TOKEN_VERIFY");
    }

    #[test]
    fn brackets_braces_and_quotes_begin_toml() {
        let read = read(&[
            ("COUNTERSIGN__A", "{ b = 1, c = 2 }"),
            ("COUNTERSIGN__A__B", "[1, 2]"),
            ("COUNTERSIGN__D", "\"[\""),
        ])
        .unwrap();
        assert!(matches!(&child(&read, "a")["b"].value, Value::List(list) if list.len() == 2));
        assert!(matches!(child(&read, "a")["c"].value, Value::Integer(2)));
        assert!(matches!(&read["d"].value, Value::Text(text) if text == "["));
    }

    #[test]
    fn what_is_no_toml_is_told_without_being_shown() {
        let problems = read(&[("COUNTERSIGN__SECRET_KEY", "{hunter2}")]).err().unwrap();
        let error = super::super::ConfigError::new(problems).to_string();
        assert!(
            error.starts_with("COUNTERSIGN__SECRET_KEY: a value that starts with [, { or \" is read as TOML")
        );
        assert!(error.ends_with("COUNTERSIGN__SECRET_KEY__FILE"));
        assert!(!error.contains("hunter2"));
    }

    #[test]
    fn a_paths_variable_is_its_upper_case() {
        assert_eq!(
            variable("simple_jwt.routes.token_verify"),
            "COUNTERSIGN__SIMPLE_JWT__ROUTES__TOKEN_VERIFY"
        );
    }
}
