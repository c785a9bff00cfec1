//! Requests, as strawberry's Django view reads them.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use crate::dialect::graphql_jwt::GraphqlJwt;
use crate::dialect::graphql_jwt::answer::{Answer, PLAIN_TEXT, respond};
use crate::dialect::header::joined;

/// A request, understood.
#[derive(Debug)]
pub enum Asked {
    /// A browser without a query: it is shown a page to write one.
    Ide,
    /// Something to execute.
    Operation(Operation),
    /// Nothing to execute: this is the answer already.
    Reply(Response<Bytes>),
}

/// A GraphQL request (GraphQL over HTTP, its stage 2 draft §5).
#[derive(Debug)]
pub struct Operation {
    /// The document; never empty.
    pub query: String,
    /// The values of its variables.
    pub variables: Map<String, Value>,
    /// Which of its operations is meant, where that is said.
    pub name: Option<String>,
    /// Whether it came by `GET`, which may change nothing.
    pub read_only: bool,
}

type Reason = Cow<'static, str>;

impl GraphqlJwt {
    /// Understands a request whose token has been looked at.
    pub fn parse(&self, request: &Request<Bytes>) -> Asked {
        let read_only = request.method() == Method::GET;
        let members = if read_only {
            let members = query_string(request);
            if !members.contains_key("query") && takes_html(request) {
                return Asked::Ide;
            }
            parsed_where_given(members)
        } else if request.method() == Method::POST {
            body(request)
        } else {
            return Asked::Reply(respond(StatusCode::METHOD_NOT_ALLOWED, PLAIN_TEXT, METHOD_NOT_ALLOWED));
        };
        match members.and_then(|members| operation(members, read_only)) {
            Ok(operation) => Asked::Operation(operation),
            Err(reason) => Asked::Reply(self.render(Answer::BadRequest(reason))),
        }
    }
}

fn operation(mut members: Map<String, Value>, read_only: bool) -> Result<Operation, Reason> {
    let mut given = |name: &str| members.remove(name).filter(|value| !value.is_null());
    let query = match given("query") {
        None => String::new(),
        Some(Value::String(query)) => query,
        Some(_) => {
            return Err("The GraphQL operation's `query` must be a string or null, if provided.".into());
        }
    };
    let mut object = |name: &str| match given(name) {
        None => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => {
            let must = "must be an object or null, if provided.";
            Err(Reason::from(format!("The GraphQL operation's `{name}` {must}")))
        }
    };
    let variables = object("variables")?;
    object("extensions")?;
    let name = given("operationName").map(|name| match name {
        Value::String(name) => name,
        other => other.to_string(),
    });
    if query.is_empty() {
        return Err("No GraphQL query found in the request".into());
    }
    Ok(Operation { query, variables, name, read_only })
}

/// Of several parameters of one name the last counts.
fn query_string(request: &Request<Bytes>) -> Map<String, Value> {
    let query = request.uri().query().unwrap_or_default();
    let parameters = form_urlencoded::parse(query.as_bytes());
    parameters.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}

/// In a query string, `variables` and `extensions` are JSON; empty ones are not read, and no objects.
fn parsed_where_given(mut members: Map<String, Value>) -> Result<Map<String, Value>, Reason> {
    for name in ["variables", "extensions"] {
        if let Some(value) = members.get_mut(name)
            && let Some(text) = value.as_str().filter(|text| !text.is_empty())
        {
            *value = serde_json::from_str(text).map_err(|_| NO_JSON)?;
        }
    }
    Ok(members)
}

/// DIFFERENCE: JSON is what RFC 8259 says; Python's parser also takes `NaN`, `Infinity` and halves of surrogate pairs.
/// What is neither an object nor a list is a 500 there.
fn body(request: &Request<Bytes>) -> Result<Map<String, Value>, Reason> {
    let content_type = joined(request.headers(), &CONTENT_TYPE).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    if !media_type.to_ascii_lowercase().contains("application/json") {
        return Err("Unsupported content type".into());
    }
    match serde_json::from_slice(request.body()).map_err(|_| NO_JSON)? {
        Value::Object(members) => Ok(members),
        Value::Array(_) => Err("Batching is not enabled".into()),
        _ => Err("The GraphQL request must be a JSON object".into()),
    }
}

fn takes_html(request: &Request<Bytes>) -> bool {
    let accept = joined(request.headers(), &ACCEPT).unwrap_or_default();
    accept.contains("text/html") || accept.contains("*/*")
}

const METHOD_NOT_ALLOWED: &str = "GraphQL only supports GET and POST requests.";
const NO_JSON: &str = "Unable to parse request body as JSON";
