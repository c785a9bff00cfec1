//! What clients see: the header that carries the token, and what is said of a bad one.

use countersign::dialect::graphql_jwt::UnauthorizedHandler;
use http::HeaderName;
use http::header::AUTHORIZATION;

use super::super::family::built_ins;
use super::super::reference::Surroundings;
use super::super::section::{Reported, Section};
use super::super::setting::{Fault, Setting};
use super::super::tree::Value;

/// How requests say who makes them, and what they are told when that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientConfig {
    /// `JWT_AUTH_HEADER_NAME`.
    pub(crate) header: HeaderName,
    /// `JWT_AUTH_HEADER_PREFIX`, in any case.
    pub(crate) prefix: String,
    /// `JWT_UNAUTHORIZED_RESPONSE_HANDLER`.
    pub(crate) unauthorized: UnauthorizedHandler,
    /// `JWT_AUTHENTICATE_INTROSPECTION`: whether the schema is shown to known users alone.
    pub(crate) authenticate_introspection: bool,
}

pub(super) fn read(settings: &mut Section<'_>) -> Result<ClientConfig, Reported> {
    let header = settings.optional("jwt_auth_header_name");
    let mut prefix = "JWT".to_owned();
    settings.set_as("jwt_auth_header_prefix", &mut prefix, |Word(prefix)| prefix);
    // DIFFERENCE: the package's default is the line of text, and its document says JSON.
    let unauthorized = settings.optional("jwt_unauthorized_response_handler");
    // DIFFERENCE: the package's default is true, and its document says false.
    let mut authenticate_introspection = false;
    settings.set("jwt_authenticate_introspection", &mut authenticate_introspection);
    Ok(ClientConfig {
        header: header?.unwrap_or(AUTHORIZATION),
        prefix,
        unauthorized: unauthorized?.unwrap_or_default(),
        authenticate_introspection,
    })
}

impl Setting for UnauthorizedHandler {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match String::read(value, around)?.as_str() {
            HTTP => Ok(Self::PlainText),
            JSON => Ok(Self::Json),
            _ => Err(built_ins::unknown(&[JSON, HTTP]).into()),
        }
    }
}

/// One word, as a header has it before the token.
struct Word(String);

impl Setting for Word {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let word = String::read(value, around)?;
        if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(word))
        } else {
            Err("takes one word without blanks, as in \"JWT\"".into())
        }
    }
}

const HTTP: &str = "strawberry_django_extras.jwt.response_handlers.http_response_handler";
const JSON: &str = "strawberry_django_extras.jwt.response_handlers.json_response_handler";

#[cfg(test)]
mod tests {
    use super::super::super::testing::{fault, read};
    use super::*;

    fn client(text: &str) -> ClientConfig {
        read(&format!("[graphql_jwt]\n{text}")).graphql_jwt.unwrap().client
    }

    #[test]
    fn the_documents_defaults_are_the_defaults() {
        let silent = ClientConfig {
            header: AUTHORIZATION,
            prefix: "JWT".to_owned(),
            unauthorized: UnauthorizedHandler::Json,
            authenticate_introspection: false,
        };
        assert_eq!(client(""), silent);
        assert_eq!(client("jwt_auth_header_name = 'HTTP_AUTHORIZATION'"), silent);
        assert_eq!(client(&format!("jwt_unauthorized_response_handler = '{JSON}'")), silent);
    }

    #[test]
    fn the_header_and_the_answer_can_be_others() {
        let other = client(&format!(
            "jwt_auth_header_name = 'HTTP_X_TOKEN'\njwt_auth_header_prefix = 'Bearer'\n\
             jwt_authenticate_introspection = true\njwt_unauthorized_response_handler = '{HTTP}'"
        ));
        let expected = ClientConfig {
            header: HeaderName::from_static("x-token"),
            prefix: "Bearer".to_owned(),
            unauthorized: UnauthorizedHandler::PlainText,
            authenticate_introspection: true,
        };
        assert_eq!(other, expected);
    }

    #[test]
    fn what_no_header_can_carry_is_refused() {
        for odd in ["''", "'J WT'", "'JWT '", "'é'"] {
            let error = fault(&format!("[graphql_jwt]\njwt_auth_header_prefix = {odd}"));
            assert!(error.contains("takes one word without blanks"), "{error}");
        }
        for odd in ["X_TOKEN", "CONTENT_TYPE", ""] {
            let error = fault(&format!("[graphql_jwt]\njwt_auth_header_name = '{odd}'"));
            assert!(error.contains("takes a header's name"), "{error}");
        }
        assert_eq!(
            fault("[graphql_jwt]\njwt_unauthorized_response_handler = 'project.own'"),
            format!(
                "countersign.toml, line 2: graphql_jwt.jwt_unauthorized_response_handler names Python code that is not \
                 known to this version: only the built-ins \"{JSON}\" and \"{HTTP}\" are"
            )
        );
    }
}
