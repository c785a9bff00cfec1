//! The settings of the families: how each value of Django's is written in countersign.toml, and when it need not be.
//!
//! The keys are not among them: they are secrets and go another way.

use serde_json::Value as Json;
use toml::Value;

/// A setting that both know.
pub(super) struct Known {
    /// Its name in Django; in countersign.toml it is the same in lower case.
    pub(super) name: &'static str,
    /// What it is.
    kind: Kind,
    /// The endpoints whose answers depend on it, where it is Python code.
    pub(super) decides: &'static [&'static str],
}

/// What a setting is, with its default here.
#[derive(Clone, Copy)]
enum Kind {
    /// `true` or `false`.
    Bool(bool),
    /// A dotted path, or `None`.
    Code(&'static str),
    /// A text; Python's `None` is `""`.
    Text(&'static str),
    /// A length of time in seconds.
    Time(i64),
    /// Nothing, a text or several.
    Unset,
    /// One or several texts.
    Words(&'static str),
}

impl Known {
    /// What to write; nothing for a default. An error is a value that nothing here can say.
    pub(super) fn written(&self, value: &Json) -> Result<Option<Value>, ()> {
        let (written, default) = match self.kind {
            Kind::Bool(default) => (value.as_bool().map(Value::Boolean), Some(Value::Boolean(default))),
            Kind::Code(default) | Kind::Text(default) => {
                (text(value), Some(Value::String(default.to_owned())))
            }
            Kind::Time(default) => (time(value), time(&default.into())),
            Kind::Unset if value.is_null() => return Ok(None),
            Kind::Unset => (text(value).or_else(|| words(value)), None),
            Kind::Words(default) => (words(value), words(&default.into())),
        };
        match written {
            Some(written) if Some(&written) == default.as_ref() => Ok(None),
            Some(written) => Ok(Some(written)),
            None => Err(()),
        }
    }

    /// Whether it is Python code in Django.
    pub(super) fn is_code(&self) -> bool {
        matches!(self.kind, Kind::Code(_)) || self.name == "AUTH_TOKEN_CLASSES"
    }
}

/// The settings of a family, by the name of its table.
pub(super) fn of(table: &str) -> impl Iterator<Item = &'static Known> {
    let own: &[Known] = if table == "ninja_jwt" { &NINJA_JWT } else { &SIMPLE_JWT };
    SHARED.iter().chain(own)
}

fn text(value: &Json) -> Option<Value> {
    match value {
        Json::Null => Some(Value::String(String::new())),
        Json::String(text) => Some(Value::String(text.clone())),
        _ => None,
    }
}

fn words(value: &Json) -> Option<Value> {
    match value {
        Json::Array(list) if !list.is_empty() => {
            list.iter().map(|one| Some(one.as_str()?.into())).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        Json::String(word) => Some(Value::Array(vec![word.as_str().into()])),
        _ => None,
    }
}

/// A `timedelta`, or a number of seconds.
fn time(value: &Json) -> Option<Value> {
    if let Some(micros) = value.get("micros") {
        return micros.as_i64().filter(|micros| micros % 1000 == 0).map(|micros| span(micros / 1000).into());
    }
    match (value.as_i64(), value.as_f64()) {
        (Some(seconds), _) => seconds.checked_mul(1000).map(|millis| span(millis).into()),
        (None, seconds) => seconds.map(Value::Float),
    }
}

/// Milliseconds as people write a length of time: `1h30m`.
fn span(millis: i64) -> String {
    let mut rest = millis.unsigned_abs();
    let mut parts = vec![if millis < 0 { "-" } else { "" }.to_owned()];
    for (name, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
        if rest >= length {
            parts.push(format!("{}{name}", rest / length));
            rest %= length;
        }
    }
    if millis == 0 { "0s".to_owned() } else { parts.concat() }
}

const fn known(name: &'static str, kind: Kind) -> Known {
    Known { name, kind, decides: &[] }
}

const fn code(name: &'static str, default: &'static str, decides: &'static [&'static str]) -> Known {
    Known { name, kind: Kind::Code(default), decides }
}

const SHARED: [Known; 18] = [
    known("ACCESS_TOKEN_LIFETIME", Kind::Time(300)),
    known("REFRESH_TOKEN_LIFETIME", Kind::Time(86_400)),
    known("ROTATE_REFRESH_TOKENS", Kind::Bool(false)),
    known("BLACKLIST_AFTER_ROTATION", Kind::Bool(false)),
    known("UPDATE_LAST_LOGIN", Kind::Bool(false)),
    known("ALGORITHM", Kind::Text("HS256")),
    known("AUDIENCE", Kind::Unset),
    known("ISSUER", Kind::Unset),
    known("JWK_URL", Kind::Text("")),
    known("LEEWAY", Kind::Time(0)),
    known("USER_ID_FIELD", Kind::Text("id")),
    known("USER_ID_CLAIM", Kind::Text("user_id")),
    known("TOKEN_TYPE_CLAIM", Kind::Text("token_type")),
    known("JTI_CLAIM", Kind::Text("jti")),
    known("SLIDING_TOKEN_REFRESH_EXP_CLAIM", Kind::Text("refresh_exp")),
    known("SLIDING_TOKEN_LIFETIME", Kind::Time(300)),
    known("SLIDING_TOKEN_REFRESH_LIFETIME", Kind::Time(86_400)),
    code("JSON_ENCODER", "", &ISSUING),
];

const SIMPLE_JWT: [Known; 16] = [
    known("AUTH_HEADER_TYPES", Kind::Words("Bearer")),
    known("AUTH_HEADER_NAME", Kind::Text("HTTP_AUTHORIZATION")),
    known("AUTH_TOKEN_CLASSES", Kind::Words("rest_framework_simplejwt.tokens.AccessToken")),
    known("CHECK_REVOKE_TOKEN", Kind::Bool(false)),
    known("REVOKE_TOKEN_CLAIM", Kind::Text("hash_password")),
    known("CHECK_USER_IS_ACTIVE", Kind::Bool(true)),
    code(
        "USER_AUTHENTICATION_RULE",
        "rest_framework_simplejwt.authentication.default_user_authentication_rule",
        &ISSUING,
    ),
    code("TOKEN_USER_CLASS", "rest_framework_simplejwt.models.TokenUser", &[]),
    code(
        "TOKEN_OBTAIN_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenObtainPairSerializer",
        &["token_obtain_pair"],
    ),
    code(
        "TOKEN_REFRESH_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenRefreshSerializer",
        &["token_refresh"],
    ),
    code(
        "TOKEN_VERIFY_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenVerifySerializer",
        &["token_verify"],
    ),
    code(
        "TOKEN_BLACKLIST_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenBlacklistSerializer",
        &["token_blacklist"],
    ),
    code(
        "SLIDING_TOKEN_OBTAIN_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenObtainSlidingSerializer",
        &["token_obtain_sliding"],
    ),
    code(
        "SLIDING_TOKEN_REFRESH_SERIALIZER",
        "rest_framework_simplejwt.serializers.TokenRefreshSlidingSerializer",
        &["token_refresh_sliding"],
    ),
    code("ON_LOGIN_SUCCESS", "rest_framework_simplejwt.serializers.default_on_login_success", &LOGINS),
    code("ON_LOGIN_FAILED", "rest_framework_simplejwt.serializers.default_on_login_failed", &LOGINS),
];

const NINJA_JWT: [Known; 9] = [
    known("AUTH_TOKEN_CLASSES", Kind::Words("ninja_jwt.tokens.AccessToken")),
    code("USER_AUTHENTICATION_RULE", "ninja_jwt.authentication.default_user_authentication_rule", &ISSUING),
    code("TOKEN_USER_CLASS", "ninja_jwt.models.TokenUser", &[]),
    code(
        "TOKEN_OBTAIN_PAIR_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenObtainPairInputSchema",
        &["token_obtain_pair"],
    ),
    code(
        "TOKEN_OBTAIN_PAIR_REFRESH_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenRefreshInputSchema",
        &["token_refresh"],
    ),
    code(
        "TOKEN_OBTAIN_SLIDING_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenObtainSlidingInputSchema",
        &["token_obtain_sliding"],
    ),
    code(
        "TOKEN_OBTAIN_SLIDING_REFRESH_INPUT_SCHEMA",
        "ninja_jwt.schema.TokenRefreshSlidingInputSchema",
        &["token_refresh_sliding"],
    ),
    code("TOKEN_BLACKLIST_INPUT_SCHEMA", "ninja_jwt.schema.TokenBlacklistInputSchema", &["token_blacklist"]),
    code("TOKEN_VERIFY_INPUT_SCHEMA", "ninja_jwt.schema.TokenVerifyInputSchema", &["token_verify"]),
];

/// The endpoints that check a password.
pub(super) const LOGINS: [&str; 2] = ["token_obtain_pair", "token_obtain_sliding"];
/// The endpoints that answer with new tokens.
const ISSUING: [&str; 4] =
    ["token_obtain_pair", "token_refresh", "token_obtain_sliding", "token_refresh_sliding"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_do() {
        for (value, text) in [
            (serde_json::json!({"micros": 5_400_000_000_i64}), "\"1h30m\""),
            (serde_json::json!({"micros": -86_400_000_000_i64}), "\"-1d\""),
            (serde_json::json!({"micros": 1_500_000}), "\"1s500ms\""),
            (serde_json::json!(90), "\"1m30s\""),
            (serde_json::json!(0), "\"0s\""),
            (serde_json::json!(0.5), "0.5"),
        ] {
            assert_eq!(time(&value).unwrap().to_string(), text);
        }
        assert_eq!(time(&serde_json::json!({"micros": 1})), None);
    }

    #[test]
    fn defaults_are_not_written() {
        let find = |name: &str| of("simple_jwt").find(|known| known.name == name).unwrap();
        assert_eq!(find("JTI_CLAIM").written(&"jti".into()), Ok(None));
        assert_eq!(find("JTI_CLAIM").written(&Json::Null), Ok(Some("".into())));
        assert_eq!(find("AUTH_HEADER_TYPES").written(&serde_json::json!(["Bearer"])), Ok(None));
        assert_eq!(find("LEEWAY").written(&serde_json::json!({"micros": 0})), Ok(None));
        assert_eq!(find("AUDIENCE").written(&Json::Null), Ok(None));
        assert_eq!(find("ISSUER").written(&serde_json::json!({"object": "a.B"})), Err(()));
    }
}
