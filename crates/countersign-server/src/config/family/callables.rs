//! Settings that are Python code in Django and can be said here: rules and claims as expressions, events as webhooks.

use std::sync::Arc;

use countersign::authority::{RestFrameworkJsonEncoder, Rules};
use countersign::token::TokenPolicy;

use super::super::section::{Located, Reported, Section};
use super::super::{ExpressionCheck, Profile, Shared};
use super::built_ins::not_built_in;
use super::webhook::Hook;
use crate::expression::{Check, Expression, ExpressionClaims, ExpressionRule, Purpose, Scope};
use crate::webhook::{LoginWebhooks, Webhook, is_local};

/// `user_authentication_rule`: one of the built-in's dotted paths, which leaves `rules` as they are, or an expression
/// over `user` that is true for whom it lets in.
pub(in super::super) fn rule(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    key: &str,
    built_ins: &[&str],
    rules: &mut Rules,
) {
    if let Some(rule) = decision(settings, shared, key, built_ins, Scope::USER) {
        rules.authentication_rule = Arc::new(rule);
    }
}

/// Any callable that says yes or no, as an expression that sees so much; `None` for one of the built-in's dotted paths.
pub(in super::super) fn decision(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    key: &str,
    built_ins: &[&str],
    scope: Scope,
) -> Option<ExpressionRule> {
    let text = own(settings, key, built_ins, scope)?;
    let expression = expression(settings, shared, &text, scope, Purpose::Rule).ok()?;
    Some(ExpressionRule::new(text.place.path, expression))
}

/// The text of an expression in the place of a callable; `None` for one of the built-in's dotted paths.
pub(in super::super) fn own(
    settings: &mut Section<'_>,
    key: &str,
    built_ins: &[&str],
    scope: Scope,
) -> Option<Located<String>> {
    let text = settings.located::<String>(key).ok().flatten()?;
    if built_ins.contains(&text.value.as_str()) {
        return None;
    }
    if is_dotted_path(&text.value, scope) {
        let predicate = not_built_in(&text.place, key, built_ins[0]);
        settings.problem(&text.place, &predicate);
        return None;
    }
    Some(text)
}

/// Any expression that sees so much. It is held against the user model once that is known.
pub(in super::super) fn expression(
    settings: &Section<'_>,
    shared: &Shared<'_>,
    text: &Located<String>,
    scope: Scope,
    purpose: Purpose,
) -> Result<Arc<Expression>, Reported> {
    let expression = Expression::read(&text.value, scope);
    let expression = Arc::new(expression.map_err(|fault| settings.problem(&text.place, &fault))?);
    let check = Check::new(Arc::clone(&expression), purpose);
    shared.expressions.borrow_mut().push(ExpressionCheck { place: text.place.clone(), check });
    Ok(expression)
}

/// `json_encoder`: one of these dotted paths, or `""`. They differ in how custom claims show a time.
pub(in super::super) fn json_encoder(settings: &mut Section<'_>, built_ins: &[&str], rules: &mut Rules) {
    let Some(path) = settings.located::<String>("json_encoder").ok().flatten() else { return };
    if !built_ins.contains(&path.value.as_str()) {
        let predicate = not_built_in(&path.place, "json_encoder", built_ins[0]);
        settings.problem(&path.place, &predicate);
    }
    if path.value == REST_FRAMEWORK_ENCODER {
        rules.json_encoder = Arc::new(RestFrameworkJsonEncoder);
    }
}

/// `claims`: a table of claims, each an expression over `user`.
pub(in super::super) fn claims(settings: &mut Section<'_>) -> Vec<Located<String>> {
    settings.entries("claims")
}

/// Reads the expressions of [`claims`], when the names of the token's own claims are known.
pub(in super::super) fn write_claims(
    settings: &Section<'_>,
    shared: &Shared<'_>,
    claims: &[Located<String>],
    policy: &TokenPolicy,
    rules: &mut Rules,
) {
    let mut custom = Vec::new();
    for text in claims {
        let name = text.place.path.split_once(".claims.").map_or("", |(_, name)| name);
        if policy.owns_claim(name) || rules.owns_claim(name) {
            let predicate = "is one of the token's own claims, which say when, by whom and for whom it is good: give \
                             your claim another name";
            settings.problem(&text.place, predicate);
        } else if let Ok(expression) = expression(settings, shared, text, Scope::USER, Purpose::Claim) {
            custom.push((name.to_owned(), expression));
        }
    }
    if !custom.is_empty() {
        rules.custom_claims = Some(Arc::new(ExpressionClaims::new(custom)));
    }
}

/// `on_login_success` and `on_login_failed`, in this order: the built-ins' dotted paths, or webhooks.
pub(in super::super) fn login_webhooks(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    family: &'static str,
    [succeeded, failed]: [(&str, &[&str]); 2],
    rules: &mut Rules,
) {
    let mut read = |(key, built_ins): (&str, &[&str])| webhook(settings, shared, key, built_ins);
    let (succeeded, failed) = (read(succeeded), read(failed));
    if succeeded.is_some() || failed.is_some() {
        let courier = shared.courier.clone();
        rules.login_listener = Arc::new(LoginWebhooks { family, succeeded, failed, courier });
    }
}

/// A webhook: a URL, or a table with `url`, `secret` and `timeout`; `None` for one of the built-in's dotted paths.
fn webhook(
    settings: &mut Section<'_>,
    shared: &Shared<'_>,
    key: &str,
    built_ins: &[&str],
) -> Option<Arc<Webhook>> {
    let Located { value: Hook { url, secret, timeout }, place } = settings.located(key).ok().flatten()?;
    if built_ins.contains(&url.as_str()) {
        return None;
    }
    if is_dotted_path(&url, Scope::USER) {
        let predicate = not_built_in(&place, key, built_ins[0]);
        settings.problem(&place, &predicate);
        return None;
    }
    let webhook = match Webhook::new(&url, secret.as_ref(), timeout) {
        Ok(webhook) => webhook,
        Err(fault) => {
            settings.problem(&place, &fault);
            return None;
        }
    };
    if shared.profile == Profile::Strict && !url.starts_with("https:") && !is_local(&url) {
        let predicate = "sends logins over the network without TLS, which the strict profile refuses: give a URL of \
                         https, or one of this machine";
        settings.problem(&place, predicate);
    }
    Some(Arc::new(webhook))
}

const REST_FRAMEWORK_ENCODER: &str = "rest_framework.utils.encoders.JSONEncoder";

/// Whether it is the path to Python code, as Django's settings have it: no column of `user`, which has no parts, and
/// nothing of a `payload`.
fn is_dotted_path(text: &str, scope: Scope) -> bool {
    let mut words = text.split('.');
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && word.chars().all(|char| char.is_alphanumeric() || char == '_')
    };
    let is_column = scope.user && words.clone().count() == 2 && text.starts_with("user.");
    let is_claim = scope.payload && text.starts_with("payload.");
    text.contains('.') && !is_column && !is_claim && words.all(is_word)
}

#[cfg(test)]
mod tests {
    use countersign::clock::Timestamp;
    use countersign::user::FieldValue;

    use super::super::super::testing::{fault, read, read_with, try_read};
    use super::*;

    fn rules(text: &str) -> Rules {
        read(text).simple_jwt.unwrap().tokens.with_ledger(true)
    }

    #[test]
    fn a_rule_is_the_built_in_or_an_expression() {
        for (table, path) in [
            ("simple_jwt", "rest_framework_simplejwt.authentication.default_user_authentication_rule"),
            ("ninja_jwt", "ninja_jwt.authentication.default_user_authentication_rule"),
        ] {
            assert!(read(&format!("[{table}]\nuser_authentication_rule = '{path}'")).expressions.is_empty());
            let own =
                read(&format!("[{table}]\nuser_authentication_rule = 'user.is_active && user.is_staff'"));
            assert_eq!(own.expressions.len(), 1);
            assert!(
                fault(&format!("[{table}]\nuser_authentication_rule = 'user.rules.allow'"))
                    .contains("Python code")
            );
            assert_eq!(
                fault(&format!("[{table}]\nuser_authentication_rule = 'project.rules.allow'")),
                format!(
                    "countersign.toml, line 2: {table}.user_authentication_rule names Python code that is not known to \
                     this version: only the built-in \"{path}\" is; write what it decides as an expression, as in \
                     \"user.is_active && user.is_staff\""
                )
            );
        }
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_told_with_its_place() {
        assert_eq!(
            fault("[ninja_jwt]\n\nuser_authentication_rule = 'user.is_active &&'"),
            "countersign.toml, line 3: ninja_jwt.user_authentication_rule cannot be read as an expression at \
             character 18: it ends where something must follow; see Expressions in docs/settings.md"
        );
        let error = try_read("[simple_jwt]", &[("COUNTERSIGN__SIMPLE_JWT__USER_AUTHENTICATION_RULE", "1 +")]);
        assert!(
            error.unwrap_err().to_string().starts_with("COUNTERSIGN__SIMPLE_JWT__USER_AUTHENTICATION_RULE: ")
        );
    }

    #[test]
    fn an_encoder_is_chosen_by_its_path() {
        let at = FieldValue::Timestamp(Timestamp::from_micros(42));
        let encoded = |table: &str, path: &str| {
            let config = read(&format!("[{table}]\njson_encoder = '{path}'"));
            let rules = config.families().next().unwrap().with_ledger(true);
            rules.json_encoder.encode(&at).as_str().unwrap().to_owned()
        };
        for path in ["", "json.JSONEncoder"] {
            assert_eq!(encoded("simple_jwt", path), "1970-01-01T00:00:00.000Z");
        }
        let django = "django.core.serializers.json.DjangoJSONEncoder";
        assert_eq!(encoded("ninja_jwt", django), "1970-01-01T00:00:00.000Z");
        assert_eq!(encoded("simple_jwt", django), "1970-01-01T00:00:00.000Z");
        let rest = "rest_framework.utils.encoders.JSONEncoder";
        assert_eq!(encoded("simple_jwt", rest), "1970-01-01T00:00:00.000042Z");
        for table in ["simple_jwt", "ninja_jwt"] {
            let error = fault(&format!("[{table}]\njson_encoder = 'project.Own'"));
            assert!(error.ends_with("only the built-in \"json.JSONEncoder\" is"), "{error}");
        }
    }

    #[test]
    fn claims_are_named_freely_but_for_the_tokens_own() {
        let text =
            "[simple_jwt.claims]\nemail = 'user.email'\n'https://example.com/is.staff' = 'user.is_staff'";
        let config = read_with(text, [("COUNTERSIGN__SIMPLE_JWT__CLAIMS__PLAN", "'free'")]);
        assert_eq!(config.expressions.len(), 3);
        let rules = config.simple_jwt.unwrap().tokens.with_ledger(true);
        let source = rules.custom_claims.unwrap();
        assert_eq!(source.names(), ["email", "https://example.com/is.staff", "plan"]);
        assert!(self::rules("[simple_jwt]").custom_claims.is_none());

        for own in ["exp", "jti", "sub_id", "refresh_exp", "aud", "hash_password"] {
            let text = format!(
                "[simple_jwt]\nuser_id_claim = 'sub_id'\ncheck_revoke_token = true\n[simple_jwt.claims]\n{own} = '1'"
            );
            assert_eq!(
                fault(&text),
                format!(
                    "countersign.toml, line 5: simple_jwt.claims.{own} is one of the token's own claims, which say \
                     when, by whom and for whom it is good: give your claim another name"
                )
            );
        }
        assert!(
            fault("[ninja_jwt.claims]\nemail = 5").contains("ninja_jwt.claims.email takes a text in quotes")
        );
        assert!(
            fault("[ninja_jwt.claims]\nemail = 'usr.email'")
                .contains("ninja_jwt.claims.email names something")
        );
    }

    #[test]
    fn a_login_can_be_told_to_a_url() {
        let built_in = "[simple_jwt]\non_login_success = 'rest_framework_simplejwt.serializers.default_on_login_success'\n\
                        on_login_failed = 'rest_framework_simplejwt.serializers.default_on_login_failed'";
        read(built_in);
        read(
            "[simple_jwt]\non_login_success = 'https://example.com/in'\non_login_failed = 'http://10.0.0.1/no'",
        );
        let table = "on_login_failed = { url = 'https://e.com/', secret = { env = 'HOOK' }, timeout = '2s' }";
        read_with(&format!("[simple_jwt]\n{table}"), [("HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]);
        for (wrong, told) in [
            ("'project.signals.tell'", "; give the URL of a webhook, as in \"https://example.com/logins\""),
            ("'ftp://example.com'", "takes a URL of http or https"),
            ("5", "takes the URL of a webhook, or a table with url, secret and timeout"),
            ("{ url = 'https://e.com/', secret = 'hunter2' }", "has a secret of less than 24 bytes"),
            (
                "{ url = 'https://e.com/', token = 'hunter2' }",
                "has a key that is none of url, secret and timeout",
            ),
            ("{ secret = 'hunter2' }", "has no url"),
        ] {
            let error = fault(&format!("[simple_jwt]\non_login_failed = {wrong}"));
            assert!(error.contains("simple_jwt.on_login_failed ") && error.contains(told), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn the_strict_profile_tells_nobody_without_tls() {
        let strict = |url: &str| format!("profile = 'strict'\n[simple_jwt]\non_login_success = '{url}'");
        assert!(fault(&strict("http://example.com/")).contains("which the strict profile refuses"));
        for url in ["https://example.com/", "http://localhost:8080/", "http://127.0.0.1/"] {
            read(&strict(url));
        }
    }
}
