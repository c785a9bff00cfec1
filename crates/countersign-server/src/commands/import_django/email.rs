//! How mail is sent.

use std::collections::BTreeMap;

use toml::Value;

use super::files::Files;
use super::keys::bytes;
use super::left::Left;
use super::project::Said;
use super::setting;

/// Whether Countersign can send as the project does.
pub(super) fn is_known(mail: &BTreeMap<String, Said>, left: &mut Vec<Left>) -> bool {
    let backend = text(mail, "EMAIL_BACKEND");
    let is_known = BACKENDS.iter().any(|(path, _)| *path == backend);
    if !is_known {
        let instead = "Countersign sends by SMTP, into files and to the console, so links for a new password are left to \
                       Django. If a mail server can send them, write it below [email] and the path below the routes.";
        left.push(Left::new(format!("EMAIL_BACKEND = {backend}"), instead));
    }
    is_known
}

/// The table `[email]`; nothing for defaults.
pub(super) fn table(mail: &BTreeMap<String, Said>, files: &mut Files, left: &mut Vec<Left>) -> String {
    let backend = text(mail, "EMAIL_BACKEND");
    let backend = BACKENDS.iter().find(|(path, _)| *path == backend).map_or("smtp", |(_, name)| name);
    let mut lines = Vec::new();
    let mut line = |key: &str, value: Value| lines.push(format!("{key} = {value}\n"));
    let from = text(mail, "DEFAULT_FROM_EMAIL");
    if from != "webmaster@localhost" {
        line("default_from_email", from.into());
    }
    let domain = text(mail, "domain");
    if !domain.is_empty() {
        line("domain", domain.into());
    }
    let site_name = text(mail, "site_name");
    if site_name != domain {
        line("site_name", site_name.into());
    }
    match backend {
        "file" => {
            line("backend", backend.into());
            line("file_path", text(mail, "EMAIL_FILE_PATH").into());
        }
        "smtp" => {
            for (name, key, default) in SMTP {
                let value = mail.get(name).and_then(|said| Value::try_from(&said.0).ok());
                if let Some(value) = value.filter(|value| value.to_string() != default) {
                    line(key, value);
                }
            }
            if let Some(timeout) = mail
                .get("EMAIL_TIMEOUT")
                .filter(|said| !said.0.is_null())
                .and_then(|said| setting::time(&said.0))
            {
                line("timeout", timeout);
            }
            if let Some(password) =
                mail.get("EMAIL_HOST_PASSWORD").and_then(bytes).filter(|password| !password.is_empty())
            {
                line("host_password", files.secret("email.host_password", password));
            }
            for name in ["EMAIL_SSL_CERTFILE", "EMAIL_SSL_KEYFILE"]
                .into_iter()
                .filter(|name| !text(mail, name).is_empty())
            {
                let instead = "Countersign shows a mail server no certificate of its own: let a relay do that, and write it as \
                               host below [email].";
                left.push(Left::new(name, instead));
            }
        }
        _ => line("backend", backend.into()),
    }
    if lines.is_empty() { String::new() } else { format!("\n[email]\n{}", lines.concat()) }
}

fn text<'a>(mail: &'a BTreeMap<String, Said>, name: &str) -> &'a str {
    mail.get(name).and_then(|said| said.0.as_str()).unwrap_or_default()
}

const BACKENDS: [(&str, &str); 3] = [
    ("django.core.mail.backends.console.EmailBackend", "console"),
    ("django.core.mail.backends.filebased.EmailBackend", "file"),
    ("django.core.mail.backends.smtp.EmailBackend", "smtp"),
];
/// Django's names, ours, and the default of both.
const SMTP: [(&str, &str, &str); 5] = [
    ("EMAIL_HOST", "host", "\"localhost\""),
    ("EMAIL_PORT", "port", "25"),
    ("EMAIL_HOST_USER", "host_user", "\"\""),
    ("EMAIL_USE_TLS", "use_tls", "false"),
    ("EMAIL_USE_SSL", "use_ssl", "false"),
];
