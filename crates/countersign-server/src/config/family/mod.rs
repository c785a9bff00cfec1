//! What the families' tables say alike: how tokens look, the keys, what is asked of users, the routes.

pub(super) mod built_ins;
pub(super) mod callables;
mod jwk_url;
pub(super) mod keys;
mod package;
mod policy;
mod routes;
mod rules;
mod sessions;
mod webhook;

use countersign::authority::Rules;
use countersign::dialect::Dialect;
use countersign::key::Algorithm;
use countersign::token::TokenPolicy;

use self::keys::KeyNames;
pub(crate) use self::keys::KeysConfig;
pub(crate) use self::package::Package;
pub(super) use self::routes::read as routes;
use super::Shared;
use super::section::{Reported, Section};

/// One family, ready to be served.
#[derive(Clone, Debug)]
pub(crate) struct FamilyConfig<D: Dialect> {
    /// What its authority needs.
    pub(crate) tokens: TokensConfig,
    /// How clients are spoken to.
    pub(crate) dialect: D,
    /// The endpoints that are served and their paths, no two of them equal in any family.
    pub(crate) routes: Vec<(D::Endpoint, String)>,
}

/// What a family's authority needs.
#[derive(Clone, Debug)]
pub(crate) struct TokensConfig {
    /// The Django package whose settings these are.
    pub(crate) package: &'static Package,
    /// How tokens look.
    pub(crate) policy: TokenPolicy,
    /// `ALGORITHM`.
    pub(crate) algorithm: Algorithm,
    /// What signs and verifies.
    pub(crate) keys: KeysConfig,
    /// `blacklist`: is the `token_blacklist` app installed? `None` is yes if its tables exist; a package without
    /// such an app has none.
    pub(crate) blacklist: Option<bool>,
    /// `PASSWORD_RESET_URL`: where mailed links lead; `None` for a family that says nothing of it.
    pub(crate) password_reset_url: Option<String>,
    rules: Rules,
}

impl TokensConfig {
    /// What is asked of users and done with tokens, when it is known whether there is a ledger.
    pub(crate) fn with_ledger(&self, ledger: bool) -> Rules {
        let mut rules = self.rules.clone();
        rules.ledger = ledger;
        rules
    }

    /// Of a family that keeps no ledger.
    pub(super) fn without_ledger(
        package: &'static Package,
        policy: TokenPolicy,
        (algorithm, keys): (Algorithm, KeysConfig),
        rules: Rules,
    ) -> Self {
        Self { package, policy, algorithm, keys, blacklist: Some(false), password_reset_url: None, rules }
    }

    /// Reads what is left to say after `policy` and `rules`, which are the package's own defaults.
    pub(super) fn read(
        settings: &mut Section<'_>,
        shared: &Shared<'_>,
        package: &'static Package,
        policy: TokenPolicy,
        rules: Rules,
    ) -> Result<Self, Reported> {
        let keys = keys::read(settings, shared, KeyNames::SIMPLE_JWTS);
        let policy = policy::read(settings, package, policy);
        let claims = callables::claims(settings);
        let mut blacklist = (!package.has_ledger).then_some(false);
        if package.has_ledger {
            settings.set_as("blacklist", &mut blacklist, Some);
        }
        let rules = rules::read(settings, shared, package, rules, blacklist);

        let ((algorithm, keys), policy, mut rules) = (keys?, policy?, rules?);
        callables::write_claims(settings, shared, &claims, &policy, &mut rules);
        if blacklist == Some(true) && policy.jti_claim.is_none() {
            let place = settings.place_of("jti_claim");
            return Err(
                settings.problem(&place, "is off, and blacklist knows tokens by their id: turn one of them")
            );
        }
        Ok(Self { package, policy, algorithm, keys, blacklist, password_reset_url: None, rules })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};

    #[test]
    fn the_ledger_is_decided_later_unless_it_is_configured() {
        let tokens = read("[simple_jwt]").simple_jwt.unwrap().tokens;
        assert_eq!(tokens.blacklist, None);
        assert!(tokens.with_ledger(true).ledger);
        assert!(!tokens.with_ledger(false).ledger);
        let off = read("[simple_jwt]\nblacklist = false").simple_jwt.unwrap().tokens;
        assert_eq!(off.blacklist, Some(false));
        let without_id = fault("[simple_jwt]\nblacklist = true\njti_claim = ''");
        assert!(without_id.contains("simple_jwt.jti_claim is off, and blacklist knows tokens by their id"));
    }
}
