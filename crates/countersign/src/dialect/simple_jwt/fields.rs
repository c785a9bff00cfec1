//! DRF's `CharField`: required, not blank, trimmed, a number taken as text.

use std::borrow::Cow;

use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::surrogates;

/// The fields of a request, before any of them is looked at.
#[derive(Debug, PartialEq)]
pub(super) enum Data<'a> {
    /// A JSON object or a form: of several values of one name the last counts.
    Fields(Vec<(Cow<'a, str>, FieldInput<'a>)>),
    /// JSON that is no object, by the name of its Python type.
    NotAnObject(&'static str),
    /// JSON's `null`.
    Null,
}

/// One value as it came.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FieldInput<'a> {
    /// `null`.
    Null,
    /// What no `CharField` takes: a bool, a list, an object, a file.
    Other,
    /// A string with half of a surrogate pair in it, by its code point.
    Surrogate(u32),
    /// A string, or a number as Python's `str()` writes it.
    Text(Cow<'a, str>),
}

impl Data<'_> {
    /// The same, whatever becomes of the text that it was read from.
    pub(super) fn into_owned(self) -> Data<'static> {
        match self {
            Self::Fields(inputs) => {
                let inputs = inputs.into_iter();
                Data::Fields(
                    inputs.map(|(name, input)| (name.into_owned().into(), input.into_owned())).collect(),
                )
            }
            Self::NotAnObject(found) => Data::NotAnObject(found),
            Self::Null => Data::Null,
        }
    }
}

/// Checks the fields `names`, all of them required.
///
/// # Errors
///
/// Every field that is wrong, in the order of `names`.
pub(super) fn required<const N: usize>(data: Data<'_>, names: [&str; N]) -> Result<[String; N], ApiError> {
    let inputs = inputs(data)?;
    let mut errors = Vec::new();
    let values = names.map(|name| {
        checked(&inputs, name).unwrap_or_else(|error| {
            errors.push((name.to_owned(), error));
            String::new()
        })
    });
    if errors.is_empty() { Ok(values) } else { Err(ApiError::Fields(errors)) }
}

/// Checks the field `name`, which may be absent.
pub(super) fn optional(data: Data<'_>, name: &str) -> Result<Option<String>, ApiError> {
    let inputs = inputs(data)?;
    if find(&inputs, name).is_none() {
        return Ok(None);
    }
    checked(&inputs, name).map(Some).map_err(|error| ApiError::Fields(vec![(name.to_owned(), error)]))
}

type Inputs<'a> = Vec<(Cow<'a, str>, FieldInput<'a>)>;

fn inputs(data: Data<'_>) -> Result<Inputs<'_>, ApiError> {
    match data {
        Data::Fields(inputs) => Ok(inputs),
        Data::NotAnObject(found) => {
            Err(ApiError::non_field(format!("Invalid data. Expected a dictionary, but got {found}.")))
        }
        Data::Null => Err(ApiError::non_field("No data provided".to_owned())),
    }
}

/// Of several values of one name the last counts.
fn find<'a>(inputs: &'a Inputs<'_>, name: &str) -> Option<&'a FieldInput<'a>> {
    inputs.iter().rfind(|(known, _)| known == name).map(|(_, input)| input)
}

fn checked(inputs: &Inputs<'_>, name: &str) -> Result<String, String> {
    let text = match find(inputs, name) {
        None => return Err("This field is required.".into()),
        Some(FieldInput::Null) => return Err("This field may not be null.".into()),
        Some(FieldInput::Other) => return Err("Not a valid string.".into()),
        Some(FieldInput::Surrogate(code)) => {
            return Err(format!("Surrogate characters are not allowed: U+{code:X}."));
        }
        Some(FieldInput::Text(text)) => text,
    };
    let text = text.trim_matches(is_python_space);
    if text.is_empty() {
        Err("This field may not be blank.".into())
    } else if text.contains('\0') {
        Err("Null characters are not allowed.".into())
    } else {
        Ok(text.to_owned())
    }
}

impl<'a> FieldInput<'a> {
    /// From one JSON value, which has been parsed before.
    pub(super) fn from_json(json: &'a str) -> Self {
        match json.as_bytes()[0] {
            b'n' => Self::Null,
            b'"' => surrogates::text(json).map_or_else(|lone| Self::Surrogate(lone.code), Self::Text),
            b'{' | b'[' | b't' | b'f' => Self::Other,
            _ => Self::Text(number(json).into()),
        }
    }

    fn into_owned(self) -> FieldInput<'static> {
        match self {
            Self::Null => FieldInput::Null,
            Self::Other => FieldInput::Other,
            Self::Surrogate(code) => FieldInput::Surrogate(code),
            Self::Text(text) => FieldInput::Text(text.into_owned().into()),
        }
    }
}

/// A JSON number as Python's `str()` writes it.
fn number(json: &str) -> String {
    if !json.contains(['.', 'e', 'E']) {
        return if json == "-0" { "0".to_owned() } else { json.to_owned() };
    }
    let float: f64 = json.parse().unwrap_or(f64::INFINITY);
    if float.is_infinite() {
        return if float > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    if float != 0.0 && !(1e-4..1e16).contains(&float.abs()) {
        // Python writes the exponent with a sign and two digits at least.
        let (digits, exponent) = format!("{float:e}")
            .split_once('e')
            .map(|(d, e)| (d.to_owned(), e.to_owned()))
            .unwrap_or_default();
        let (sign, exponent) =
            exponent.strip_prefix('-').map_or(('+', exponent.as_str()), |rest| ('-', rest));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    format!("{float:?}")
}

/// What Python's `str.strip()` removes: Unicode's white space, and the four information separators.
fn is_python_space(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\u{1c}'..='\u{1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<String, String> {
        checked(&vec![("f".into(), FieldInput::from_json(json))], "f")
    }

    #[test]
    fn text_is_trimmed_and_numbers_are_text() {
        for (json, value) in [
            (r#"" ada\u00a0""#, "ada"),
            (r#""\u001c\u2003ada""#, "ada"),
            ("7", "7"),
            ("-0", "0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1.50", "1.5"),
            ("1e2", "100.0"),
            ("-0.0", "-0.0"),
            ("1e16", "1e+16"),
            ("1.5E-7", "1.5e-07"),
            ("1e400", "inf"),
        ] {
            assert_eq!(check(json), Ok(value.to_owned()), "{json}");
        }
    }

    #[test]
    fn everything_else_is_told_what_is_wrong_with_it() {
        for (json, error) in [
            ("null", "This field may not be null."),
            ("true", "Not a valid string."),
            ("[\"x\"]", "Not a valid string."),
            ("{}", "Not a valid string."),
            (r#""""#, "This field may not be blank."),
            (r#"" \u00a0\t""#, "This field may not be blank."),
            (r#""a\u0000b""#, "Null characters are not allowed."),
            (r#""\ud800""#, "Surrogate characters are not allowed: U+D800."),
            (r#""x\udfffy""#, "Surrogate characters are not allowed: U+DFFF."),
        ] {
            assert_eq!(check(json), Err(error.to_owned()), "{json}");
        }
        assert_eq!(checked(&Vec::new(), "f"), Err("This field is required.".to_owned()));
    }

    #[test]
    fn of_several_values_the_last_one_counts() {
        let data = |last| {
            Data::Fields(["1", "\"2\"", last].map(|json| ("a".into(), FieldInput::from_json(json))).into())
        };
        assert_eq!(required(data("\"3\""), ["a"]), Ok(["3".to_owned()]));
        assert_eq!(optional(data("4"), "a"), Ok(Some("4".to_owned())));
        assert!(optional(data("null"), "a").is_err());
    }

    #[test]
    fn all_wrong_fields_are_told_in_order() {
        let data = Data::Fields(vec![("b".into(), FieldInput::Null)]);
        let errors = required(data, ["b", "a"]).unwrap_err();
        let expected = [("b", "This field may not be null."), ("a", "This field is required.")];
        assert_eq!(errors, ApiError::Fields(expected.map(|(n, e)| (n.to_owned(), e.to_owned())).into()));
    }
}
