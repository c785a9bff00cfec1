//! The keys: those of the project's own go into files, and the others are `secret_key`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign::key::Algorithm;
use toml::Value;

use super::families::Carrier;
use super::packages::Keys;
use super::project::{Project, Said};

/// What a family says of its keys.
pub(super) struct Written {
    /// The lines.
    pub(super) toml: String,
    /// Whether it signs with `secret_key`.
    pub(super) asks_secret_key: bool,
}

impl Carrier<'_> {
    /// Whether the tokens can be made and read here at all.
    pub(super) fn knows_keys(&mut self) -> bool {
        let Keys { algorithm, secret, public } = &self.family.package.keys;
        if Algorithm::parse(self.algorithm()).is_err() {
            let known = Algorithm::ALL.map(Algorithm::name).join(", ");
            let what = format!("{} = {}", self.setting(algorithm), self.algorithm());
            self.leave_family(what, &format!("This version knows {known}"));
            return false;
        }
        let is_object = |name: &&&str| self.said(name).is_some_and(|said| said.0.get("object").is_some());
        let Some(name) = secret.iter().chain([public]).find(is_object) else { return true };
        let what = format!("{} is an object", self.setting(name));
        self.leave_family(what, "Give it as PEM, by a text or a file");
        false
    }

    /// The lines of the keys.
    pub(super) fn keys(&mut self, project: &Project) -> Written {
        let package = self.family.package;
        let is_hmac = Algorithm::parse(self.algorithm()).is_ok_and(Algorithm::is_hmac);
        let mut toml = Vec::new();
        let mut asks_secret_key = is_hmac;
        for (index, name) in package.keys.secret.iter().enumerate() {
            let Some(key) = self.key(name).filter(|key| Some(key) != bytes(&project.secret_key).as_ref())
            else {
                continue;
            };
            let written = self.files.secret(&format!("{}.{}", package.table, package.key(name)), key);
            toml.push(format!("{} = {written}\n", package.key(name)));
            asks_secret_key &= index > 0;
        }
        // To HMAC it means nothing, and may be a secret.
        if let Some(key) = self.key(package.keys.public).filter(|_| !is_hmac) {
            let name = package.key(package.keys.public);
            let written = match std::str::from_utf8(&key) {
                Ok(text) if is_public(text) => Value::from(text),
                _ => self.files.secret(&format!("{}.{name}", package.table), key),
            };
            toml.push(format!("{name} = {written}\n"));
        }
        Written { toml: toml.concat(), asks_secret_key }
    }

    fn algorithm(&self) -> &str {
        self.said(self.family.package.keys.algorithm).and_then(|said| said.0.as_str()).unwrap_or_default()
    }

    fn key(&self, name: &str) -> Option<Vec<u8>> {
        self.said(name).and_then(bytes).filter(|key| !key.is_empty())
    }
}

fn is_public(key: &str) -> bool {
    !key.contains("PRIVATE") && ["-----BEGIN ", "ssh-", "ecdsa-"].iter().any(|start| key.starts_with(start))
}

/// The bytes of a text, or of bytes.
pub(super) fn bytes(said: &Said) -> Option<Vec<u8>> {
    match &said.0 {
        serde_json::Value::String(text) => Some(text.clone().into_bytes()),
        other => BASE64_STANDARD.decode(other.get("bytes")?.as_str()?).ok(),
    }
}
