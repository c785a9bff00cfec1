//! DRF's `CharField`: required, not blank, trimmed, a number taken as text.

use std::collections::BTreeMap;

use crate::dialect::simple_jwt::error::ApiError;
use crate::dialect::surrogates;

/// The fields of a request, before any of them is looked at.
#[derive(Debug, PartialEq)]
pub(super) enum Data {
    /// A JSON object or a form: of several values of one name the last counts.
    Fields(BTreeMap<String, FieldInput>),
    /// JSON that is no object, by the name of its Python type.
    NotAnObject(&'static str),
    /// JSON's `null`.
    Null,
}

/// One value as it came.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum FieldInput {
    /// `null`.
    Null,
    /// What no `CharField` takes: a bool, a list, an object, a file.
    Other,
    /// A string with half of a surrogate pair in it, by its code point.
    Surrogate(u32),
    /// A string, or a number as Python's `str()` writes it.
    Text(String),
}

/// Checks the fields `names`, all of them required.
///
/// # Errors
///
/// Every field that is wrong, in the order of `names`.
pub(super) fn required<const N: usize>(data: Data, names: [&str; N]) -> Result<[String; N], ApiError> {
    let mut inputs = inputs(data)?;
    let mut errors = Vec::new();
    let values = names.map(|name| {
        checked(&mut inputs, name).unwrap_or_else(|error| {
            errors.push((name.to_owned(), error));
            String::new()
        })
    });
    if errors.is_empty() { Ok(values) } else { Err(ApiError::Fields(errors)) }
}

/// Checks the field `name`, which may be absent.
pub(super) fn optional(data: Data, name: &str) -> Result<Option<String>, ApiError> {
    let mut inputs = inputs(data)?;
    if !inputs.contains_key(name) {
        return Ok(None);
    }
    let checked = checked(&mut inputs, name);
    checked.map(Some).map_err(|error| ApiError::Fields(vec![(name.to_owned(), error)]))
}

fn inputs(data: Data) -> Result<BTreeMap<String, FieldInput>, ApiError> {
    match data {
        Data::Fields(inputs) => Ok(inputs),
        Data::NotAnObject(found) => {
            Err(ApiError::non_field(format!("Invalid data. Expected a dictionary, but got {found}.")))
        }
        Data::Null => Err(ApiError::non_field("No data provided".to_owned())),
    }
}

fn checked(inputs: &mut BTreeMap<String, FieldInput>, name: &str) -> Result<String, String> {
    let text = match inputs.remove(name) {
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

impl FieldInput {
    /// From one JSON value, which has been parsed before.
    pub(super) fn from_json(json: &str) -> Self {
        match json.as_bytes()[0] {
            b'n' => Self::Null,
            b'"' => surrogates::text(json).map_or_else(|lone| Self::Surrogate(lone.code), Self::Text),
            b'{' | b'[' | b't' | b'f' => Self::Other,
            _ => Self::Text(number(json)),
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
        checked(&mut BTreeMap::from([("f".to_owned(), FieldInput::from_json(json))]), "f")
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
        assert_eq!(checked(&mut BTreeMap::new(), "f"), Err("This field is required.".to_owned()));
    }

    #[test]
    fn all_wrong_fields_are_told_in_order() {
        let data = Data::Fields([("b".to_owned(), FieldInput::Null)].into());
        let errors = required(data, ["b", "a"]).unwrap_err();
        let expected = [("b", "This field may not be null."), ("a", "This field is required.")];
        assert_eq!(errors, ApiError::Fields(expected.map(|(n, e)| (n.to_owned(), e.to_owned())).into()));
    }
}
