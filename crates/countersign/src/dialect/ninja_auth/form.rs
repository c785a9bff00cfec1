//! The texts of a body, as Pydantic asks for them.

use crate::dialect::ninja::{Body, Issue, IssueKind, NinjaError, Value};
use crate::dialect::surrogates::LoneSurrogates;

/// A string in a body, which may not be text.
pub(super) type Text = Result<String, LoneSurrogates>;

/// The strings of these names, all of which must be there; what is wrong with them is told for each, in their order.
pub(super) fn texts<const N: usize>(
    body: &Body<'_>,
    parameter: &'static str,
    names: [&str; N],
) -> Result<[Text; N], NinjaError> {
    let fields = match body {
        Body::Absent => return Err(unprocessable(parameter, vec![Issue::of_body(IssueKind::Missing)])),
        Body::Fields(fields) => Some(fields),
        Body::Other => None,
    };
    let mut issues = Vec::new();
    let texts = names.map(|name| {
        let kind = match fields.and_then(|fields| fields.value(name)) {
            Some(Value::Text(text)) => return Ok(text),
            Some(Value::NotUnicode(lone)) => return Err(lone),
            Some(Value::Other) => IssueKind::NotAString,
            None => IssueKind::Missing,
        };
        issues.push(Issue::of(name, kind));
        Ok(String::new())
    });
    if issues.is_empty() { Ok(texts) } else { Err(unprocessable(parameter, issues)) }
}

/// The text itself, or the error that Python's codec raises where it is to become bytes.
pub(super) fn encoded(text: Text, parameter: &'static str) -> Result<String, NinjaError> {
    let issue = |lone: LoneSurrogates| Issue::of_body(IssueKind::Value(lone.to_string()));
    text.map_err(|lone| unprocessable(parameter, vec![issue(lone)]))
}

pub(super) fn unprocessable(parameter: &'static str, issues: Vec<Issue>) -> NinjaError {
    NinjaError::Unprocessable(parameter, issues)
}
