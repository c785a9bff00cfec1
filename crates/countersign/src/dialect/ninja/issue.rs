//! Pydantic's errors, as Django Ninja shows them: without the input and the URL.

use crate::dialect::Json;

/// One of Pydantic's errors.
#[derive(Debug, PartialEq)]
pub(in crate::dialect) struct Issue {
    kind: IssueKind,
    /// The field, where it is not the body as a whole.
    field: Option<String>,
}

/// Pydantic's types of errors, as far as these bodies can have them.
#[derive(Debug, PartialEq)]
pub(in crate::dialect) enum IssueKind {
    Missing,
    /// What `email-validator` says of an address.
    NotAnAddress(String),
    NotAString,
    NotAnObject,
    /// The texts that it might be, quoted.
    NotOneOf(&'static str),
    NotUnicode,
    TooLong(usize),
    /// A `ValueError` of Python's, in its words.
    Value(String),
}

impl Issue {
    pub(in crate::dialect) fn of_body(kind: IssueKind) -> Self {
        Self { kind, field: None }
    }

    pub(in crate::dialect) fn of(field: &str, kind: IssueKind) -> Self {
        Self { kind, field: Some(field.to_owned()) }
    }

    /// The error, at its place in the handler's parameter of this name.
    pub(super) fn told(self, parameter: &'static str) -> Json {
        let (kind, message, context) = self.kind.told();
        let mut place = vec!["body".into(), parameter.into()];
        place.extend(self.field.map(Json::from));
        let mut members = vec![
            ("type".into(), kind.into()),
            ("loc".into(), Json::List(place)),
            ("msg".into(), Json::from(message)),
        ];
        members.extend(context.map(|context| ("ctx".into(), Json::object([context]))));
        Json::Object(members)
    }
}

impl IssueKind {
    /// Pydantic's type, its message, and the context that some messages have.
    fn told(self) -> (&'static str, String, Option<(&'static str, Json)>) {
        match self {
            Self::Missing => ("missing", "Field required".into(), None),
            Self::NotAnAddress(reason) => (
                "value_error",
                format!("value is not a valid email address: {reason}"),
                Some(("reason", reason.into())),
            ),
            Self::NotAString => ("string_type", "Input should be a valid string".into(), None),
            Self::NotAnObject => (
                "model_attributes_type",
                "Input should be a valid dictionary or object to extract fields from".into(),
                None,
            ),
            Self::NotOneOf(texts) => {
                ("literal_error", format!("Input should be {texts}"), Some(("expected", texts.into())))
            }
            Self::NotUnicode => (
                "string_unicode",
                "Input should be a valid string, unable to parse raw data as a unicode string".into(),
                None,
            ),
            Self::TooLong(max) => (
                "string_too_long",
                format!("String should have at most {max} character{}", if max == 1 { "" } else { "s" }),
                Some(("max_length", Json::Int(i64::try_from(max).unwrap_or(i64::MAX)))),
            ),
            Self::Value(text) => {
                ("value_error", format!("Value error, {text}"), Some(("error", text.into())))
            }
        }
    }
}
