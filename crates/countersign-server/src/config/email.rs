//! `[email]`: how links for a new password are mailed. Django's `EMAIL_*` settings.

use std::path::PathBuf;
use std::sync::Arc;

use countersign::secret::Password;
use countersign_mail::{
    Delivery, Encryption, InvalidTemplate, Mailbox, Post, SmtpLogin, SmtpServer, Stationery,
};

use super::reference::Surroundings;
use super::section::{Reported, Section};
use super::setting::{Fault, Name, Setting};
use super::tree::Value;

/// What letters look like, and how they leave.
#[derive(Debug)]
pub(crate) struct EmailConfig {
    /// `default_from_email`, the site's name and address, the templates.
    stationery: Arc<Stationery>,
    /// `backend`, and what it needs.
    delivery: Delivery,
}

impl EmailConfig {
    /// Begins to send what will be asked for.
    pub(crate) fn post(&self) -> Post {
        Post::start(Arc::clone(&self.stationery), self.delivery.clone())
    }

    pub(super) fn read(settings: &mut Section<'_>) -> Result<Self, Reported> {
        let stationery = stationery(settings);
        let mut backend = Backend::Smtp;
        settings.set("backend", &mut backend);
        let smtp = smtp(settings);
        let folder = settings.optional::<Folder>("file_path");
        let delivery = match backend {
            Backend::Console => Delivery::Console,
            Backend::File => match folder? {
                Some(Folder(path)) => Delivery::File(path),
                None => return Err(settings.missing("file_path", "the backend \"file\" needs a folder")),
            },
            Backend::Smtp => smtp?,
        };
        Ok(Self { stationery: Arc::new(stationery?), delivery })
    }
}

fn stationery(settings: &mut Section<'_>) -> Result<Stationery, Reported> {
    let mut from = webmaster();
    settings.set("default_from_email", &mut from);
    let mut domain = "localhost".to_owned();
    settings.set_as("domain", &mut domain, |Name(name)| name);
    let mut stationery = Stationery::new(from, domain);
    settings.set_as("site_name", &mut stationery.site_name, |Name(name)| name);
    settings.set("use_https", &mut stationery.use_https);
    let subject = settings.optional::<String>("password_reset_subject");
    let body = settings.optional::<String>("password_reset_email");

    let subject = subject?.map_or(Ok(()), |template| stationery.subject(template));
    subject.map_err(|error| not_a_template(settings, "password_reset_subject", &error))?;
    let body = body?.map_or(Ok(()), |template| stationery.body(template));
    body.map_err(|error| not_a_template(settings, "password_reset_email", &error))?;
    Ok(stationery)
}

/// Django's `DEFAULT_FROM_EMAIL`.
#[expect(clippy::expect_used, reason = "it is a constant, and a test reads it")]
fn webmaster() -> Mailbox {
    "webmaster@localhost".parse().expect("this is an address")
}

fn not_a_template(settings: &Section<'_>, key: &str, error: &InvalidTemplate) -> Reported {
    let place = settings.place_of(key);
    settings.problem(&place, &format!("is not a template: {error}; write it as for Jinja"))
}

fn smtp(settings: &mut Section<'_>) -> Result<Delivery, Reported> {
    let mut server = SmtpServer::new("localhost");
    settings.set_as("host", &mut server.host, |Name(name)| name);
    settings.set_as("port", &mut server.port, |Port(port)| port);
    settings.set("timeout", &mut server.timeout);
    let (mut user, mut password) = (String::new(), Password::new(""));
    settings.set("host_user", &mut user);
    settings.set("host_password", &mut password);
    let (mut use_tls, mut use_ssl) = (false, false);
    settings.set("use_tls", &mut use_tls);
    settings.set("use_ssl", &mut use_ssl);
    server.encryption = match (use_tls, use_ssl) {
        (false, false) => Encryption::None,
        (false, true) => Encryption::Ssl,
        (true, false) => Encryption::StartTls,
        (true, true) => {
            let place = settings.place_of("use_ssl");
            return Err(settings.problem(&place, "and use_tls exclude each other: turn one of them off"));
        }
    };
    let has_login = !user.is_empty() && !password.expose().is_empty();
    server.login = has_login.then_some(SmtpLogin { user, password });
    Delivery::smtp(&server).map_err(|error| {
        let place = settings.place_of("host");
        settings.problem(&place, &format!("cannot be spoken to with TLS: {error}; correct the name"))
    })
}

#[derive(Clone, Copy)]
enum Backend {
    Console,
    File,
    Smtp,
}

impl Setting for Backend {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match String::read(value, around)?.as_str() {
            "console" | "django.core.mail.backends.console.EmailBackend" => Ok(Self::Console),
            "file" | "django.core.mail.backends.filebased.EmailBackend" => Ok(Self::File),
            "smtp" | "django.core.mail.backends.smtp.EmailBackend" => Ok(Self::Smtp),
            _ => Err("takes \"smtp\", \"file\" or \"console\", or Django's paths of them, as in \
                      \"django.core.mail.backends.smtp.EmailBackend\""
                .into()),
        }
    }
}

impl Setting for Mailbox {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let text = String::read(value, around)?;
        text.parse().map_err(|_| "takes an address, as in \"Shop <shop@example.org>\"".into())
    }
}

impl Setting for Password {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        String::read(value, around).map(Self::new)
    }
}

/// A folder; a relative path begins in the configuration file's.
struct Folder(PathBuf);

impl Setting for Folder {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        Name::read(value, around).map(|Name(path)| Self(around.folder.join(path)))
    }
}

struct Port(u16);

impl Setting for Port {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let value = value.into_typed(around)?;
        let Value::Integer(number) = value else { return Err(value.is_not("a port, as in 587")) };
        let port = u16::try_from(number).ok().filter(|port| *port > 0).map(Self);
        port.ok_or_else(|| "takes a port from 1 to 65535".into())
    }
}

#[cfg(test)]
mod tests {
    use countersign_mail::Delivery;

    use super::super::testing::{fault, read};

    #[test]
    fn djangos_defaults_are_a_mail_server_on_this_machine() {
        let email = read("").email;
        assert!(matches!(email.delivery, Delivery::Smtp(_)));
        assert_eq!(email.stationery.from.to_string(), "webmaster@localhost");
        assert_eq!((&*email.stationery.domain, &*email.stationery.site_name), ("localhost", "localhost"));
    }

    #[test]
    fn every_backend_can_be_named_as_django_does() {
        let file =
            "[email]\nbackend = 'django.core.mail.backends.filebased.EmailBackend'\nfile_path = '/mail'";
        assert!(matches!(read(file).email.delivery, Delivery::File(path) if path.ends_with("mail")));
        assert!(matches!(read("[email]\nbackend = 'console'").email.delivery, Delivery::Console));
        let smtp = "[email]\nhost = 'mail.example.org'\nport = 587\nuse_tls = true\nhost_user = 'u'\n\
                    host_password = 'hunter2'\ntimeout = '3s'\ndomain = 'example.org'\nsite_name = 'Shop'\n\
                    use_https = true\ndefault_from_email = 'Shop <shop@example.org>'";
        let config = read(smtp);
        assert!(matches!(config.email.delivery, Delivery::Smtp(_)));
        assert_eq!(config.email.stationery.from.to_string(), "Shop <shop@example.org>");
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn what_cannot_be_is_told() {
        for (settings, sentence) in [
            ("backend = 'a.B'", "email.backend takes \"smtp\", \"file\" or \"console\""),
            ("backend = 'file'", "email.file_path is missing: the backend \"file\" needs a folder"),
            ("use_tls = true\nuse_ssl = true", "email.use_ssl and use_tls exclude each other"),
            ("port = 0", "email.port takes a port from 1 to 65535"),
            ("default_from_email = 'a\\nb'", "email.default_from_email takes an address"),
            ("password_reset_email = '{{ token'", "email.password_reset_email is not a template: "),
            ("password_reset_subject = '{% if %}'", "email.password_reset_subject is not a template: "),
        ] {
            let told = fault(&format!("[email]\n{settings}"));
            assert!(told.contains(sentence), "{told}");
        }
    }
}
