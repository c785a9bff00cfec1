//! Which of Django's migrations there are, and what `migrate` says it did with them.

use std::fmt;

use crate::backend::Dialect;
use crate::error::list;
use crate::statements::{BLACKLISTED, OUTSTANDING};
use crate::tables::Tables;

/// What [`Database::migrate`](crate::Database::migrate) did. Its text is a sentence for the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationReport {
    /// Whether there was no database before.
    pub created_database: bool,
    /// The tables that were created.
    pub created_tables: Vec<String>,
    /// The migrations that were recorded as applied: app and name.
    pub recorded: Vec<(String, String)>,
    /// Migrations of `token_blacklist` that an older SimpleJWT left out: Django's own `migrate` applies them.
    pub left_to_django: Vec<String>,
}

impl MigrationReport {
    /// Whether everything was there already.
    pub fn is_unchanged(&self) -> bool {
        !self.created_database && self.created_tables.is_empty() && self.recorded.is_empty()
    }
}

impl fmt::Display for MigrationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unchanged() {
            f.write_str("Nothing to do: the tables are there.")?;
        }
        if self.created_database {
            f.write_str("Created the database. ")?;
        }
        if !self.created_tables.is_empty() {
            write!(f, "Created {}.", list(self.created_tables.iter().map(String::as_str)))?;
        }
        if !self.recorded.is_empty() {
            write!(f, " Recorded {} migrations for Django.", self.recorded.len())?;
        }
        if !self.left_to_django.is_empty() {
            let left = list(self.left_to_django.iter().map(String::as_str));
            write!(f, " Not applied yet, run Django's own `migrate`: token_blacklist {left}.")?;
        }
        Ok(())
    }
}

/// What [`Dialect::auth_tables`](crate::backend::Dialect::auth_tables) creates, in its order.
pub(crate) const AUTH_TABLES: &[&str] = &[
    "django_migrations",
    "django_content_type",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
];

// The migrations that lead to the tables: Django 4.2 to 5.2, SimpleJWT 5.5.1, strawberry-django-extras 0.2.6.

pub(crate) const CONTENTTYPES: &[&str] = &["0001_initial", "0002_remove_content_type_name"];

pub(crate) const AUTH: &[&str] = &[
    "0001_initial",
    "0002_alter_permission_name_max_length",
    "0003_alter_user_email_max_length",
    "0004_alter_user_username_opts",
    "0005_alter_user_last_login_null",
    "0006_require_contenttypes_0002",
    "0007_alter_validators_add_error_messages",
    "0008_alter_user_username_max_length",
    "0009_alter_user_last_name_max_length",
    "0010_alter_group_name_max_length",
    "0011_update_proxy_permissions",
    "0012_alter_user_first_name_max_length",
];

pub(crate) const TOKEN_BLACKLIST: &[&str] = &[
    "0001_initial",
    "0002_outstandingtoken_jti_hex",
    "0003_auto_20171017_2007",
    "0004_auto_20171017_2013",
    "0005_remove_outstandingtoken_jti",
    "0006_auto_20171017_2113",
    "0007_auto_20171017_2214",
    "0008_migrate_to_bigautofield",
    "0010_fix_migrate_to_bigautofield",
    "0011_linearizes_history",
    "0012_alter_outstandingtoken_user",
    "0013_alter_blacklistedtoken_options_and_more",
];

const REFRESH_TOKEN: &[&str] = &["0001_initial"];

/// A Django app whose rows belong to users.
pub(crate) struct App {
    /// Django's `app_label`.
    pub(crate) label: &'static str,
    /// Its tables.
    pub(crate) tables: &'static [&'static str],
    /// The statements that make them, for the user model's table, its primary key and that one's type.
    pub(crate) statements: fn(&dyn Dialect, &str, &str, &str) -> Vec<String>,
    /// Its migrations, in order.
    pub(crate) migrations: &'static [&'static str],
    /// Its models, each with its `verbose_name`.
    pub(crate) models: &'static [(&'static str, &'static str)],
}

/// `rest_framework_simplejwt.token_blacklist`, and Ninja JWT's.
pub(crate) const TOKEN_BLACKLIST_APP: App = App {
    label: "token_blacklist",
    tables: &[OUTSTANDING, BLACKLISTED],
    statements: |dialect, table, key, kind| dialect.token_blacklist_tables(table, key, kind),
    migrations: TOKEN_BLACKLIST,
    models: &[("blacklistedtoken", "Blacklisted Token"), ("outstandingtoken", "Outstanding Token")],
};

/// `strawberry_django_extras.jwt.refresh_token`.
pub(crate) const REFRESH_TOKEN_APP: App = App {
    label: "refresh_token",
    tables: &[Tables::REFRESH_TOKENS],
    statements: |dialect, table, key, kind| dialect.refresh_token_tables(table, key, kind),
    migrations: REFRESH_TOKEN,
    models: &[("refreshtoken", "refresh token")],
};
