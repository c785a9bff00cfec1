//! What a project writes itself: the payload, whose it is, and when a refresh token is too old.

use std::sync::Arc;

use countersign::authority::Rules;
use countersign::token::TokenPolicy;

use super::super::Shared;
use super::super::family::callables::{self, decision, expression, own};
use super::super::section::{Located, Section};
use super::built_ins::{PAYLOAD, REFRESH_EXPIRED, USERNAME};
use crate::expression::{
    ExpressionExpiry, ExpressionPayload, ExpressionRule, ExpressionUsername, Purpose, Scope,
};

/// What takes the built-ins' place, before it is known how tokens look.
pub(super) struct Callables {
    claims: Vec<Located<String>>,
    expired: Option<ExpressionRule>,
    payload: Option<Located<String>>,
    username: Option<Located<String>>,
}

pub(super) fn read(settings: &mut Section<'_>, shared: &Shared<'_>) -> Callables {
    Callables {
        claims: callables::claims(settings),
        expired: decision(settings, shared, REFRESH_EXPIRED.0, REFRESH_EXPIRED.1, Scope::AGE),
        payload: own(settings, PAYLOAD.0, PAYLOAD.1, Scope::USER_AND_PAYLOAD),
        username: own(settings, USERNAME.0, USERNAME.1, Scope::PAYLOAD),
    }
}

impl Callables {
    /// Reads the expressions, and has them decide.
    pub(super) fn write(
        self,
        settings: &Section<'_>,
        shared: &Shared<'_>,
        policy: &TokenPolicy,
        rules: &mut Rules,
    ) {
        let Self { claims, expired, payload, username } = self;
        let whole = Purpose::Payload { policy: Box::new(policy.clone()), names_user: username.is_none() };
        let read =
            |text: &Located<String>, scope, purpose| expression(settings, shared, text, scope, purpose).ok();
        if let Some(expression) = payload.and_then(|text| read(&text, Scope::USER_AND_PAYLOAD, whole)) {
            rules.payload_writer = Arc::new(ExpressionPayload(expression));
        }
        if let Some(text) = username
            && let Some(expression) = read(&text, Scope::PAYLOAD, Purpose::Username)
        {
            rules.payload_reader = Arc::new(ExpressionUsername::new(text.place.path, expression));
        }
        if let Some(rule) = expired {
            rules.refresh_expiry = Arc::new(ExpressionExpiry(rule));
        }
        callables::write_claims(settings, shared, &claims, policy, rules);
    }
}

#[cfg(test)]
mod tests {
    use countersign::clock::Timestamp;

    use super::super::super::testing::{fault, read};
    use super::*;

    fn rules(text: &str) -> Rules {
        read(&format!("[graphql_jwt]\n{text}")).graphql_jwt.unwrap().tokens.with_ledger(false)
    }

    #[test]
    fn what_is_python_there_is_an_expression_here() {
        let text = "[graphql_jwt]\njwt_payload_handler = \"{'sub': user.email, 'exp': payload.exp}\"\n\
                    jwt_payload_get_username_handler = 'payload.sub'\n\
                    jwt_refresh_expired_handler = 'now > orig_iat + 60'\n[graphql_jwt.claims]\nstaff = 'user.is_staff'";
        let config = read(text);
        assert_eq!(config.expressions.len(), 4);
        let rules = config.graphql_jwt.unwrap().tokens.with_ledger(false);
        assert_eq!(rules.custom_claims.unwrap().names(), ["staff"]);
        assert!(read("[graphql_jwt]\njwt_payload_handler = 'payload'").expressions.len() == 1);
    }

    #[test]
    fn a_refresh_token_of_which_nothing_is_said_has_expired() {
        let limits = countersign::authority::RefreshTokenRules {
            lifetime: countersign::clock::Span::from_days(7),
            bytes: std::num::NonZeroU8::MIN,
            reuse: false,
        };
        let expired = |text: &str, now: i64| {
            let rules = rules(&format!("jwt_refresh_expired_handler = '{text}'"));
            rules.refresh_expiry.has_expired(Timestamp::from_secs(100), Timestamp::from_secs(now), &limits)
        };
        assert!(!expired("now > orig_iat + 60", 160));
        assert!(expired("now > orig_iat + 60", 161));
        for odd in ["now", "1 / (now - orig_iat) > 0", "now + 9223372036854775807 < 0"] {
            assert!(expired(odd, 100), "{odd}");
        }
        let built_in = REFRESH_EXPIRED.1[0];
        assert!(!expired(built_in, 100 + 604_800) && expired(built_in, 101 + 604_800));
    }

    #[test]
    fn each_sees_what_it_may_and_no_more() {
        for (key, text, sees) in [
            ("jwt_payload_handler", "now", "user and payload"),
            ("jwt_payload_get_username_handler", "user.email", "Python code"),
            ("jwt_payload_get_username_handler", "size(user.email)", "payload"),
            ("jwt_refresh_expired_handler", "payload.exp > now", "orig_iat and now"),
        ] {
            let error = fault(&format!("[graphql_jwt]\n{key} = '{text}'"));
            assert!(error.contains(&format!("graphql_jwt.{key} names")) && error.contains(sees), "{error}");
        }
        let error = fault("[graphql_jwt]\njwt_payload_handler = 'project.jwt.payload'");
        assert!(
            error.ends_with(
                "a whole payload as an expression, as in \"{'username': user.username, 'exp': payload.exp}\""
            ),
            "{error}"
        );
    }

    #[test]
    fn the_tokens_own_claims_are_written_by_the_payload_alone() {
        for own in ["exp", "origIat", "username", "aud", "iss"] {
            let error = fault(&format!("[graphql_jwt.claims]\n{own} = '1'"));
            assert!(
                error.contains(&format!("graphql_jwt.claims.{own} is one of the token's own claims")),
                "{error}"
            );
        }
    }
}
