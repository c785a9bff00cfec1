//! The packages: what each calls its settings and endpoints, and what Countersign has for them.

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
    /// Its settings, but for the keys: those are secrets, and go another way.
    settings: &'static [&'static [Known]],
    /// Its endpoints.
    pub(super) endpoints: &'static [&'static str],
    /// Those of them that check a password.
    pub(super) logins: &'static [&'static str],
    /// Settings of others that change what its views answer, and what to do instead.
    pub(super) surroundings: &'static [(&'static str, &'static str)],
}

impl Package {
    /// All of them.
    pub(super) const ALL: [&Self; 2] = [&simple_jwt::PACKAGE, &ninja_jwt::PACKAGE];

    /// The one with this table.
    pub(super) fn of(table: &str) -> Option<&'static Self> {
        Self::ALL.into_iter().find(|package| package.table == table)
    }

    /// Its settings, but for the keys.
    pub(super) fn settings(&self) -> impl Iterator<Item = &'static Known> + use<> {
        self.settings.iter().copied().flatten()
    }
}
