//! The keys: those of the project's own go into files, and the others are `secret_key`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use countersign::key::Algorithm;
use toml::Value;

use super::families::Carrier;
use super::project::{Project, Said};

/// What a family says of its keys.
pub(super) struct Keys {
    /// The lines.
    pub(super) toml: Vec<String>,
    /// Whether it signs with `secret_key`.
    pub(super) asks_secret_key: bool,
}

impl Carrier<'_> {
    /// The keys; none where the tokens cannot be read here at all.
    pub(super) fn keys(&mut self, project: &Project) -> Option<Keys> {
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
            let name = format!("{}.signing_key", self.family.package.table);
            toml.push(format!("signing_key = {}\n", self.files.secret(&name, key)));
        }
        // To HMAC it means nothing, and may be a secret.
        let verifying = value("VERIFYING_KEY").filter(|_| !algorithm.is_hmac());
        if let Some(key) = verifying.and_then(bytes).filter(|key| !key.is_empty()) {
            let written = match std::str::from_utf8(&key) {
                Ok(text) if is_public(text) => Value::from(text),
                _ => self.files.secret(&format!("{}.verifying_key", self.family.package.table), key),
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
