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
            key.contains("obtain"),
            "{told}"
        );
    }
}
