//! How tokens look and how long they live.

use countersign::jwt::Audience;
use countersign::token::{RevokeClaim, TokenKind, TokenPolicy};

use super::super::duration::Leeway;
use super::super::reference::Surroundings;
use super::super::section::{Reported, Section};
use super::super::setting::{Fault, Name, OffWhenEmpty, Setting};
use super::super::tree::Value;
use super::Package;

/// Reads what is said beyond the package's defaults.
pub(super) fn read(
    settings: &mut Section<'_>,
    package: &Package,
    mut policy: TokenPolicy,
) -> Result<TokenPolicy, Reported> {
    settings.set("access_token_lifetime", &mut policy.access_lifetime);
    settings.set("refresh_token_lifetime", &mut policy.refresh_lifetime);
    settings.set_as("audience", &mut policy.validation.audience, Some);
    settings.set_as("issuer", &mut policy.validation.issuer, Some);
    settings.set_as("leeway", &mut policy.validation.leeway, |Leeway(span)| span);
    settings.set_as("token_type_claim", &mut policy.token_type_claim, |OffWhenEmpty(name)| name);
    settings.set_as("jti_claim", &mut policy.jti_claim, |OffWhenEmpty(name)| name);
    settings.set_as("user_id_claim", &mut policy.user_id_claim, |Name(name)| name);
    settings.set_as("user_id_field", &mut policy.user_id_field, |Name(name)| name);
    if package.has(TokenKind::Sliding) {
        sliding(settings, &mut policy);
    }
    distinct(settings, package, &policy)?;
    Ok(policy)
}

fn sliding(settings: &mut Section<'_>, policy: &mut TokenPolicy) {
    settings.set("sliding_token_lifetime", &mut policy.sliding_lifetime);
    settings.set("sliding_token_refresh_lifetime", &mut policy.sliding_refresh_lifetime);
    settings.set_as(
        "sliding_token_refresh_exp_claim",
        &mut policy.sliding_refresh_exp_claim,
        |Name(name)| name,
    );
}

/// Two claims of one name would overwrite each other.
fn distinct(settings: &Section<'_>, package: &Package, policy: &TokenPolicy) -> Result<(), Reported> {
    let renewable_until = policy.sliding_refresh_exp_claim.as_str();
    let claims = [
        ("token_type_claim", policy.token_type_claim.as_deref()),
        ("jti_claim", policy.jti_claim.as_deref()),
        ("user_id_claim", Some(policy.user_id_claim.as_str())),
        (
            "sliding_token_refresh_exp_claim",
            Some(renewable_until).filter(|_| package.has(TokenKind::Sliding)),
        ),
        ("revoke_token_claim", policy.revoke_claim.as_ref().map(RevokeClaim::name)),
    ];
    for (index, (key, name)) in claims.iter().enumerate() {
        let earlier = claims[..index].iter().find(|(_, other)| name.is_some() && other == name);
        if let Some((other, _)) = earlier {
            let predicate = format!("names the same claim as {other}: give each a name of its own");
            return Err(settings.problem(&settings.place_of(key), &predicate));
        }
    }
    Ok(())
}

impl Setting for Audience {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match value {
            Value::List(_) => Vec::read(value, around).map(Self::Any),
            one => String::read(one, around).map(Self::One),
        }
    }
}

#[cfg(test)]
mod tests {
    use countersign::clock::Span;

    use super::super::super::testing::{fault, read};
    use super::*;

    fn policy(text: &str) -> TokenPolicy {
        read(&format!("[simple_jwt]\n{text}")).simple_jwt.unwrap().tokens.policy
    }

    #[test]
    fn nothing_said_is_simple_jwts_default() {
        assert_eq!(format!("{:?}", policy("")), format!("{:?}", TokenPolicy::default()));
    }

    #[test]
    fn lifetimes_claims_and_who_the_tokens_are_for() {
        let policy = policy(
            "access_token_lifetime = '90s'\nrefresh_token_lifetime = 0\nsliding_token_lifetime = '-5m'\n\
             sliding_token_refresh_lifetime = '2d'\naudience = ['a', 'b']\nissuer = 'https://us'\nleeway = 2.5\n\
             token_type_claim = ''\njti_claim = 'id'\nuser_id_claim = 'sub'\nuser_id_field = 'uuid'\n\
             sliding_token_refresh_exp_claim = 'until'",
        );
        assert_eq!(policy.access_lifetime, Span::from_secs(90));
        assert_eq!(policy.refresh_lifetime, Span::ZERO);
        assert_eq!(policy.sliding_lifetime, Span::from_mins(-5));
        assert_eq!(policy.sliding_refresh_lifetime, Span::from_days(2));
        assert_eq!(policy.validation.audience, Some(Audience::Any(vec!["a".into(), "b".into()])));
        assert_eq!(policy.validation.issuer.as_deref(), Some("https://us"));
        assert_eq!(policy.validation.leeway, Span::from_micros(2_500_000));
        assert_eq!((policy.token_type_claim, policy.jti_claim.as_deref()), (None, Some("id")));
        assert_eq!((policy.user_id_claim.as_str(), policy.user_id_field.as_str()), ("sub", "uuid"));
        assert_eq!(policy.sliding_refresh_exp_claim, "until");
    }

    #[test]
    fn one_audience_stays_one() {
        assert_eq!(policy("audience = 'a'").validation.audience, Some(Audience::One("a".into())));
        assert_eq!(policy("audience = ['a']").validation.audience, Some(Audience::Any(vec!["a".into()])));
    }

    #[test]
    fn claims_of_one_name_are_refused() {
        assert!(fault("[simple_jwt]\nuser_id_claim = 'jti'").contains(
            "simple_jwt.user_id_claim names the same claim as jti_claim: give each a name of its own"
        ));
        assert!(policy("token_type_claim = ''\njti_claim = ''").jti_claim.is_none());
        assert!(fault("[simple_jwt]\nuser_id_claim = ''").contains("is empty and needs a name"));
    }
}
