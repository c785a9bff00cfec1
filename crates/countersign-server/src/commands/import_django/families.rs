//! The tables of the families: settings here, keys and routes beside.

use std::collections::BTreeSet;

use toml::Value;

use super::carry::Left;
use super::files::Files;
use super::keys::bytes;
use super::project::{Family, Project};
use super::refusal::refusal;
use super::setting::Known;

/// The families' tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// The tables.
    pub(super) toml: String,
    /// How many endpoints they serve.
    pub(super) served: usize,
    /// What to write for `secret_key`, where a family signs with it.
    pub(super) secret_key: Option<Value>,
}

/// Carries all of them over.
pub(super) fn carried(project: &Project, logs_in: bool, files: &mut Files, left: &mut Vec<Left>) -> Tables {
    let mut tables = Tables::default();
    for family in &project.families {
        let mut carrier = Carrier { family, files, left, kept: BTreeSet::new() };
        if !logs_in {
            carrier.kept.extend(family.package.logins);
        }
        let Some(keys) = carrier.keys(project) else { continue };
        let Some(settings) = carrier.settings() else { continue };
        let (routes, served) = carrier.routes();
        let table = family.package.table;
        let keys_toml = keys.toml.concat();
        tables.toml += "\n";
        tables.toml += &[format!("[{table}]\n{settings}{keys_toml}\n[{table}.routes]\n"), routes].concat();
        tables.served += served;
        if keys.asks_secret_key && tables.secret_key.is_none() {
            tables.secret_key = bytes(&project.secret_key).map(|secret| files.secret("secret", secret));
        }
    }
    tables
}

/// Carries one of them over.
pub(super) struct Carrier<'a> {
    pub(super) family: &'a Family,
    pub(super) files: &'a mut Files,
    pub(super) left: &'a mut Vec<Left>,
    /// The endpoints that run code of the project's.
    pub(super) kept: BTreeSet<&'static str>,
}

impl Carrier<'_> {
    /// The lines of all other settings; none where one that shapes the tokens cannot be said here.
    fn settings(&mut self) -> Option<String> {
        let mut toml = Vec::new();
        let family = self.family;
        for known in family.package.settings() {
            // Older versions of the package lack some.
            let Some(said) = family.settings.get(known.name) else { continue };
            let key = known.name.to_lowercase();
            let written = match known.written(&said.0) {
                Ok(None) => continue,
                Ok(Some(value)) => refusal(family.package.table, &key, &value).map_or(Ok(value), Err),
                Err(()) => Err("is nothing that a configuration file can say".to_owned()),
            };
            match written {
                // Without the app, the packages pass over it.
                Ok(_) if known.name == "BLACKLIST_AFTER_ROTATION" && !family.blacklist => {
                    toml.push("# BLACKLIST_AFTER_ROTATION is on in Django, where token_blacklist is not installed: it does \
                             nothing there.\n".to_owned());
                }
                Ok(value) => toml.push(format!("{key} = {value}\n")),
                Err(why) if known.is_code() => self.leave_code(known, &said.0, &why),
                Err(why) => {
                    let what = format!("{} = {}", self.setting(known.name), shown(&said.0));
                    self.leave_family(what, &format!("{key} {why}"));
                    return None;
                }
            }
        }
        toml.push(format!("blacklist = {}\n", family.blacklist));
        self.surroundings();
        for name in &family.unknown {
            let instead =
                "The package does not know it: whatever code of the project reads it stays in Django.";
            self.left.push(Left::new(self.setting(name), instead));
        }
        Some(toml.concat())
    }

    fn surroundings(&mut self) {
        for (name, instead) in self.family.package.surroundings {
            let paths = self.family.surroundings.get(*name).into_iter().flatten();
            self.left.extend(paths.map(|path| Left::new(format!("{name}: {path}"), *instead)));
        }
    }

    fn leave_code(&mut self, known: &Known, value: &serde_json::Value, why: &str) {
        let key = known.name.to_lowercase();
        let found = |endpoint: &&&str| self.family.routes.iter().any(|route| route.endpoint == **endpoint);
        let kept: Vec<_> = known.decides.iter().filter(found).copied().collect();
        let consequence = if kept.is_empty() {
            "Left out: no endpoint that is served here asks for it.".to_owned()
        } else {
            let kept = kept.join(" and ");
            format!("Left to Django, because the code decides what they answer: {kept}. {TO_SERVE}")
        };
        self.kept.extend(known.decides);
        let what = format!("{} = {}", self.setting(known.name), shown(value));
        self.left.push(Left::new(what, format!("{key} {why}. {consequence}")));
    }

    pub(super) fn leave_family(&mut self, what: String, instead: &str) {
        let name = self.family.package.name;
        let instead = format!("{instead}. All of {name}'s endpoints are left to Django.");
        self.left.push(Left::new(what, instead));
    }

    /// A setting, by the name that the project has for it.
    pub(super) fn setting(&self, name: &str) -> String {
        self.family.spelling.replace("{}", name)
    }
}

/// A value that is no secret, for people.
fn shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => {
            other.get("object").and_then(|object| object.as_str()).map_or(other.to_string(), str::to_owned)
        }
    }
}

/// Ends what is said of code that decides an endpoint's answers.
pub(super) const TO_SERVE: &str = "If what it adds may be missing here, write the path below the routes.";
