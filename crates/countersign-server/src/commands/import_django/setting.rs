//! A setting: how a value of Django's is written in countersign.toml, and when it need not be.

use serde_json::Value as Json;
use toml::Value;

/// A setting that both know.
#[derive(Debug)]
pub(super) struct Known {
    /// Its name in Django; in countersign.toml it is the same in lower case, without what the table says.
    pub(super) name: &'static str,
    /// What it is.
    kind: Kind,
    /// The endpoints whose answers depend on it, where it is Python code.
    pub(super) decides: &'static [&'static str],
}

/// What a setting is, with its default here.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// `true` or `false`.
    Bool(bool),
    /// One or several dotted paths.
    Classes(&'static str),
    /// A dotted path, or `None`.
    Code(&'static str),
    /// A whole number.
    Count(i64),
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
            Kind::Count(default) => (value.as_i64().map(Value::Integer), Some(Value::Integer(default))),
            Kind::Time(default) => (time(value), time(&default.into())),
            Kind::Unset if value.is_null() => return Ok(None),
            Kind::Unset => (text(value).or_else(|| words(value)), None),
            Kind::Classes(default) | Kind::Words(default) => (words(value), words(&default.into())),
        };
        match written {
            Some(written) if Some(&written) == default.as_ref() => Ok(None),
            Some(written) => Ok(Some(written)),
            None => Err(()),
        }
    }

    /// Whether it is Python code in Django.
    pub(super) fn is_code(&self) -> bool {
        matches!(self.kind, Kind::Classes(_) | Kind::Code(_))
    }
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
pub(super) fn time(value: &Json) -> Option<Value> {
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

pub(super) const fn known(name: &'static str, kind: Kind) -> Known {
    Known { name, kind, decides: &[] }
}

pub(super) const fn code(
    name: &'static str,
    default: &'static str,
    decides: &'static [&'static str],
) -> Known {
    Known { name, kind: Kind::Code(default), decides }
}

#[cfg(test)]
mod tests {
    use super::super::packages::Package;
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
        let package = Package::of("simple_jwt").unwrap();
        let find = |name: &str| package.settings().find(|known| known.name == name).unwrap();
        assert_eq!(find("JTI_CLAIM").written(&"jti".into()), Ok(None));
        assert_eq!(find("JTI_CLAIM").written(&Json::Null), Ok(Some("".into())));
        assert_eq!(find("AUTH_HEADER_TYPES").written(&serde_json::json!(["Bearer"])), Ok(None));
        assert_eq!(find("LEEWAY").written(&serde_json::json!({"micros": 0})), Ok(None));
        assert_eq!(find("AUDIENCE").written(&Json::Null), Ok(None));
        assert_eq!(find("ISSUER").written(&serde_json::json!({"object": "a.B"})), Err(()));
    }
}
