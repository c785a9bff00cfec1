//! What a setting's value can be, and the sentence that says so when it is something else.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::num::NonZeroUsize;

use countersign::key::Algorithm;
use countersign::secret::SigningSecret;

use super::problem::Origin;
use super::reference::Surroundings;
use super::tree::{self, Value};

/// The rest of a sentence that begins with a key: what is wrong with its value, and what to do.
pub(super) type Fault = Cow<'static, str>;

/// A type that a setting can have.
pub(super) trait Setting: Sized {
    /// Understands a configured value.
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault>;
}

impl Value {
    /// The text, its own or one that it refers to; any other value is given back.
    pub(super) fn into_text(self, around: &Surroundings) -> Result<Result<String, Self>, Fault> {
        match self {
            Self::Text(text) | Self::Unquoted(text) => Ok(Ok(text)),
            Self::Table(table) if tree::is_reference(&table) => around.follow_to_text(table).map(Ok),
            other => Ok(Err(other)),
        }
    }

    /// The value for a setting that takes other types than text too: texts without quotes are read as TOML.
    pub(super) fn into_typed(self, around: &Surroundings) -> Result<Self, Fault> {
        let text = match self {
            Self::Unquoted(text) => text,
            Self::Table(table) if tree::is_reference(&table) => around.follow_to_text(table)?,
            other => return Ok(other),
        };
        Ok(Self::parse(&text, &Origin::source("")).unwrap_or(Self::Text(text)))
    }

    /// It should have been `wanted`.
    pub(super) fn is_not(&self, wanted: &str) -> Fault {
        format!("takes {wanted}, and this is {}", self.kind()).into()
    }
}

impl Setting for bool {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match value.into_typed(around)? {
            Value::Bool(bool) => Ok(bool),
            other => Err(other.is_not("true or false without quotes")),
        }
    }
}

impl Setting for String {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        value.into_text(around)?.map_err(|other| other.is_not("a text in quotes"))
    }
}

impl Setting for SigningSecret {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match value {
            Value::Table(table) if tree::is_reference(&table) => around.follow(table).map(Self::new),
            value => String::read(value, around).map(Self::new),
        }
    }
}

impl Setting for NonZeroUsize {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let value = value.into_typed(around)?;
        let Value::Integer(number) = value else { return Err(value.is_not("a whole number")) };
        let number = usize::try_from(number).ok().and_then(Self::new);
        number.ok_or_else(|| "takes a whole number from 1 on".into())
    }
}

impl Setting for SocketAddr {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let address = String::read(value, around)?.parse();
        address
            .map_err(|_| "takes an IP address and a port, as in \"127.0.0.1:8000\" or \"[::]:8000\"".into())
    }
}

impl Setting for Algorithm {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let name = String::read(value, around)?;
        Self::parse(&name)
            .map_err(|_| format!("takes one of {}", Self::ALL.map(Self::name).join(", ")).into())
    }
}

/// Several values; one alone needs no list.
impl<T: Setting> Setting for Vec<T> {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match value {
            Value::List(list) => list.into_iter().map(|entry| T::read(entry.value, around)).collect(),
            one => Ok(vec![T::read(one, around)?]),
        }
    }
}

/// Whether a text is a URL of http or https, with a host.
pub(super) fn is_url_of_the_web(text: &str) -> bool {
    text.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    })
}

/// A text that is not empty: the name of something.
pub(super) struct Name(pub(super) String);

impl Setting for Name {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let name = String::read(value, around)?;
        if name.is_empty() { Err("is empty and needs a name".into()) } else { Ok(Self(name)) }
    }
}

/// A text, or `""` where Django would say `None`.
pub(super) struct OffWhenEmpty(pub(super) Option<String>);

impl Setting for OffWhenEmpty {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        String::read(value, around).map(|text| Self(Some(text).filter(|text| !text.is_empty())))
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// Reads one value of TOML, or one from the environment.
    pub(in super::super) fn read<T: Setting>(value: Value) -> Result<T, Fault> {
        T::read(value, &Surroundings { environment: [].into(), folder: ".".into() })
    }

    pub(in super::super) fn toml<T: Setting>(text: &str) -> Result<T, Fault> {
        read(Value::parse(text, &Origin::source("test")).unwrap())
    }

    pub(in super::super) fn unquoted<T: Setting>(text: &str) -> Result<T, Fault> {
        read(Value::Unquoted(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{toml, unquoted};
    use super::*;

    #[test]
    fn a_text_without_quotes_is_what_the_setting_takes() {
        assert_eq!(unquoted::<String>("007").unwrap(), "007");
        assert_eq!(unquoted::<String>("true").unwrap(), "true");
        assert!(unquoted::<bool>("true").unwrap());
        assert_eq!(unquoted::<NonZeroUsize>("7").unwrap().get(), 7);
        assert_eq!(unquoted::<Vec<String>>("7").unwrap(), ["7"]);
        assert!(unquoted::<bool>("True").is_err());
    }

    #[test]
    fn another_type_is_told_by_its_kind() {
        assert_eq!(
            toml::<bool>("'true'").unwrap_err(),
            "takes true or false without quotes, and this is a text"
        );
        assert_eq!(toml::<String>("7").unwrap_err(), "takes a text in quotes, and this is a number");
        assert_eq!(toml::<String>("{ a = 1 }").unwrap_err(), "takes a text in quotes, and this is a table");
        assert_eq!(toml::<NonZeroUsize>("0").unwrap_err(), "takes a whole number from 1 on");
        assert!(toml::<SocketAddr>("'localhost'").unwrap_err().contains("127.0.0.1:8000"));
        assert!(toml::<Algorithm>("'none'").unwrap_err().contains("ES256, ES256K"));
    }

    #[test]
    fn one_value_is_a_list_of_one() {
        assert_eq!(toml::<Vec<String>>("'a'").unwrap(), ["a"]);
        assert_eq!(toml::<Vec<String>>("['a', 'b']").unwrap(), ["a", "b"]);
        assert!(toml::<Vec<String>>("[1]").is_err());
    }
}
