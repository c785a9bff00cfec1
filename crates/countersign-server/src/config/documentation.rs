//! docs/settings.md says what is true: it names every setting, no other, and the defaults that are.

use std::collections::BTreeSet;
use std::path::Path;

use super::testing::{fault, read, try_read};
use super::{Config, known_settings};

const MANUAL: &str = include_str!("../../../../docs/settings.md");
const SIMPLE_JWT: &str = include_str!("../../tests/data/simple_jwt_settings.txt");

/// A row of one of the manual's tables: `| key | what it does | default | test |`.
struct Row {
    path: String,
    default: String,
    test: String,
}

/// The rows below each heading that names a table of the configuration.
fn rows() -> Vec<Row> {
    let mut table = "";
    let mut rows = Vec::new();
    for line in MANUAL.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            table = heading.trim_matches(['`', '[', ']']);
        }
        let cells =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().trim_matches('`')).collect::<Vec<_>>();
        let [key, _, default, test] = *cells else { continue };
        if !line.starts_with("| `") {
            continue;
        }
        let path = if table == "Top level" { key.to_owned() } else { format!("{table}.{key}") };
        rows.push(Row { path, default: default.to_owned(), test: test.to_owned() });
    }
    rows
}

fn simple_jwt_names() -> Vec<String> {
    SIMPLE_JWT.lines().filter(|line| !line.starts_with('#')).map(str::to_lowercase).collect()
}

#[test]
fn every_setting_of_simple_jwt_is_in_the_manual_and_in_the_code() {
    let known = known_settings();
    let names = simple_jwt_names();
    assert_eq!(names.len(), 36);
    for name in names {
        let path = format!("simple_jwt.{name}");
        assert!(rows().iter().any(|row| row.path == path), "docs/settings.md has no row for {path}");
        assert!(known.contains(&path), "the configuration does not know {path}");
    }
}

#[test]
fn the_manual_names_every_setting_and_no_other() {
    let tables = ["database", "password_hashing", "server", "simple_jwt", "simple_jwt.routes", "users"];
    let known = known_settings().into_iter().filter(|path| !tables.contains(&path.as_str()));
    let told = rows().into_iter().map(|row| row.path);
    assert_eq!(told.collect::<BTreeSet<_>>(), known.collect::<BTreeSet<_>>());
}

#[test]
fn the_manuals_defaults_are_accepted_and_change_nothing() {
    let silent = all_of(&read("[simple_jwt]"));
    for Row { path, default, .. } in rows() {
        // A dash is said of what has no default, or one that cannot be written down.
        if default == "–" {
            continue;
        }
        let (table, key) = path.rsplit_once('.').unwrap_or(("", &path));
        let header = if table.is_empty() { String::new() } else { format!("[{table}]\n") };
        let family = if table.starts_with("simple_jwt") { "" } else { "\n[simple_jwt]" };
        let text = format!("{header}{key} = {default}{family}");
        assert_eq!(all_of(&read(&text)), silent, "{text}");
    }
}

#[test]
fn the_manuals_unit_tests_are_there() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for Row { path, test, .. } in rows().iter().filter(|row| row.test.starts_with("config/")) {
        assert!(src.join(test).is_file(), "{path}: there is no {test}");
    }
}

/// The configuration as a text, with the rules that `Debug` leaves out.
fn all_of(config: &Config) -> String {
    let rules = config.simple_jwt.as_ref().unwrap().with_ledger(true);
    let bools = [
        rules.verify_asks_blacklist,
        rules.update_last_login,
        rules.inactive_users_may_log_in,
        rules.check_user_is_active,
        rules.stateless,
    ];
    format!("{config:?} {rules:?} {bools:?}")
}

#[test]
fn the_manuals_examples_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("jwt-private.pem"), include_str!("../../tests/data/keys/ed25519.pem"))
        .unwrap();
    let origin = folder.path().join("countersign.toml");
    let examples = MANUAL.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or(rest));
    let environment = [("DJANGO_SECRET_KEY", super::testing::SECRET), ("DATABASE_URL", "sqlite::memory:")];
    let mut count = 0;
    for example in examples {
        let variables = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Config::from_toml(example, origin.to_str().unwrap(), variables)
            .unwrap_or_else(|e| panic!("{example}\n{e}"));
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn upper_case_is_answered_with_lower_case() {
    for name in simple_jwt_names() {
        let upper = name.to_uppercase();
        let error = fault(&format!("[simple_jwt]\n{upper} = 1"));
        assert!(error.contains(&format!("the nearest one is simple_jwt.{name}: ")), "{error}");
        assert!(try_read("", &[(&format!("COUNTERSIGN__SIMPLE_JWT__{upper}X"), "")]).is_err());
    }
}
