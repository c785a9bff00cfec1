//! `[simple_jwt]`: every setting of `SIMPLE_JWT` in lower case, and what Django says elsewhere.

mod built_ins;
mod client;
mod jwk_url;
mod keys;
mod policy;
mod routes;
mod rules;

use countersign::authority::Rules;
use countersign::dialect::SimpleJwt;
use countersign::dialect::simple_jwt::Endpoint;
use countersign::key::Algorithm;
use countersign::token::TokenPolicy;

pub(crate) use self::keys::KeysConfig;
use super::Shared;
use super::section::{Reported, Section};

/// SimpleJWT's family, ready to be served.
#[derive(Clone, Debug)]
pub(crate) struct SimpleJwtConfig {
    /// How tokens look.
    pub(crate) policy: TokenPolicy,
    /// `ALGORITHM`.
    pub(crate) algorithm: Algorithm,
    /// What signs and verifies.
    pub(crate) keys: KeysConfig,
    /// How clients are spoken to.
    pub(crate) dialect: SimpleJwt,
    /// The endpoints that are served and their paths, no two of them equal.
    pub(crate) routes: Vec<(Endpoint, String)>,
    /// `blacklist`: is the `token_blacklist` app installed? `None` is yes if its tables exist.
    pub(crate) blacklist: Option<bool>,
    rules: Rules,
}

impl SimpleJwtConfig {
    /// What is asked of users and done with tokens, when it is known whether there is a ledger.
    pub(crate) fn with_ledger(&self, ledger: bool) -> Rules {
        let mut rules = self.rules.clone();
        rules.ledger = ledger;
        rules
    }

    pub(super) fn read(settings: &mut Section<'_>, shared: &Shared<'_>) -> Result<Self, Reported> {
        for (key, instead) in REMOVED {
            settings.removed(key, instead);
        }
        built_ins::read(settings);
        let keys = keys::read(settings, shared);
        let policy = policy::read(settings, shared);
        let mut blacklist = None;
        settings.set_as("blacklist", &mut blacklist, Some);
        let rules = rules::read(settings, shared, blacklist);
        let dialect = client::read(settings, shared);
        let routes = settings.section("routes", routes::read);

        let ((algorithm, keys), policy, rules) = (keys?, policy?, rules?);
        if blacklist == Some(true) && policy.jti_claim.is_none() {
            let place = settings.place_of("jti_claim");
            return Err(
                settings.problem(&place, "is off, and blacklist knows tokens by their id: turn one of them")
            );
        }
        Ok(Self { policy, algorithm, keys, dialect: dialect?, routes: routes?, blacklist, rules })
    }
}

/// SimpleJWT's `REMOVED_SETTINGS`, and what to say instead.
const REMOVED: [(&str, &str); 4] = [
    ("auth_header_type", "auth_header_types"),
    ("auth_token_class", "auth_token_classes"),
    ("secret_key", "signing_key, or secret_key above the first table"),
    ("token_backend_class", "algorithm"),
];

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};

    #[test]
    fn removed_settings_say_what_to_use_instead() {
        assert_eq!(
            fault("[simple_jwt]\nauth_header_type = 'Bearer'"),
            "countersign.toml, line 2: simple_jwt.auth_header_type was removed from the Django package: \
             use auth_header_types"
        );
        assert!(
            fault("[simple_jwt]\nsecret_key = 'x'")
                .ends_with("use signing_key, or secret_key above the first table")
        );
    }

    #[test]
    fn the_ledger_is_decided_later_unless_it_is_configured() {
        let family = read("[simple_jwt]").simple_jwt.unwrap();
        assert_eq!(family.blacklist, None);
        assert!(family.with_ledger(true).ledger);
        assert!(!family.with_ledger(false).ledger);
        assert_eq!(read("[simple_jwt]\nblacklist = false").simple_jwt.unwrap().blacklist, Some(false));
        let without_id = fault("[simple_jwt]\nblacklist = true\njti_claim = ''");
        assert!(without_id.contains("simple_jwt.jti_claim is off, and blacklist knows tokens by their id"));
    }
}
