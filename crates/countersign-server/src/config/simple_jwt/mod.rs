//! `[simple_jwt]`: every setting of `SIMPLE_JWT` in lower case, and what Django says elsewhere.

mod built_ins;
mod client;
mod revoke;

use std::sync::Arc;

use countersign::authority::Rules;
use countersign::dialect::SimpleJwt;
use countersign::dialect::simple_jwt::Endpoint;
use countersign::token::{TokenKind, TokenPolicy};
use countersign::user::User;

use self::built_ins::{JSON_ENCODERS, ON_LOGIN_FAILED, ON_LOGIN_SUCCESS, RULE};
use super::Shared;
use super::family::{self, FamilyConfig, Package, TokensConfig};
use super::section::{Reported, Section};

pub(super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
) -> Result<FamilyConfig<SimpleJwt>, Reported> {
    for (key, instead) in REMOVED {
        settings.removed(key, instead);
    }
    family::built_ins::read(settings, &built_ins::BUILT_INS);
    let mut policy = TokenPolicy::default();
    policy.revoke_claim = revoke::read(settings, shared);
    let mut rules = Rules::default();
    settings.set("check_user_is_active", &mut rules.check_user_is_active);
    if !rules.check_user_is_active {
        rules.authentication_rule = Arc::new(|_: &User| true);
    }
    let events = [("on_login_success", &[ON_LOGIN_SUCCESS][..]), ("on_login_failed", &[ON_LOGIN_FAILED][..])];
    family::callables::login_webhooks(settings, shared, SIMPLE_JWT.table, events, &mut rules);
    family::callables::json_encoder(settings, &JSON_ENCODERS, &mut rules);
    family::callables::rule(settings, shared, "user_authentication_rule", &[RULE], &mut rules);
    let tokens = TokensConfig::read(settings, shared, &SIMPLE_JWT, policy, rules);
    let dialect = client::read(settings, shared);
    let keeps_sessions = tokens.as_ref().is_ok_and(TokensConfig::keeps_sessions);
    let is_of_use = |endpoint: Endpoint| keeps_sessions || !endpoint.is_about_sessions();
    let routes =
        settings.section("routes", |settings| family::routes(settings, shared, &Endpoint::ALL, is_of_use));
    Ok(FamilyConfig { tokens: tokens?, dialect: dialect?, routes: routes? })
}

const SIMPLE_JWT: Package = Package {
    name: "SimpleJWT",
    table: "simple_jwt",
    module: "rest_framework_simplejwt",
    kinds: &[TokenKind::Access, TokenKind::Sliding, TokenKind::Refresh, TokenKind::Untyped],
    token_classes: "auth_token_classes",
    has_ledger: true,
    user_classes: &["JWTAuthentication"],
    stateless_classes: &["JWTStatelessUserAuthentication", "JWTTokenUserAuthentication"],
};

/// SimpleJWT's `REMOVED_SETTINGS`, and what to say instead.
const REMOVED: [(&str, &str); 4] = [
    ("auth_header_type", "auth_header_types"),
    ("auth_token_class", "auth_token_classes"),
    ("secret_key", "signing_key, or secret_key above the first table"),
    ("token_backend_class", "algorithm"),
];

#[cfg(test)]
mod tests {
    use super::super::testing::fault;

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
}
