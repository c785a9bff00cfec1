//! One configuration, said to both sides.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::OracleDatabase;

/// The configuration of both services: Django's `SIMPLE_JWT`, `NINJA_JWT`, `AUTH_JWT_…` or `GRAPHQL_JWT` and the few settings
/// around it.
///
/// The rest is as Django and the package have it by default, but for the password hasher: MD5, so that a login takes no
/// time.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    family: Family,
    secret_key: String,
    blacklist: bool,
    user_model: UserModel,
    hashers: Vec<&'static str>,
    validators: Vec<&'static str>,
    package: Vec<(&'static str, Value)>,
    stateless: bool,
    allow_all_users: bool,
    genuine_alone: Vec<(&'static str, Value)>,
    countersign_alone: String,
    sessions: bool,
}

/// A package that the oracle's project can be made with.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Family {
    /// The GraphQL JWT of strawberry-django-extras.
    GraphqlJwt,
    /// dj-ninja-auth.
    NinjaAuth,
    /// django-ninja-jwt.
    NinjaJwt,
    /// djangorestframework-simplejwt.
    SimpleJwt,
}

/// A user model that the oracle's project has.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum UserModel {
    /// Columns of other names than Django's.
    Account,
    /// Django's own `auth.User`.
    Django,
    /// A text as primary key, `club_member` as table, no `is_active` column.
    Member,
    /// An email address to sign in with, a UUID as primary key, columns of its own.
    Person,
}

impl Settings {
    /// `SimpleJWT`'s defaults, with the `token_blacklist` app installed.
    pub fn new() -> Self {
        Self {
            family: Family::SimpleJwt,
            secret_key: SECRET_KEY.to_owned(),
            blacklist: true,
            user_model: UserModel::Django,
            hashers: vec!["md5"],
            validators: Vec::new(),
            package: Vec::new(),
            stateless: false,
            allow_all_users: false,
            genuine_alone: Vec::new(),
            countersign_alone: String::new(),
            sessions: false,
        }
    }

    /// Ninja JWT's defaults, with its `token_blacklist` app installed.
    pub fn ninja_jwt() -> Self {
        Self { family: Family::NinjaJwt, ..Self::new() }
    }

    /// dj-ninja-auth's defaults. It has no `token_blacklist` app.
    pub fn ninja_auth() -> Self {
        Self { family: Family::NinjaAuth, blacklist: false, ..Self::new() }
    }

    /// The defaults of GraphQL JWT's document, with its `refresh_token` app installed.
    pub fn graphql_jwt() -> Self {
        Self { family: Family::GraphqlJwt, blacklist: false, ..Self::new() }
    }

    /// Gives a setting of the package, by its Django name, dj-ninja-auth's without `AUTH_JWT_`. Lifetimes and deltas are
    /// in seconds; `None` is null.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.package.retain(|(known, _)| *known != name);
        self.package.push((name, value.into()));
        self
    }

    /// Leaves the `token_blacklist` app out.
    #[must_use]
    pub fn without_blacklist_app(mut self) -> Self {
        self.blacklist = false;
        self
    }

    /// Gives another user model.
    #[must_use]
    pub fn users(mut self, model: UserModel) -> Self {
        self.user_model = model;
        self
    }

    /// Gives the password hashers by algorithm, the one for new hashes first.
    #[must_use]
    pub fn hashers(mut self, algorithms: &[&'static str]) -> Self {
        self.hashers = algorithms.to_vec();
        self
    }

    /// Gives the password validators by the classes of `django.contrib.auth.password_validation`. Without, there are none.
    #[must_use]
    pub fn validators(mut self, classes: &[&'static str]) -> Self {
        self.validators = classes.to_vec();
        self
    }

    /// Protects the view at `/api/token/authenticate/` with the package's `JWTStatelessUserAuthentication`.
    #[must_use]
    pub fn stateless(mut self) -> Self {
        self.stateless = true;
        self
    }

    /// Lets passwords be checked by `AllowAllUsersModelBackend`, which lets inactive users in.
    #[must_use]
    pub fn allow_all_users(mut self) -> Self {
        self.allow_all_users = true;
        self
    }

    /// Gives the package a setting that Countersign says otherwise: a callable or a class of the oracle's project.
    #[must_use]
    pub fn genuine(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.genuine_alone.push((name, value.into()));
        self
    }

    /// Gives Countersign lines of TOML, at the end of the family's table, that say what the package is told otherwise.
    #[must_use]
    pub fn countersign(mut self, toml: &str) -> Self {
        self.countersign_alone += toml;
        self.countersign_alone.push('\n');
        self
    }

    /// Rotates with blacklisting, and lets Countersign keep sessions, in a table of its own.
    #[must_use]
    pub fn sessions(self) -> Self {
        let rotating = self.set("ROTATE_REFRESH_TOKENS", true).set("BLACKLIST_AFTER_ROTATION", true);
        Self { sessions: true, ..rotating.countersign("reuse_detection = true") }
    }

    /// Whether Countersign needs a table that Django does not make.
    pub(crate) fn keeps_sessions(&self) -> bool {
        self.sessions
    }

    pub(crate) fn blacklist(&self) -> bool {
        self.blacklist
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    pub(crate) fn user_model(&self) -> UserModel {
        self.user_model
    }

    /// As the oracle's `project/settings.py` reads it.
    pub(crate) fn for_the_oracle(&self, database: &OracleDatabase) -> Value {
        let package: serde_json::Map<_, _> = self
            .package
            .iter()
            .chain(&self.genuine_alone)
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        json!({
            "secret_key": self.secret_key,
            "database": database.url(),
            "blacklist": self.blacklist,
            "user_model": self.user_model.label(),
            "password_hashers": self.hashers,
            "password_validators": self.validator_paths(),
            "family": self.family.table(),
            self.family.table(): package,
            "backend": self.backend(),
            "authentication": self.authentication(),
            "follow_main": true,
            "password_reset_url": RESET_URL,
        })
    }

    /// As a `countersign.toml`.
    pub(crate) fn for_countersign(&self, database: &OracleDatabase) -> String {
        let mut toml = String::new();
        let mut line = |text: std::fmt::Arguments<'_>| {
            toml.write_fmt(text).expect("a string takes any text");
            toml.push('\n');
        };
        line(format_args!("secret_key = {}", in_toml(&json!(self.secret_key))));
        line(format_args!("password_hashers = {}", in_toml(&json!(self.hashers))));
        line(format_args!("password_validators = {}", in_toml(&json!(self.validator_paths()))));
        line(format_args!("[email]\nbackend = \"file\"\nfile_path = \"{MAILS}\""));
        line(format_args!("[server]\nlisten = \"127.0.0.1:0\""));
        line(format_args!("[database]\nurl = \"{}\"", database.url()));
        line(format_args!("[users]\ntable = \"{}\"", self.user_model.table()));
        line(format_args!("username_field = \"{}\"", self.user_model.username_field()));
        line(format_args!("authentication_backend = \"django.contrib.auth.backends.{}\"", self.backend()));
        for (name, column) in self.user_model.renamed_columns() {
            line(format_args!("{name} = \"{column}\""));
        }
        line(format_args!("[{}]", self.family.table()));
        match self.family {
            Family::GraphqlJwt => {}
            Family::NinjaAuth => line(format_args!("password_reset_url = \"{RESET_URL}\"")),
            Family::NinjaJwt | Family::SimpleJwt => line(format_args!("blacklist = {}", self.blacklist)),
        }
        if self.stateless {
            line(format_args!("authentication_class = \"{}\"", self.authentication()));
        }
        for (name, value) in &self.package {
            line(format_args!("{} = {}", name.to_lowercase(), in_toml(value)));
        }
        line(format_args!("{}", self.countersign_alone));
        toml
    }

    fn validator_paths(&self) -> Vec<String> {
        let path = |class| format!("django.contrib.auth.password_validation.{class}");
        self.validators.iter().map(path).collect()
    }

    fn backend(&self) -> &'static str {
        if self.allow_all_users { "AllowAllUsersModelBackend" } else { "ModelBackend" }
    }

    fn authentication(&self) -> &'static str {
        match (self.family, self.stateless) {
            (Family::GraphqlJwt, _) => "strawberry_django_extras.jwt.backend.JWTBackend",
            (Family::NinjaAuth, _) => "dj_ninja_auth.jwt.authentication.JWTAuth",
            (Family::NinjaJwt, false) => "ninja_jwt.authentication.JWTAuth",
            (Family::NinjaJwt, true) => "ninja_jwt.authentication.JWTStatelessUserAuthentication",
            (Family::SimpleJwt, false) => "rest_framework_simplejwt.authentication.JWTAuthentication",
            (Family::SimpleJwt, true) => {
                "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"
            }
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl Family {
    /// Countersign's table, and what the oracle's project calls it.
    fn table(self) -> &'static str {
        match self {
            Self::GraphqlJwt => "graphql_jwt",
            Self::NinjaAuth => "auth_jwt",
            Self::NinjaJwt => "ninja_jwt",
            Self::SimpleJwt => "simple_jwt",
        }
    }
}

impl UserModel {
    /// Django's `app_label.Model`.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Account => "people.Account",
            Self::Django => "auth.User",
            Self::Member => "people.Member",
            Self::Person => "people.Person",
        }
    }

    /// The model's table.
    pub fn table(self) -> &'static str {
        match self {
            Self::Account => "accounts",
            Self::Django => "auth_user",
            Self::Member => "club_member",
            Self::Person => "people_person",
        }
    }

    /// Django's names of columns that are called otherwise, and what they are called.
    fn renamed_columns(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Account => &[
                ("id", "account_no"),
                ("password", "pass_hash"),
                ("last_login", "seen_at"),
                ("is_active", "enabled"),
            ],
            Self::Django | Self::Member | Self::Person => &[],
        }
    }

    /// The model's `USERNAME_FIELD`.
    pub fn username_field(self) -> &'static str {
        match self {
            Self::Account => "login",
            Self::Django => "username",
            Self::Member => "handle",
            Self::Person => "email",
        }
    }
}

/// A JSON value as TOML writes it. The two agree on all but null, which an empty text stands for, and objects, which no
/// setting is.
fn in_toml(value: &Value) -> String {
    match value {
        Value::Null => "\"\"".to_owned(),
        Value::Object(_) => panic!("no setting is {value}"),
        _ => value.to_string(),
    }
}

/// Long enough for HS512, and nothing but a test's.
pub(crate) const SECRET_KEY: &str =
    "a-secret-of-the-tests-alone-that-is-long-enough-for-every-hmac-0123456789";

/// The folder beside the configuration in which Countersign leaves its mails.
pub(crate) const MAILS: &str = "mails";
/// The page that links in mails of dj-ninja-auth's lead to.
const RESET_URL: &str = "https://site.example/reset";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_told_the_same() {
        let settings = Settings::new()
            .set("ACCESS_TOKEN_LIFETIME", 60)
            .set("AUTH_HEADER_TYPES", json!(["Bearer", "JWT"]))
            .users(UserModel::Person);

        let told = settings.for_the_oracle(&OracleDatabase::Sqlite("/tmp/a.sqlite3".into()));
        assert_eq!(told["database"], "sqlite:///tmp/a.sqlite3");
        assert_eq!(
            told["simple_jwt"],
            json!({"ACCESS_TOKEN_LIFETIME": 60, "AUTH_HEADER_TYPES": ["Bearer", "JWT"]})
        );
        assert_eq!(told["user_model"], "people.Person");

        let toml = settings.for_countersign(&OracleDatabase::Sqlite("/tmp/b.sqlite3".into()));
        assert!(toml.contains("url = \"sqlite:///tmp/b.sqlite3\"\n"), "{toml}");
        assert!(toml.contains("[users]\ntable = \"people_person\"\nusername_field = \"email\"\n"), "{toml}");
        assert!(
            toml.contains("access_token_lifetime = 60\nauth_header_types = [\"Bearer\",\"JWT\"]\n"),
            "{toml}"
        );
    }
}
