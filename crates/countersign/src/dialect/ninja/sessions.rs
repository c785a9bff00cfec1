//! Sessions, which these packages have not, in the shapes that Django Ninja would give them.

use bytes::Bytes;
use http::{Response, StatusCode};

use crate::authority::{LogOutScope, OwnSession};
use crate::dialect::ninja::{Body, Issue, IssueKind, NinjaError, Value, respond};
use crate::dialect::sessions;
use crate::dialect::time::in_json;

/// The scope in the body of a logout.
pub(in crate::dialect) fn log_out_scope(body: &Body<'_>) -> Result<LogOutScope, NinjaError> {
    let issue = match body {
        Body::Absent => return Ok(LogOutScope::default()),
        Body::Fields(fields) => match fields.value("scope") {
            None => return Ok(LogOutScope::default()),
            Some(Value::Text(name)) => match LogOutScope::named(&name) {
                Some(scope) => return Ok(scope),
                None => Issue::of("scope", IssueKind::NotOneOf(SCOPES)),
            },
            Some(Value::NotUnicode(_)) => Issue::of("scope", IssueKind::NotUnicode),
            Some(Value::Other) => Issue::of("scope", IssueKind::NotOneOf(SCOPES)),
        },
        Body::Other => Issue::of_body(IssueKind::NotAnObject),
    };
    Err(NinjaError::Unprocessable(PARAMETER, vec![issue]))
}

/// Where somebody is logged in.
pub(in crate::dialect) fn sessions(sessions: Vec<OwnSession>) -> Response<Bytes> {
    respond(StatusCode::OK, &sessions::list(sessions, in_json))
}

/// The name that the handler's parameter for the body has in errors.
const PARAMETER: &str = "logout";
const SCOPES: &str = "'local', 'others' or 'global'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::ninja::read;

    fn asked(body: &str) -> Result<LogOutScope, (u16, String)> {
        log_out_scope(&read(body.as_bytes()).unwrap()).map_err(|error| {
            let answer = error.render();
            (answer.status().as_u16(), String::from_utf8(answer.body().to_vec()).unwrap())
        })
    }

    #[test]
    fn a_logout_without_a_word_is_of_ones_own_session() {
        assert_eq!(asked(""), Ok(LogOutScope::Local));
        assert_eq!(asked(r#"{"scop":"global"}"#), Ok(LogOutScope::Local));
        assert_eq!(asked(r#"{"scope":"others"}"#), Ok(LogOutScope::Others));
        assert_eq!(asked(r#"{"scope":"global"}"#), Ok(LogOutScope::Global));
    }

    #[test]
    fn everything_else_is_told_as_pydantic_tells_it() {
        let issue = |kind: &str, place: &str, message: &str, context: &str| {
            format!(
                r#"{{"detail": [{{"type": "{kind}", "loc": ["body", "logout"{place}], "msg": "{message}"{context}}}]}}"#
            )
        };
        let names = LogOutScope::NAMES.map(|(name, _)| format!("'{name}'"));
        let names = format!("{}, {} or {}", names[0], names[1], names[2]);
        let (wrong, context) =
            (format!("Input should be {names}"), format!(r#", "ctx": {{"expected": "{names}"}}"#));
        let not_one = issue("literal_error", r#", "scope""#, &wrong, &context);
        for scope in ["null", r#""GLOBAL""#, r#"" local""#, r#"["global"]"#, "5", r#""""#] {
            let body = format!(r#"{{"scope":{scope}}}"#);
            assert_eq!(asked(&body), Err((422, not_one.clone())), "{body}");
        }
        let message = "Input should be a valid string, unable to parse raw data as a unicode string";
        let expected = issue("string_unicode", r#", "scope""#, message, "");
        assert_eq!(asked(r#"{"scope":"\ud800"}"#), Err((422, expected)));
        let message = "Input should be a valid dictionary or object to extract fields from";
        let expected = issue("model_attributes_type", "", message, "");
        for body in ["null", "[]", "\"global\""] {
            assert_eq!(asked(body), Err((422, expected.clone())), "{body}");
        }
    }
}
