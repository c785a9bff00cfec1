//! docs/settings.md says what is true: it names every setting, no other, and the defaults that are.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::testing::{fault, read_with, try_read};
use super::{Config, Layer, known_settings};

const MANUAL: &str = include_str!("../../../../docs/settings.md");
/// The families' tables, with the names of the settings that their packages have.
const FAMILIES: [(&str, &str, usize); 4] = [
    ("simple_jwt", include_str!("../../tests/data/simple_jwt_settings.txt"), 36),
    ("ninja_jwt", include_str!("../../tests/data/ninja_jwt_settings.txt"), 29),
    ("auth_jwt", include_str!("../../tests/data/auth_jwt_settings.txt"), 19),
    ("graphql_jwt", include_str!("../../tests/data/graphql_jwt_settings.txt"), 27),
];
/// What a family's table must say, and has no default.
const REQUIRED: [(&str, &str); 1] =
    [("COUNTERSIGN__AUTH_JWT__PASSWORD_RESET_URL", "https://example.com/reset")];

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

/// The table of each family and the names of its settings, in lower case.
fn names() -> impl Iterator<Item = (&'static str, Vec<String>)> {
    FAMILIES.into_iter().map(|(table, text, count)| {
        let names = text.lines().filter(|line| !line.starts_with('#')).map(str::to_lowercase);
        let names = names.collect::<Vec<_>>();
        assert_eq!(names.len(), count, "{table}");
        (table, names)
    })
}

#[test]
fn every_setting_of_the_packages_is_in_the_manual_and_in_the_code() {
    let known = known_settings();
    for (table, names) in names() {
        for name in names {
            let path = format!("{table}.{name}");
            assert!(rows().iter().any(|row| row.path == path), "docs/settings.md has no row for {path}");
            assert!(known.contains(&path), "the configuration does not know {path}");
        }
    }
}

#[test]
fn the_manual_names_every_setting_and_no_other() {
    let known = known_settings();
    let is_table = |path: &String| {
        let inside = format!("{path}.");
        known.iter().any(|other| other.starts_with(&inside))
    };
    let known = known.iter().filter(|path| !is_table(path)).cloned().collect::<BTreeSet<_>>();
    let told = rows().into_iter().map(|row| row.path).collect::<BTreeSet<_>>();
    let differing = told.symmetric_difference(&known).collect::<Vec<_>>();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn the_manuals_defaults_are_accepted_and_change_nothing() {
    let silent = all_of(read_with("[simple_jwt]\n[ninja_jwt]\n[auth_jwt]\n[graphql_jwt]", REQUIRED));
    for Row { path, default, .. } in rows() {
        // A dash is said of what has no default, or one that cannot be written down.
        if default == "–" {
            continue;
        }
        let (table, key) = path.rsplit_once('.').unwrap_or(("", &path));
        let header = if table.is_empty() { String::new() } else { format!("[{table}]\n") };
        let mut text = format!("{header}{key} = {default}");
        for (family, ..) in FAMILIES.iter().filter(|(family, ..)| *family != table) {
            let _ = write!(text, "\n[{family}]");
        }
        assert_eq!(all_of(read_with(&text, REQUIRED)), silent, "{text}");
    }
}

#[test]
fn the_manuals_tests_are_there() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for Row { path, test, .. } in rows() {
        let file = match test.strip_prefix("config/") {
            Some(_) => here.join("src").join(&test),
            None => here.join("tests/oracle").join(format!("{test}.rs")),
        };
        assert!(file.is_file(), "{path}: there is no {test}");
    }
}

/// The configuration as a text, with the rules that `Debug` leaves out, and without the warnings, which name lines.
fn all_of(config: Config) -> String {
    let config = Config { warnings: Vec::new(), ..config };
    let rules = config.families().map(|tokens| {
        let rules = tokens.with_ledger(true);
        let bools = [
            rules.verify_asks_blacklist,
            rules.access_tokens_ask_blacklist,
            rules.update_last_login,
            rules.inactive_users_may_log_in,
            rules.check_user_is_active,
            rules.stateless,
            rules.empty_user_claim_is_none,
            rules.tokens_ask_for_user,
            rules.logins_tell_relations,
        ];
        format!("{rules:?} {:?} {bools:?}", rules.renewal)
    });
    format!("{config:?} {}", rules.collect::<String>())
}

#[test]
fn the_manuals_examples_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("jwt-private.pem"), include_str!("../../tests/data/keys/ed25519.pem"))
        .unwrap();
    let required = "secret_key = { env = 'DJANGO_SECRET_KEY' }\n[database]\nurl = { env = 'DATABASE_URL' }";
    let examples = MANUAL.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or(rest));
    let environment = [("DJANGO_SECRET_KEY", super::testing::SECRET), ("DATABASE_URL", "sqlite::memory:")];
    let mut count = 0;
    for example in examples {
        let variables = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let layers =
            [Layer { name: "required", text: required }, Layer { name: "the manual", text: example }];
        Config::from_layers(&layers, folder.path().to_owned(), variables.into())
            .unwrap_or_else(|e| panic!("{example}\n{e}"));
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn upper_case_is_answered_with_lower_case() {
    for (table, names) in names() {
        for name in names {
            let upper = name.to_uppercase();
            let error = fault(&format!("[{table}]\n{upper} = 1"));
            assert!(error.contains(&format!("the nearest one is {table}.{name}: ")), "{error}");
            let variable = format!("COUNTERSIGN__{}__{upper}X", table.to_uppercase());
            assert!(try_read("", &[(&variable, "")]).is_err());
        }
    }
}
