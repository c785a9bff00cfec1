//! The tables of the families: settings here, keys and routes beside.

use std::collections::BTreeSet;

use toml::Value;

use super::files::Files;
use super::keys::bytes;
use super::left::Left;
use super::packages::{Package, Surrounding};
use super::project::{Family, Project, Said, Users};
use super::refusal::refusal;
use super::setting::Known;

/// What Countersign can do as the project does it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Able {
    /// Check a password.
    pub(super) to_log_in: bool,
    /// Send mail.
    pub(super) to_mail: bool,
    /// Say whether a new password will do.
    pub(super) to_set_passwords: bool,
}

/// The families' tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// The tables.
    pub(super) toml: String,
    /// How many endpoints they serve.
    pub(super) served: usize,
    /// Whether one of them sends mail.
    pub(super) mails: bool,
    /// Whether one of them makes or checks the links in it.
    pub(super) has_links: bool,
    /// What to write for `secret_key`, where a family signs with it.
    pub(super) secret_key: Option<Value>,
}

/// Carries all of them over.
pub(super) fn carried(project: &Project, able: Able, files: &mut Files, left: &mut Vec<Left>) -> Tables {
    let mut tables = Tables::default();
    for family in &project.families {
        let mut carrier = Carrier { family, users: &project.users, files, left, kept: BTreeSet::new() };
        carrier.keep(!able.to_log_in, family.package.logins);
        carrier.keep(!able.to_set_passwords, family.package.new_passwords);
        carrier.keep(!able.to_mail, family.package.mails);
        if !carrier.knows_keys() {
            continue;
        }
        let Some(settings) = carrier.settings() else { continue };
        let routes = carrier.routes();
        // Such a table must have a path.
        if routes.served.is_empty() && family.package.routes == family.package.table {
            continue;
        }
        let keys = carrier.keys(project);
        let Package { table, reset_links, mails, .. } = family.package;
        tables.toml += &["\n[", table, "]\n", &settings, &keys.toml, &routes.toml].concat();
        tables.served += routes.served.len();
        tables.mails |= routes.serves(mails);
        tables.has_links |= routes.serves(reset_links);
        if (keys.asks_secret_key || routes.serves(reset_links)) && tables.secret_key.is_none() {
            tables.secret_key = bytes(&project.secret_key).map(|secret| files.secret("secret", secret));
        }
    }
    tables
}

/// Carries one of them over.
pub(super) struct Carrier<'a> {
    pub(super) family: &'a Family,
    pub(super) users: &'a Users,
    pub(super) files: &'a mut Files,
    pub(super) left: &'a mut Vec<Left>,
    /// The endpoints that run code of the project's.
    pub(super) kept: BTreeSet<&'static str>,
}

impl Carrier<'_> {
    fn keep(&mut self, keeps: bool, endpoints: &[&'static str]) {
        self.kept.extend(endpoints.iter().filter(|_| keeps));
    }

    /// The lines of all other settings; none where one that shapes the tokens cannot be said here.
    fn settings(&mut self) -> Option<String> {
        let mut toml = Vec::new();
        let family = self.family;
        let package = family.package;
        for known in package.settings() {
            // Older versions of the package lack some.
            let Some(said) = family.settings.get(known.name) else { continue };
            let key = package.key(known.name);
            let written = match known.written(&said.0) {
                Ok(None) => continue,
                Ok(Some(value)) => refusal(package.table, &key, &value).map_or(Ok(value), Err),
                Err(()) => Err("is nothing that a configuration file can say".to_owned()),
            };
            match written {
                // Without the app, the packages pass over it.
                Ok(_) if known.name == "BLACKLIST_AFTER_ROTATION" && family.blacklist == Some(false) => {
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
        toml.extend(family.blacklist.map(|blacklist| format!("blacklist = {blacklist}\n")));
        self.surroundings();
        for name in &family.unknown {
            let instead =
                "The package does not know it: whatever code of the project reads it stays in Django.";
            self.left.push(Left::new(self.setting(name), instead));
        }
        Some(toml.concat())
    }

    fn surroundings(&mut self) {
        for Surrounding { name, decides, instead } in self.family.package.surroundings {
            let values = self.family.surroundings.get(*name).map(Vec::as_slice).unwrap_or_default();
            for value in values {
                let left_to_django = match *decides {
                    [] => String::new(),
                    endpoints => format!(" Left to Django: {}. {TO_SERVE}", endpoints.join(", ")),
                };
                self.left.push(Left::new(format!("{name}: {value}"), format!("{instead}{left_to_django}")));
                self.kept.extend(*decides);
            }
        }
    }

    fn leave_code(&mut self, known: &Known, value: &serde_json::Value, why: &str) {
        let key = self.family.package.key(known.name);
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

    /// The value of a setting; older versions of a package lack some.
    pub(super) fn said(&self, name: &str) -> Option<&Said> {
        self.family.settings.get(name)
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
pub(super) const TO_SERVE: &str = "Once what it adds is said here in other words, or if it may be missing, write the path below the routes.";
