//! Where somebody wants to be told of something.

use std::time::Duration;

use countersign::secret::SigningSecret;

use super::super::reference::Surroundings;
use super::super::setting::{Fault, Setting};
use super::super::tree::{Value, is_reference};

/// A URL, or a table `{ url, secret, timeout }`.
pub(super) struct Hook {
    pub(super) url: String,
    pub(super) secret: Option<SigningSecret>,
    pub(super) timeout: Duration,
}

impl Setting for Hook {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let mut hook = Self { url: String::new(), secret: None, timeout: TIMEOUT };
        let Value::Table(table) = value else {
            hook.url = value.into_text(around)?.map_err(|other| other.is_not(WANTED))?;
            return Ok(hook);
        };
        if is_reference(&table) {
            hook.url = String::read(Value::Table(table), around)?;
            return Ok(hook);
        }
        let inside = |key: &str, fault: Fault| format!("has a {key} that {fault}");
        for (key, entry) in table {
            match key.as_str() {
                "url" => {
                    hook.url = String::read(entry.value, around).map_err(|fault| inside("url", fault))?;
                }
                "secret" => {
                    let secret = SigningSecret::read(entry.value, around);
                    hook.secret = Some(secret.map_err(|fault| inside("secret", fault))?);
                }
                "timeout" => {
                    hook.timeout =
                        Duration::read(entry.value, around).map_err(|fault| inside("timeout", fault))?;
                }
                _ => return Err("has a key that is none of url, secret and timeout: remove it".into()),
            }
        }
        if hook.url.is_empty() {
            return Err("has no url: give one, as in { url = \"https://example.com/logins\" }".into());
        }
        Ok(hook)
    }
}

const TIMEOUT: Duration = Duration::from_secs(10);
const WANTED: &str = "the URL of a webhook, or a table with url, secret and timeout";
