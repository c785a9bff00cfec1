//! The letter with the link: Django's two templates and what they are given.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{Duration, SystemTime};

use countersign::clock::Timestamp;
use countersign::entropy::{Entropy, uuid4_hex};
use countersign::password_reset::ResetMail;
use countersign::user::{FieldValue, User};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Message};
use minijinja::{Environment, Value, context};

use crate::Mailbox;
use crate::delivery::Undelivered;

/// What is the same on every letter: whom it is from, which site it speaks of, and two templates, which are given what
/// Django gives its own.
pub struct Stationery {
    /// `DEFAULT_FROM_EMAIL`.
    pub from: Mailbox,
    /// The site's host, as people see it in links.
    ///
    /// DIFFERENCE: Django takes it from the request, where whoever asks for a link could put a host of their own.
    pub domain: String,
    /// The site's name, as people know it.
    pub site_name: String,
    /// Whether links begin with `https`.
    pub use_https: bool,
    templates: Environment<'static>,
}

impl Stationery {
    /// With Countersign's own words, for a site that is called by its host, and links that begin with `http`, which is what
    /// Django has when it is not told.
    pub fn new(from: Mailbox, domain: impl Into<String>) -> Self {
        let domain = domain.into();
        let mut stationery =
            Self { from, site_name: domain.clone(), domain, use_https: false, templates: Environment::new() };
        // The built-in templates are correct: a test renders them.
        let _ = stationery.subject(SUBJECT_TEMPLATE);
        let _ = stationery.body(BODY_TEMPLATE);
        stationery
    }

    /// Another subject: Django's `registration/password_reset_subject.txt`, written as for Jinja.
    ///
    /// # Errors
    ///
    /// With what is wrong with the template.
    pub fn subject(&mut self, template: impl Into<String>) -> Result<(), InvalidTemplate> {
        self.template(SUBJECT, template.into())
    }

    /// Another text: Django's `registration/password_reset_email.html`, written as for Jinja.
    ///
    /// # Errors
    ///
    /// With what is wrong with the template.
    pub fn body(&mut self, template: impl Into<String>) -> Result<(), InvalidTemplate> {
        self.template(BODY, template.into())
    }

    fn template(&mut self, name: &'static str, template: String) -> Result<(), InvalidTemplate> {
        self.templates.add_template_owned(name, template).map_err(|error| {
            let line = error.line().map(|line| format!(" in line {line}")).unwrap_or_default();
            InvalidTemplate(format!("{}{line}", error.detail().unwrap_or("it cannot be understood")))
        })
    }

    /// One letter.
    pub(crate) fn letter(
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
            .from(self.from.as_sender().clone())
            .to(lettre::message::Mailbox::new(None, to))
            .subject(subject.trim())
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(since_epoch))
            .message_id(Some(format!("<{}@{}>", uuid4_hex(entropy), self.from.as_sender().email.domain())))
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

/// A template that cannot be understood. It says what is wrong, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTemplate(String);

impl fmt::Display for InvalidTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidTemplate {}

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
