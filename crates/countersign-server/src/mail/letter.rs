//! The letter with the link: Django's two templates and what they are given.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use countersign::clock::Timestamp;
use countersign::entropy::{Entropy, uuid4_hex};
use countersign::password_reset::ResetMail;
use countersign::user::{FieldValue, User};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox, Message};
use minijinja::{Environment, Value, context};

use super::Undelivered;

/// What is the same on every letter.
pub(crate) struct Stationery {
    /// `DEFAULT_FROM_EMAIL`.
    pub(crate) from: Mailbox,
    /// The site's host, as people see it in links.
    ///
    /// DIFFERENCE: Django takes it from the request, where whoever asks for a link could put a host of their own.
    pub(crate) domain: String,
    /// The site's name, as people know it.
    pub(crate) site_name: String,
    /// Whether links begin with `https`.
    pub(crate) use_https: bool,
    templates: Environment<'static>,
}

impl Stationery {
    /// With Countersign's own words.
    pub(crate) fn new(from: Mailbox, domain: String, site_name: String, use_https: bool) -> Self {
        let mut stationery = Self { from, domain, site_name, use_https, templates: Environment::new() };
        // The built-in templates are correct: a test renders them.
        let _ = stationery.subject(SUBJECT_TEMPLATE.to_owned());
        let _ = stationery.body(BODY_TEMPLATE.to_owned());
        stationery
    }

    /// Another subject: Django's `registration/password_reset_subject.txt`.
    ///
    /// # Errors
    ///
    /// With what is wrong with the template.
    pub(crate) fn subject(&mut self, template: String) -> Result<(), String> {
        self.template(SUBJECT, template)
    }

    /// Another text: Django's `registration/password_reset_email.html`.
    ///
    /// # Errors
    ///
    /// With what is wrong with the template.
    pub(crate) fn body(&mut self, template: String) -> Result<(), String> {
        self.template(BODY, template)
    }

    fn template(&mut self, name: &'static str, template: String) -> Result<(), String> {
        self.templates.add_template_owned(name, template).map_err(|error| {
            let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
            format!("{}{line}", error.detail().unwrap_or("it cannot be understood"))
        })
    }

    /// One letter.
    pub(super) fn letter(
        &self,
        mail: &ResetMail,
        password_reset_url: Option<&str>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Message, Undelivered> {
        let values = context! {
            email => mail.email.as_str(),
            domain => self.domain.as_str(),
            site_name => self.site_name.as_str(),
            uid => mail.uid.as_str(),
            user => user(&mail.user),
            username => mail.user.username.as_str(),
            token => mail.token.expose(),
            protocol => if self.use_https { "https" } else { "http" },
            password_reset_url => password_reset_url,
        };
        let render = |name| {
            let template = self.templates.get_template(name).map_err(Undelivered::unwritable)?;
            template.render(values.clone()).map_err(Undelivered::unwritable)
        };
        // A subject is one line, whatever a name in it holds.
        let subject: String = render(SUBJECT)?.chars().filter(|char| !char.is_control()).collect();
        let to = mail.email.parse().map_err(|_| Undelivered::unwritable("this is no address"))?;
        let since_epoch = u64::try_from(now.as_micros()).unwrap_or_default();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject.trim())
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(since_epoch))
            .message_id(Some(format!("<{}@{}>", uuid4_hex(entropy), self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN)
            .body(body(render(BODY)?))
            .map_err(Undelivered::unwritable)
    }
}

impl fmt::Debug for Stationery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stationery")
            .field("from", &self.from.to_string())
            .field("domain", &self.domain)
            .field("site_name", &self.site_name)
            .field("use_https", &self.use_https)
            .finish_non_exhaustive()
    }
}

/// A text as it is where mail can carry it (RFC 5322 §2.1.1), as Django does: a link should be found whole in the
/// letter's source too.
fn body(text: String) -> Body {
    let is_plain =
        |line: &str| line.len() <= 998 && line.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    if !text.lines().all(is_plain) {
        return Body::new(text);
    }
    let lines = text.lines().flat_map(|line| [line, "\r\n"]).collect::<String>();
    Body::dangerous_pre_encoded(lines.into_bytes(), ContentTransferEncoding::SevenBit)
}

/// The user's columns, and what Django's own template asks of a user.
fn user(user: &User) -> Value {
    let mut values: BTreeMap<String, Value> =
        user.fields.iter().map(|(name, value)| (name.to_owned(), field(value))).collect();
    values.insert("get_username".to_owned(), user.username.as_str().into());
    values.insert("pk".to_owned(), field(&user.key.clone().into()));
    values.into()
}

fn field(value: &FieldValue) -> Value {
    match value {
        FieldValue::Bool(truth) => (*truth).into(),
        FieldValue::Float(number) => (*number).into(),
        FieldValue::Int(number) => (*number).into(),
        FieldValue::Null => ().into(),
        other => other.to_string().into(),
    }
}

const SUBJECT: &str = "password_reset_subject";
const BODY: &str = "password_reset_email";

const SUBJECT_TEMPLATE: &str = "A new password for {{ site_name }}";
const BODY_TEMPLATE: &str = "\
Hello {{ username }},

somebody, hopefully you, wants a new password for your account at {{ site_name }}.
{% if password_reset_url %}
Choose it here:

{{ password_reset_url }}?uid={{ uid }}&token={{ token }}
{% else %}
To choose it, give these two where you asked for it:

uid: {{ uid }}
token: {{ token }}
{% endif %}
If it was not you, there is nothing to do: your password stays what it is.
";
