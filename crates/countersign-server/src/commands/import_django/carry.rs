//! From what Django says to what countersign.toml says; and what is left, with what to do instead.

use countersign::password::Hasher;
use toml::Value;

use super::database;
use super::email;
use super::families::{self, Able};
use super::files::Files;
use super::left::Left;
use super::packages::Package;
use super::passwords::{self, Validators};
use super::project::{Project, Users};

/// A project, carried over.
#[derive(Debug)]
pub(super) struct Carried {
    /// The configuration.
    pub(super) toml: String,
    /// How many endpoints it serves.
    pub(super) served: usize,
    /// What it does not say.
    pub(super) left: Vec<Left>,
}

impl Carried {
    pub(super) fn of(project: &Project, files: &mut Files) -> Self {
        let mut left = Vec::new();
        let database = database::table(&project.database, files, &mut left);
        let hashers = hashers(&project.password_hashers, &mut left);
        let backend = backend(&project.authentication_backends, &mut left);
        let users = users(&project.users, backend.written(), &mut left);
        let asked = |those: fn(&Package) -> &[&'static str]| {
            project.families.iter().any(|family| {
                family.routes.iter().any(|route| those(family.package).contains(&&*route.endpoint))
            })
        };
        let validators = Validators::of(&project.passwords.validators, &mut left);
        let able = Able {
            to_log_in: backend.logs_in(),
            to_mail: !asked(|package| package.mails) || email::is_known(&project.mail, &mut left),
            to_set_passwords: !validators.has_foreign,
        };
        let tables = families::carried(project, able, files, &mut left);
        let (validators, options) = validators.toml();
        let links = if tables.has_links { passwords::links(project, files) } else { String::new() };
        let email = if tables.mails { email::table(&project.mail, files, &mut left) } else { String::new() };

        let head = format!(
            "# Countersign as the Django project with the settings {} serves it, by `countersign import-django`.\n\
             # Every key is explained in docs/settings.md; what is not said here is as Django's packages have it.\n\n\
             # What Django does; \"strict\" refuses weak keys.\nprofile = \"django\"\n",
            project.module
        );
        let secret =
            tables.secret_key.map(|secret| format!("# Django's SECRET_KEY.\nsecret_key = {secret}\n"));
        let top = [head, secret.unwrap_or_default(), links, hashers, validators];
        let toml = [top.concat(), options, database, users, email, tables.toml].concat();
        Self { toml, served: tables.served, left }
    }
}

fn hashers(paths: &[String], left: &mut Vec<Left>) -> String {
    let mut names = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        if let Some(hasher) = Hasher::named(path) {
            names.push(hasher.name());
            continue;
        }
        let mut instead =
            "Left out: who has such a password cannot log in here until Django has stored it with a hasher \
                           that both know."
                .to_owned();
        if index == 0 {
            instead += " It is Django's preferred one, and it stores every password anew that logs in there: list \
                        another first in PASSWORD_HASHERS as long as both serve.";
        }
        left.push(Left::new(format!("PASSWORD_HASHERS: {path}"), instead));
    }
    if names.is_empty() || names == DEFAULT_HASHERS {
        return String::new();
    }
    format!("password_hashers = {}\n", Value::Array(names.into_iter().map(Value::from).collect()))
}

/// What `AUTHENTICATION_BACKENDS` come to.
enum Backend {
    /// No backend that checks passwords as Countersign does.
    Foreign,
    /// `ModelBackend` or `AllowAllUsersModelBackend`.
    Known { is_default: bool },
}

impl Backend {
    fn logs_in(&self) -> bool {
        matches!(self, Self::Known { .. })
    }

    fn written(&self) -> Option<&'static str> {
        matches!(self, Self::Known { is_default: false }).then_some(ALLOW_ALL)
    }
}

fn backend(paths: &[String], left: &mut Vec<Left>) -> Backend {
    let known = paths.iter().find(|path| [MODEL, ALLOW_ALL].contains(&path.as_str()));
    let checks_tokens = |path: &str| Package::ALL.iter().any(|package| package.backend == Some(path));
    let foreign = |path: &str| ![MODEL, ALLOW_ALL].contains(&path) && !checks_tokens(path);
    for path in paths.iter().filter(|path| foreign(path)) {
        let instead = if known.is_some() {
            "Users who log in by it alone cannot log in here; those of Django's own backend can. To leave all logins to \
             Django, write \"\" for their paths below the family's routes."
        } else {
            "No backend of Django's own is listed, so the logins are left to Django. If this one only checks the \
             stored password of the user model, write the paths of the logins below the family's routes."
        };
        left.push(Left::new(format!("AUTHENTICATION_BACKENDS: {path}"), instead));
    }
    if known.is_none() && !paths.iter().any(|path| foreign(path)) {
        let instead = "No backend that checks passwords is listed, so the logins are left to Django.";
        left.push(Left::new("AUTHENTICATION_BACKENDS", instead));
    }
    known.map_or(Backend::Foreign, |path| Backend::Known { is_default: path == MODEL })
}

fn users(users: &Users, backend: Option<&str>, left: &mut Vec<Left>) -> String {
    let mut lines = Vec::new();
    let mut line = |key: &str, value: &str| lines.push(format!("{key} = {}\n", Value::from(value)));
    if users.table != "auth_user" {
        line("table", &users.table);
    }
    if users.username_field != "username" {
        line("username_field", &users.username_field);
    }
    for field in ["password", "is_active", "last_login"] {
        if let Some(column) = users.columns.get(field).filter(|column| *column != field) {
            line(field, column);
        }
    }
    let email = users.email_field.as_ref().and_then(|field| users.columns.get(field));
    if let Some(column) = email.filter(|column| *column != "email") {
        line("email", column);
    }
    if let Some(backend) = backend {
        line("authentication_backend", backend);
    }
    if let Some(column) =
        users.columns.get(&users.username_field).filter(|name| **name != users.username_field)
    {
        let what = format!("{}.{}, with the column \"{column}\"", users.model, users.username_field);
        let instead = "Countersign has one name for the login field and its column. Logins ask for the field by the \
                       column's name if you write that as username_field below [users].";
        left.push(Left::new(what, instead));
    }
    if lines.is_empty() { String::new() } else { format!("\n[users]\n{}", lines.concat()) }
}

const MODEL: &str = "django.contrib.auth.backends.ModelBackend";
const ALLOW_ALL: &str = "django.contrib.auth.backends.AllowAllUsersModelBackend";
/// `password_hashers` by default.
const DEFAULT_HASHERS: [&str; 5] = ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "scrypt"];
