//! `[ninja_jwt]`: every setting of `NINJA_JWT` in lower case, and what Django says elsewhere.

mod built_ins;

use countersign::authority::Rules;
use countersign::dialect::NinjaJwt;
use countersign::dialect::ninja_jwt::Endpoint;
use countersign::token::{TokenKind, TokenPolicy, UserIdForm};

use self::built_ins::{JSON_ENCODERS, RULE};
use super::Shared;
use super::family::{self, FamilyConfig, Package, TokensConfig};
use super::section::{Reported, Section};

pub(super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
) -> Result<FamilyConfig<NinjaJwt>, Reported> {
    family::built_ins::read(settings, &built_ins::BUILT_INS);
    let mut policy = TokenPolicy::default();
    policy.user_id_form = UserIdForm::Native;
    policy.access_keeps_iat = true;
    let mut rules = Rules::default();
    family::callables::json_encoder(settings, &JSON_ENCODERS, &mut rules);
    family::callables::rule(settings, shared, "user_authentication_rule", &[RULE], &mut rules);
    let tokens = TokensConfig::read(settings, shared, &NINJA_JWT, policy, rules);
    let dialect = NinjaJwt::default().username_field(&shared.users.username_field);
    let keeps_sessions = tokens.as_ref().is_ok_and(TokensConfig::keeps_sessions);
    let is_of_use = |endpoint: Endpoint| keeps_sessions || !endpoint.is_about_sessions();
    let routes =
        settings.section("routes", |settings| family::routes(settings, shared, &Endpoint::ALL, is_of_use));
    Ok(FamilyConfig { tokens: tokens?, dialect, routes: routes? })
}

const NINJA_JWT: Package = Package {
    name: "Ninja JWT",
    table: "ninja_jwt",
    module: "ninja_jwt",
    kinds: &[TokenKind::Access, TokenKind::Sliding, TokenKind::Refresh, TokenKind::Untyped],
    token_classes: "auth_token_classes",
    has_ledger: true,
    user_classes: &["JWTAuth", "AsyncJWTAuth"],
    stateless_classes: &["JWTStatelessUserAuthentication", "JWTTokenUserAuth", "AsyncJWTTokenUserAuth"],
};

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};
    use super::*;

    #[test]
    fn nothing_said_is_ninja_jwts_default() {
        let family = read("[ninja_jwt]").ninja_jwt.unwrap();
        let mut policy = TokenPolicy::default();
        (policy.user_id_form, policy.access_keeps_iat) = (UserIdForm::Native, true);
        assert_eq!(format!("{:?}", family.tokens.policy), format!("{policy:?}"));
        let endpoints = Endpoint::ALL.into_iter().filter(|(endpoint, ..)| !endpoint.is_about_sessions());
        let routes: Vec<_> = endpoints.map(|(endpoint, _, path)| (endpoint, path.to_owned())).collect();
        assert_eq!(family.routes, routes);
        let email = read("[users]\nusername_field = 'email'\n[ninja_jwt]").ninja_jwt.unwrap();
        assert_eq!(
            format!("{:?}", email.dialect),
            format!("{:?}", NinjaJwt::default().username_field("email"))
        );
    }

    #[test]
    fn what_ninja_jwt_does_not_read_is_no_setting_of_it() {
        for key in
            ["auth_header_types", "check_revoke_token", "check_user_is_active", "token_obtain_serializer"]
        {
            let error = fault(&format!("[ninja_jwt]\n{key} = ''"));
            assert!(error.contains(&format!("ninja_jwt.{key} is not a setting")), "{error}");
        }
    }
}
