//! What the dialect says no to by itself.

/// What the dialect itself says no to, before anything is decided.
#[derive(Debug, PartialEq)]
pub(super) enum ApiError {
    CannotParse,
    MethodNotAllowed,
    /// What was given for a token is no string, where Ninja JWT tries it before Pydantic does.
    NotAToken,
    /// Fields that are not there, or empty, and what Ninja JWT says of each.
    Required(Vec<(String, String)>),
    Unauthorized,
    /// What Pydantic says of the body.
    Unprocessable(Vec<Issue>),
}

/// One of Pydantic's errors.
#[derive(Debug, PartialEq)]
pub(super) struct Issue {
    pub(super) kind: IssueKind,
    /// The field, where it is not the body as a whole.
    pub(super) field: Option<String>,
}

/// Pydantic's types of errors, as far as these bodies can have them.
#[derive(Debug, PartialEq)]
pub(super) enum IssueKind {
    Missing,
    NotAString,
    NotAnObject,
    NotUnicode,
    TooLong(usize),
    /// A `ValueError` of Python's, in its words.
    Value(String),
}

impl Issue {
    pub(super) fn of_body(kind: IssueKind) -> Self {
        Self { kind, field: None }
    }

    pub(super) fn of(field: &str, kind: IssueKind) -> Self {
        Self { kind, field: Some(field.to_owned()) }
    }
}
