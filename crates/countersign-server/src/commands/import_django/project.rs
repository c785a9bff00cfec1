//! What Django says of a project: the document that the script writes.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::packages::Package;

/// A Django project.
#[derive(Debug, Deserialize)]
pub(super) struct Project {
    /// Django's version.
    pub(super) django: String,
    /// The settings module.
    pub(super) module: String,
    /// The packages in use that this version serves.
    pub(super) families: Vec<Family>,
    /// The names of packages in use that it does not.
    pub(super) unserved: Vec<String>,
    /// `SECRET_KEY`.
    pub(super) secret_key: Said,
    /// `SECRET_KEY_FALLBACKS`.
    pub(super) secret_key_fallbacks: Vec<Said>,
    /// `TIME_ZONE`.
    pub(super) time_zone: String,
    /// `PASSWORD_HASHERS`.
    pub(super) password_hashers: Vec<String>,
    /// `AUTHENTICATION_BACKENDS`.
    pub(super) authentication_backends: Vec<String>,
    /// `DATABASES["default"]`.
    pub(super) database: Database,
    /// The user model.
    pub(super) users: Users,
    /// How passwords are checked and reset.
    pub(super) passwords: Passwords,
    /// `EMAIL_*` and `DEFAULT_FROM_EMAIL`.
    pub(super) mail: BTreeMap<String, Said>,
}

/// A package, its effective settings and its URLs.
#[derive(Debug, Deserialize)]
pub(super) struct Family {
    /// Which one.
    #[serde(rename = "table", deserialize_with = "package")]
    pub(super) package: &'static Package,
    /// How the project writes one of its settings, with `{}` for the name.
    pub(super) spelling: String,
    /// Its version.
    pub(super) version: String,
    /// All its settings, by their names in Django.
    pub(super) settings: BTreeMap<String, Said>,
    /// The keys among its settings that the package does not know.
    pub(super) unknown: Vec<String>,
    /// Is its `token_blacklist` app installed, if it has one?
    pub(super) blacklist: Option<bool>,
    /// Its views in the project's URLs, in order.
    pub(super) routes: Vec<Route>,
    /// Settings of others that change what its views answer, and the dotted paths that they name.
    #[serde(default)]
    pub(super) surroundings: BTreeMap<String, Vec<String>>,
}

fn package<'de, D: Deserializer<'de>>(table: D) -> Result<&'static Package, D::Error> {
    let table = String::deserialize(table)?;
    Package::of(&table).ok_or_else(|| D::Error::custom("a table that no package has"))
}

/// A view of a package in the project's URLs.
#[derive(Debug, Deserialize)]
pub(super) struct Route {
    /// The package's URL name.
    pub(super) endpoint: String,
    /// The path, if it is one alone.
    pub(super) path: Option<String>,
    /// The path with its parameters, for people.
    pub(super) pattern: String,
    /// The dotted path of the view.
    pub(super) view: String,
    /// What the project changed of the package's view.
    pub(super) custom: Vec<String>,
    /// Whether a request of the path comes to this view and no other.
    pub(super) is_reached: bool,
    /// What it answers, if it is a view of GraphQL.
    pub(super) schema: Option<Schema>,
}

/// A GraphQL schema that has mutations of a package's.
#[derive(Debug, Deserialize)]
pub(super) struct Schema {
    /// The fields of its root types.
    pub(super) fields: Vec<Field>,
    /// A path beside its own at which the project has nothing.
    pub(super) beside: Option<String>,
}

/// A field of a root type.
#[derive(Debug, Deserialize)]
pub(super) struct Field {
    /// `query`, `mutation` or `subscription`.
    pub(super) root: String,
    /// Its name.
    pub(super) name: String,
    /// Which of the package's mutations it is: `issue`, `revoke` or `verify`.
    pub(super) mutation: Option<String>,
    /// The name of its type.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Whether that has the interface `Node`: whether its ids are global.
    pub(super) is_node: bool,
    /// The fields of its type, and their types.
    pub(super) members: BTreeMap<String, String>,
}

/// The database with the users.
#[derive(Debug, Deserialize)]
pub(super) struct Database {
    /// `ENGINE`.
    pub(super) engine: String,
    /// Its URL, if Countersign knows such databases.
    pub(super) url: Option<String>,
    /// Whether the URL has a password in it.
    pub(super) is_secret: bool,
    /// The `OPTIONS` that the URL does not say.
    pub(super) left: Vec<String>,
    /// `DATABASE_ROUTERS`.
    pub(super) routers: Vec<String>,
}

/// The user model.
#[derive(Debug, Deserialize)]
pub(super) struct Users {
    /// Its name.
    pub(super) model: String,
    /// `db_table`.
    pub(super) table: String,
    /// `USERNAME_FIELD`.
    pub(super) username_field: String,
    /// `EMAIL_FIELD`.
    pub(super) email_field: Option<String>,
    /// The columns of its fields.
    pub(super) columns: BTreeMap<String, String>,
}

/// How passwords are checked and reset.
#[derive(Debug, Deserialize)]
pub(super) struct Passwords {
    /// `AUTH_PASSWORD_VALIDATORS`.
    pub(super) validators: Vec<Validator>,
    /// `PASSWORD_RESET_TIMEOUT`, in seconds.
    pub(super) reset_timeout: Value,
}

/// One of `AUTH_PASSWORD_VALIDATORS`.
#[derive(Debug, Deserialize)]
pub(super) struct Validator {
    /// Its dotted path.
    pub(super) name: String,
    /// Its `OPTIONS`.
    pub(super) options: BTreeMap<String, Value>,
}

/// A value of a setting, which may be a secret.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Said(pub(super) Value);

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Said(…)")
    }
}
