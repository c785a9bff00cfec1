//! `[auth_jwt]`: every setting `AUTH_JWT_…` in lower case and without its prefix, and what else dj-ninja-auth reads.

mod built_ins;
mod reset_url;

use countersign::authority::Rules;
use countersign::dialect::NinjaAuth;
use countersign::dialect::ninja_auth::Endpoint;
use countersign::token::{TokenKind, TokenPolicy, UserIdForm};

use self::reset_url::ResetUrl;
use super::Shared;
use super::family::{self, FamilyConfig, Package, TokensConfig};
use super::section::{Reported, Section};
use super::users::UsersConfig;

pub(super) fn read(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
) -> Result<FamilyConfig<NinjaAuth>, Reported> {
    family::built_ins::read(settings, &built_ins::BUILT_INS);
    let mut policy = TokenPolicy::default();
    policy.user_id_form = UserIdForm::Native;
    policy.access_keeps_iat = true;
    let mut rules = Rules::default();
    rules.tokens_ask_for_user = true;
    rules.logins_tell_relations = true;
    // The package logs in to a session, too, and that always does.
    rules.update_last_login = true;
    family::callables::rule(settings, shared, "user_authentication_rule", &built_ins::RULES, &mut rules);
    let tokens = TokensConfig::read(settings, shared, &AUTH_JWT, policy, rules);
    let url = settings.optional::<ResetUrl>("password_reset_url");
    // The package has no ledger, and without one no sessions are kept.
    let endpoints: Vec<_> =
        Endpoint::ALL.into_iter().filter(|(endpoint, ..)| !endpoint.is_about_sessions()).collect();
    let routes =
        settings.section("routes", |settings| family::routes(settings, shared, &endpoints, |_| true));
    let (mut tokens, url, routes) = (tokens?, url?, routes?);
    let resets =
        |endpoint| matches!(endpoint, Endpoint::PasswordResetConfirm | Endpoint::PasswordResetRequest);
    tokens.password_reset_url = url.map(|ResetUrl(url)| url);
    if tokens.password_reset_url.is_none() && routes.iter().any(|(endpoint, _)| resets(*endpoint)) {
        let advice = "give the URL of your page for a new password, as in \"https://example.com/reset\", or \"\" to \
                      routes.password_reset_request and routes.password_reset_confirm";
        return Err(settings.missing("password_reset_url", advice));
    }
    Ok(FamilyConfig { tokens, dialect: dialect(shared.users), routes })
}

/// The dialect shows a user's fields, which may have other names than their columns.
fn dialect(users: &UsersConfig) -> NinjaAuth {
    let columns = &users.columns;
    [
        (&columns.id, "id"),
        (&columns.email, "email"),
        (&columns.is_active, "is_active"),
        (&columns.last_login, "last_login"),
    ]
    .into_iter()
    .filter_map(|(column, field)| Some((column.as_ref()?, field)))
    .fold(NinjaAuth::default(), |dialect, (column, field)| dialect.field_of(column, field))
}

const AUTH_JWT: Package = Package {
    name: "dj-ninja-auth",
    table: "auth_jwt",
    module: "dj_ninja_auth.jwt",
    kinds: &[TokenKind::Access, TokenKind::Refresh, TokenKind::Untyped],
    token_classes: "token_classes",
    has_ledger: false,
    user_classes: &[],
    stateless_classes: &[],
};

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};
    use super::*;

    const URL: &str = "password_reset_url = 'https://example.com/reset'";

    fn family(text: &str) -> FamilyConfig<NinjaAuth> {
        read(&format!("[auth_jwt]\n{URL}\n{text}")).auth_jwt.unwrap()
    }

    #[test]
    fn nothing_said_is_dj_ninja_auths_default() {
        let family = family("");
        let mut policy = TokenPolicy::default();
        (policy.user_id_form, policy.access_keeps_iat) = (UserIdForm::Native, true);
        assert_eq!(format!("{:?}", family.tokens.policy), format!("{policy:?}"));
        let endpoints = Endpoint::ALL.into_iter().filter(|(endpoint, ..)| !endpoint.is_about_sessions());
        let routes: Vec<_> = endpoints.map(|(endpoint, _, path)| (endpoint, path.to_owned())).collect();
        assert_eq!(family.routes, routes);
        assert_eq!(family.tokens.password_reset_url.as_deref(), Some("https://example.com/reset"));
    }

    #[test]
    fn there_is_no_ledger_and_every_login_is_recorded() {
        for text in ["", "update_last_login = false", "update_last_login = true"] {
            let tokens = family(text).tokens;
            assert_eq!(tokens.blacklist, Some(false));
            let rules = tokens.with_ledger(false);
            assert!(rules.update_last_login && rules.tokens_ask_for_user && rules.logins_tell_relations);
        }
    }

    #[test]
    fn the_packages_own_classes_are_known() {
        let text = "token_classes = ['dj_ninja_auth.jwt.tokens.RefreshToken', 'access']";
        let rules = family(text).tokens.with_ledger(false);
        assert_eq!(rules.auth_tokens, [TokenKind::Refresh, TokenKind::Access]);
        for foreign in ["sliding", "dj_ninja_auth.jwt.tokens.SlidingToken", "ninja_jwt.tokens.AccessToken"] {
            let error = fault(&format!("[auth_jwt]\n{URL}\ntoken_classes = '{foreign}'"));
            assert!(
                error.contains("takes \"access\", \"refresh\", \"untyped\", or dj-ninja-auth's own"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_page_for_new_passwords_is_needed_where_links_to_it_are() {
        let none = "[auth_jwt.routes]\npassword_reset_request = ''";
        for text in ["[auth_jwt]", none] {
            assert!(
                fault(text).contains("auth_jwt.password_reset_url is missing: give the URL of your page")
            );
        }
        let config = read(&format!("{none}\npassword_reset_confirm = ''"));
        assert_eq!(config.auth_jwt.unwrap().routes.len(), 6);
    }

    #[test]
    fn what_the_package_does_not_have_is_no_setting_of_it() {
        for key in ["blacklist", "rotate_refresh_tokens", "sliding_token_lifetime", "authentication_class"] {
            let error = fault(&format!("[auth_jwt]\n{URL}\n{key} = ''"));
            assert!(error.contains(&format!("auth_jwt.{key} is not a setting")), "{error}");
        }
    }

    #[test]
    fn columns_of_other_names_are_shown_by_their_fields() {
        let users = "[users]\nid = 'no'\nlast_login = 'seen'\nis_active = 'on'\n";
        let config = read(&format!("{users}[auth_jwt]\n{URL}"));
        let expected = NinjaAuth::default();
        let expected =
            expected.field_of("no", "id").field_of("seen", "last_login").field_of("on", "is_active");
        assert_eq!(format!("{:?}", config.auth_jwt.unwrap().dialect), format!("{expected:?}"));
    }
}
