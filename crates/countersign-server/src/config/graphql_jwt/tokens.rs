//! How the access tokens look, and what is asked of them and of their users.

use std::sync::Arc;

use countersign::authority::{Renewal, Rules};
use countersign::jwt::danger;
use countersign::token::{TokenPolicy, UserIdForm};
use countersign::user::User;

use super::super::duration::Leeway;
use super::super::section::{Reported, Section};
use super::super::{Profile, Shared};

/// Reads what tokens are made of and held against. `origIat` is left to whoever knows whether they are renewed.
pub(super) fn policy(settings: &mut Section<'_>, shared: &Shared<'_>) -> Result<TokenPolicy, Reported> {
    let mut policy = TokenPolicy::default();
    policy.token_type_claim = None;
    policy.jti_claim = None;
    policy.requires_exp = false;
    policy.user_id_claim.clone_from(&shared.users.username_field);
    policy.user_id_field.clone_from(&shared.users.username_field);
    policy.user_id_form = UserIdForm::Native;
    policy.user_id_first = true;
    settings.set("jwt_expiration_delta", &mut policy.access_lifetime);
    settings.set_as("jwt_audience", &mut policy.validation.audience, Some);
    settings.set_as("jwt_issuer", &mut policy.validation.issuer, Some);
    settings.set_as("jwt_leeway", &mut policy.validation.leeway, |Leeway(span)| span);

    policy.validation.verify_exp = false;
    settings.set("jwt_verify_expiration", &mut policy.validation.verify_exp);
    let mut verify = true;
    settings.set("jwt_verify", &mut verify);
    let told = [
        (policy.validation.verify_exp, "jwt_verify_expiration", "tokens never expire"),
        (verify, "jwt_verify", "no signature is checked, so anybody is let in"),
    ]
    .map(|(is_on, key, consequence)| if is_on { Ok(()) } else { honour(settings, shared, key, consequence) });
    told.into_iter().collect::<Result<(), Reported>>()?;
    if !verify {
        policy.validation.signatures = danger::ignored_signatures();
    }
    Ok(policy)
}

/// What the package lets be switched off is switched off, with a word that is not overlooked; strictly it is not.
fn honour(settings: &Section<'_>, shared: &Shared<'_>, key: &str, consequence: &str) -> Result<(), Reported> {
    let place = settings.place_of(key);
    match shared.profile {
        Profile::Django => {
            settings.alarm(&place, &format!("is false: {consequence}; set it to true"));
            Ok(())
        }
        Profile::Strict => {
            let predicate =
                format!("is false, which the strict profile refuses: {consequence}; set it to true");
            Err(settings.problem(&place, &predicate))
        }
    }
}

/// Django's `authenticate()` decides who may log in, and whoever is not active is refused after that.
pub(super) fn rules(shared: &Shared<'_>, renewal: Renewal) -> Rules {
    let mut rules = Rules::default();
    rules.inactive_users_may_log_in = shared.users.inactive_users_may_log_in;
    rules.authentication_rule = Arc::new(|_: &User| true);
    rules.empty_user_claim_is_none = true;
    rules.renewal = renewal;
    rules
}

#[cfg(test)]
mod tests {
    use countersign::clock::Span;
    use countersign::jwt::Audience;

    use super::super::super::Config;
    use super::super::super::testing::{fault, read};
    use super::*;

    fn tokens(text: &str) -> TokenPolicy {
        read(text).graphql_jwt.unwrap().tokens.policy
    }

    fn alarms(config: &Config) -> Vec<String> {
        config.warnings().iter().filter(|warning| warning.is_grave()).map(ToString::to_string).collect()
    }

    #[test]
    fn the_claims_are_those_of_the_package() {
        let policy = tokens("[graphql_jwt]");
        assert_eq!((policy.token_type_claim, policy.jti_claim), (None, None));
        assert_eq!(policy.issued_at_claim.as_deref(), Some("origIat"));
        assert_eq!((policy.user_id_claim.as_str(), policy.user_id_field.as_str()), ("username", "username"));
        assert_eq!(policy.access_lifetime, Span::from_mins(5));
        assert!(policy.user_id_first && !policy.requires_exp && !policy.validation.verify_exp);
        let policy = tokens(
            "[users]\nusername_field = 'email'\n[graphql_jwt]\njwt_expiration_delta = '1h'\njwt_audience = ['a']\n\
             jwt_issuer = 'us'\njwt_leeway = 1.5\njwt_allow_refresh = false",
        );
        assert_eq!((policy.user_id_claim.as_str(), policy.user_id_field.as_str()), ("email", "email"));
        assert_eq!(policy.access_lifetime, Span::from_mins(60));
        assert_eq!(policy.validation.audience, Some(Audience::Any(vec!["a".into()])));
        assert_eq!(policy.validation.issuer.as_deref(), Some("us"));
        assert_eq!(policy.validation.leeway, Span::from_micros(1_500_000));
        assert_eq!(policy.issued_at_claim, None);
    }

    #[test]
    fn what_is_not_verified_is_told_at_every_start() {
        let config = read("[graphql_jwt]");
        assert_eq!(
            alarms(&config),
            [
                "countersign.toml: graphql_jwt.jwt_verify_expiration is false: tokens never expire; set it to true"
            ]
        );
        let config = read("[graphql_jwt]\njwt_verify_expiration = true\njwt_verify = false");
        assert_eq!(
            alarms(&config),
            [
                "countersign.toml, line 3: graphql_jwt.jwt_verify is false: no signature is checked, so anybody is let \
              in; set it to true"
            ]
        );
        let validation = config.graphql_jwt.unwrap().tokens.policy.validation;
        assert!(validation.verify_exp && validation.signatures.are_ignored());
        let config = read("[graphql_jwt]\njwt_verify_expiration = true");
        assert!(alarms(&config).is_empty());
        assert!(!config.graphql_jwt.unwrap().tokens.policy.validation.signatures.are_ignored());
    }

    #[test]
    fn the_strict_profile_verifies() {
        let strict = "profile = 'strict'\n[graphql_jwt]\n";
        assert!(fault(strict).contains(
            "graphql_jwt.jwt_verify_expiration is false, which the strict profile refuses: tokens never expire"
        ));
        let both = fault(&format!("{strict}jwt_verify = false"));
        assert!(
            both.contains("graphql_jwt.jwt_verify_expiration is")
                && both.contains("graphql_jwt.jwt_verify is")
        );
        read(&format!("{strict}jwt_verify_expiration = true"));
    }

    #[test]
    fn whoever_django_logs_in_is_issued_a_token() {
        let user = User {
            key: countersign::user::UserKey::Int(1),
            username: "u".into(),
            password: countersign::secret::StoredPassword::new("!"),
            is_active: false,
            last_login: None,
            email: None,
            fields: countersign::user::Fields::default(),
        };
        let text = "[users]\nauthentication_backend = 'django.contrib.auth.backends.AllowAllUsersModelBackend'\n\
                    [graphql_jwt]";
        let rules = read(text).graphql_jwt.unwrap().tokens.with_ledger(false);
        assert!(rules.inactive_users_may_log_in && rules.authentication_rule.permits(&user));
        assert!(rules.check_user_is_active, "and the token is refused");
    }
}
