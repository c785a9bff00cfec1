//! New passwords: what they must be like, and the links that ask for one.

use std::collections::BTreeMap;

use toml::Value;

use super::files::Files;
use super::keys::bytes;
use super::left::Left;
use super::project::{Project, Validator};
use super::setting;

/// `AUTH_PASSWORD_VALIDATORS`, carried over.
#[derive(Debug, Default)]
pub(super) struct Validators {
    names: Vec<&'static str>,
    options: BTreeMap<&'static str, Value>,
    /// Whether there is one that is no business of Countersign's.
    pub(super) has_foreign: bool,
}

impl Validators {
    pub(super) fn of(listed: &[Validator], left: &mut Vec<Left>) -> Self {
        let mut validators = Self::default();
        for validator in listed {
            if let Err(why) = validators.add(validator) {
                validators.has_foreign = true;
                let what = format!("AUTH_PASSWORD_VALIDATORS: {}", validator.name);
                let instead = format!(
                    "{why}: `createuser` and `changepassword` do not ask for it, and the endpoints that set passwords \
                     are left to Django. If it may be missing here, write their paths below the routes."
                );
                left.push(Left::new(what, instead));
            }
        }
        validators
    }

    fn add(&mut self, validator: &Validator) -> Result<(), String> {
        let class = validator.name.strip_prefix("django.contrib.auth.password_validation.");
        let (_, name, options) = DJANGOS
            .iter()
            .find(|(djangos, ..)| class == Some(djangos))
            .ok_or("Countersign knows Django's own validators alone")?;
        for (option, value) in &validator.options {
            let known = options.iter().find(|known| *known == option);
            let value = Value::try_from(value).ok().filter(|value| !value.is_table());
            match (known, value) {
                (Some(option), Some(value)) => drop(self.options.insert(option, value)),
                _ => return Err(format!("Its option {option} is nothing that a configuration file can say")),
            }
        }
        self.names.push(name);
        Ok(())
    }

    /// The line for the top of the file, and the table of the options; nothing for defaults.
    pub(super) fn toml(&self) -> (String, String) {
        let names = DJANGOS.map(|(_, name, _)| name);
        let list = Value::Array(self.names.iter().copied().map(Value::from).collect());
        let line =
            if self.names == names { String::new() } else { format!("password_validators = {list}\n") };
        let options = self.options.iter().map(|(name, value)| format!("{name} = {value}\n"));
        let options = options.collect::<Vec<_>>().concat();
        let table = if options.is_empty() { options } else { format!("\n[password_validation]\n{options}") };
        (line, table)
    }
}

/// What decides which links are good: lines for the top of the file.
pub(super) fn links(project: &Project, files: &mut Files) -> String {
    let mut toml = Vec::new();
    let fallbacks = project.secret_key_fallbacks.iter().filter_map(bytes).enumerate();
    let fallbacks =
        fallbacks.map(|(index, key)| files.secret(&format!("secret_key_fallback_{}", index + 1), key));
    let fallbacks = fallbacks.collect::<Vec<_>>();
    if !fallbacks.is_empty() {
        toml.push(format!(
            "# Links that were made with an older SECRET_KEY.\nsecret_key_fallbacks = {}\n",
            Value::Array(fallbacks)
        ));
    }
    if project.time_zone != "UTC" {
        toml.push(format!(
            "# Django counts the age of a link by its clock on the wall.\ntime_zone = {}\n",
            Value::from(project.time_zone.as_str())
        ));
    }
    if let Some(timeout) =
        setting::time(&project.passwords.reset_timeout).filter(|timeout| *timeout != Value::from("3d"))
    {
        toml.push(format!("password_reset_timeout = {timeout}\n"));
    }
    toml.concat()
}

/// Django's validators in the order of a new project, which is the default here, with our names and their options.
const DJANGOS: [(&str, &str, &[&str]); 4] = [
    ("UserAttributeSimilarityValidator", "user_attribute_similarity", &["user_attributes", "max_similarity"]),
    ("MinimumLengthValidator", "minimum_length", &["min_length"]),
    ("CommonPasswordValidator", "common_password", &["password_list_path"]),
    ("NumericPasswordValidator", "numeric_password", &[]),
];
