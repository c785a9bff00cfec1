//! The packages: what each calls its settings and endpoints, and what Countersign has for them.

mod graphql_jwt;
mod ninja_auth;
mod ninja_jwt;
mod simple_jwt;

use super::setting::Known;

/// A package of Django's.
#[derive(Debug)]
pub(super) struct Package {
    /// Its table in countersign.toml.
    pub(super) table: &'static str,
    /// What people call it.
    pub(super) name: &'static str,
    /// What its settings begin with that is not written in its table.
    prefix: &'static str,
    /// Its settings, but for the keys: those are secrets, and go another way.
    settings: &'static [&'static [Known]],
    /// A key that its table cannot do without, and a value for it.
    pub(super) required: Option<(&'static str, &'static str)>,
    /// Its keys.
    pub(super) keys: Keys,
    /// Its endpoints.
    pub(super) endpoints: &'static [&'static str],
    /// Those of them that check a password.
    pub(super) logins: &'static [&'static str],
    /// Those that give users new passwords.
    pub(super) new_passwords: &'static [&'static str],
    /// Those that send mail.
    pub(super) mails: &'static [&'static str],
    /// Those that make or check the links in it.
    pub(super) reset_links: &'static [&'static str],
    /// The table of their paths.
    pub(super) routes: &'static str,
    /// An endpoint of Countersign's own.
    pub(super) own_endpoint: Option<&'static str>,
    /// A backend of the package's that checks tokens, and no passwords.
    pub(super) backend: Option<&'static str>,
    /// Settings of others that change what its views answer.
    pub(super) surroundings: &'static [Surrounding],
}

/// What a package calls its keys, and what signs with them.
#[derive(Debug)]
pub(super) struct Keys {
    /// The algorithm.
    pub(super) algorithm: &'static str,
    /// The keys that are secret. The first is an HMAC secret if the algorithm wants one, by default `SECRET_KEY`.
    pub(super) secret: &'static [&'static str],
    /// The key that may be known.
    pub(super) public: &'static str,
}

/// A setting of somebody else's that changes what a package's views answer.
#[derive(Debug)]
pub(super) struct Surrounding {
    /// Its name.
    pub(super) name: &'static str,
    /// The endpoints that are left to Django because of it.
    pub(super) decides: &'static [&'static str],
    /// What happens now, and what to do instead.
    pub(super) instead: &'static str,
}

impl Package {
    /// All of them.
    pub(super) const ALL: [&Self; 4] =
        [&simple_jwt::PACKAGE, &ninja_jwt::PACKAGE, &ninja_auth::PACKAGE, &graphql_jwt::PACKAGE];

    /// The one with this table.
    pub(super) fn of(table: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|package| package.table == table)
    }

    /// Its settings, but for the keys.
    pub(super) fn settings(&self) -> impl Iterator<Item = &'static Known> + use<> {
        self.settings.iter().copied().flatten()
    }

    /// The key of a setting in its table.
    pub(super) fn key(&self, setting: &str) -> String {
        setting.strip_prefix(self.prefix).unwrap_or(setting).to_lowercase()
    }
}
