//! The tables of the families: settings, keys, routes.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign::key::Algorithm;
use toml::Value;

use super::carry::Left;
use super::files::Files;
use super::project::{Family, Project, Route, Said};
use super::refusal::{ENDPOINTS, refusal};
use super::settings::{self, LOGINS};

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

/// What people call the family in a table.
pub(super) fn name(table: &str) -> &'static str {
    if table == "ninja_jwt" { "Ninja JWT" } else { "SimpleJWT" }
}

/// Carries all of them over.
pub(super) fn carried(project: &Project, logs_in: bool, files: &mut Files, left: &mut Vec<Left>) -> Tables {
    let mut tables = Tables::default();
    for family in &project.families {
        let mut carrier = Carrier { family, files, left, kept: BTreeSet::new() };
        if !logs_in {
            carrier.kept.extend(LOGINS);
        }
        let Some(keys) = carrier.keys(project) else { continue };
        let Some(settings) = carrier.settings() else { continue };
        let (routes, served) = carrier.routes();
        let table = &family.table;
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

struct Carrier<'a> {
    family: &'a Family,
    files: &'a mut Files,
    left: &'a mut Vec<Left>,
    /// The endpoints that run code of the project's.
    kept: BTreeSet<&'static str>,
}

struct Keys {
    toml: Vec<String>,
    asks_secret_key: bool,
}

impl Carrier<'_> {
    /// The keys; none where the tokens cannot be read here at all.
    fn keys(&mut self, project: &Project) -> Option<Keys> {
        let value = |name: &str| self.family.settings.get(name);
        let named = value("ALGORITHM").and_then(|said| said.0.as_str()).unwrap_or_default();
        let Ok(algorithm) = Algorithm::parse(named) else {
            let known = Algorithm::ALL.map(Algorithm::name).join(", ");
            let what = format!("{} = {named}", self.setting("ALGORITHM"));
            self.leave_family(what, &format!("This version knows {known}"));
            return None;
        };
        let mut toml = Vec::new();
        let signing = value("SIGNING_KEY").and_then(bytes).filter(|key| !key.is_empty());
        let is_own = signing.is_some() && signing != bytes(&project.secret_key);
        if let (true, Some(key)) = (is_own, signing) {
            let name = format!("{}.signing_key", self.family.table);
            toml.push(format!("signing_key = {}\n", self.files.secret(&name, key)));
        }
        // To HMAC it means nothing, and may be a secret.
        let verifying = value("VERIFYING_KEY").filter(|_| !algorithm.is_hmac());
        if let Some(key) = verifying.and_then(bytes).filter(|key| !key.is_empty()) {
            let written = match std::str::from_utf8(&key) {
                Ok(text) if is_public(text) => Value::from(text),
                _ => self.files.secret(&format!("{}.verifying_key", self.family.table), key),
            };
            toml.push(format!("verifying_key = {written}\n"));
        }
        for key in ["SIGNING_KEY", "VERIFYING_KEY"] {
            if self.family.settings.get(key).is_some_and(|said| said.0.get("object").is_some()) {
                let what = format!("{} is an object", self.setting(key));
                self.leave_family(what, "Give it as PEM, by a text or a file");
                return None;
            }
        }
        Some(Keys { toml, asks_secret_key: algorithm.is_hmac() && !is_own })
    }

    /// The lines of all other settings; none where one that shapes the tokens cannot be said here.
    fn settings(&mut self) -> Option<String> {
        let mut toml = Vec::new();
        let family = self.family;
        for known in settings::of(&family.table) {
            // Older versions of the package lack some.
            let Some(said) = family.settings.get(known.name) else { continue };
            let key = known.name.to_lowercase();
            let written = match known.written(&said.0) {
                Ok(None) => continue,
                Ok(Some(value)) => refusal(&family.table, &key, &value).map_or(Ok(value), Err),
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
        for name in &family.unknown {
            let instead =
                "The package does not know it: whatever code of the project reads it stays in Django.";
            self.left.push(Left::new(self.setting(name), instead));
        }
        Some(toml.concat())
    }

    fn leave_code(&mut self, known: &settings::Known, value: &serde_json::Value, why: &str) {
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

    /// The lines of the routes, and how many endpoints they serve.
    fn routes(&mut self) -> (String, usize) {
        let mut paths = BTreeMap::<&str, &str>::new();
        for route in &self.family.routes {
            let what = |path: &str| format!("{path} ({})", route.view);
            let Some(path) = &route.path else {
                let instead = "It is no single path, so it stays with Django. If clients use one alone, write that below the \
                               routes.";
                self.left.push(Left::new(what(&route.pattern), instead));
                continue;
            };
            if let Some(instead) = self.stays(route, path, paths.get(route.endpoint.as_str()).copied()) {
                self.left.push(Left::new(what(path), instead));
            } else if !self.kept.contains(route.endpoint.as_str()) {
                paths.insert(&route.endpoint, path);
            }
        }
        let line =
            |name: &&str| format!("{name} = {}\n", Value::from(paths.get(name).copied().unwrap_or_default()));
        let lines = ENDPOINTS.iter().map(line).collect::<Vec<_>>();
        (format!("{BEFORE_ROUTES}{}{AFTER_ROUTES}", lines.concat()), paths.len())
    }

    /// Why a route stays with Django.
    fn stays(&self, route: &Route, path: &str, earlier: Option<&str>) -> Option<String> {
        if !route.is_reached {
            return Some(
                "Another view comes first at this path, in Django too: nothing is served here.".to_owned(),
            );
        }
        if !route.custom.is_empty() {
            let changed = route.custom.join(", ");
            return Some(format!(
                "Left to Django, because the project changes the package's view: {changed}. {TO_SERVE}"
            ));
        }
        if let Some(earlier) = earlier {
            return Some(format!(
                "The same endpoint is at {earlier}, and has one path here: this one stays with Django. Let a proxy \
                 rewrite it if Countersign shall serve both."
            ));
        }
        let value = Value::from(path);
        refusal(&format!("{}.routes", self.family.table), &route.endpoint, &value)
            .map(|why| format!("The path {why}. It stays with Django."))
    }

    fn leave_family(&mut self, what: String, instead: &str) {
        let name = name(&self.family.table);
        let instead = format!("{instead}. All of {name}'s endpoints are left to Django.");
        self.left.push(Left::new(what, instead));
    }

    /// A setting, by the name that the project has for it.
    fn setting(&self, name: &str) -> String {
        format!("{}[\"{name}\"]", self.family.group)
    }
}

fn is_public(key: &str) -> bool {
    !key.contains("PRIVATE") && ["-----BEGIN ", "ssh-", "ecdsa-"].iter().any(|start| key.starts_with(start))
}

/// The bytes of a text, or of bytes.
fn bytes(said: &Said) -> Option<Vec<u8>> {
    match &said.0 {
        serde_json::Value::String(text) => Some(text.clone().into_bytes()),
        other => BASE64_STANDARD.decode(other.get("bytes")?.as_str()?).ok(),
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

const TO_SERVE: &str = "Once what it adds is said here in other words, or if it may be missing, write the path below the routes.";
const BEFORE_ROUTES: &str =
    "# A path without its last slash is another one here: APPEND_SLASH is Django's.\n";
const AFTER_ROUTES: &str =
    "# Countersign's own: the user of a token as JSON. Give it a path to have it.\nauthenticate = \"\"\n";
