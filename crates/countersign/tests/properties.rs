//! What holds for every input: nothing is accepted that was not signed, nothing changes on its way through.

#![expect(clippy::unwrap_used, reason = "a test ends where something unexpected happens")]

use bytes::Bytes;
use countersign::claims::Claims;
use countersign::clock::Timestamp;
use countersign::dialect::{
    Dialect, NinjaAuth, NinjaJwt, Parsed, SimpleJwt, ninja_auth, ninja_jwt, simple_jwt,
};
use countersign::jwt::{Unverified, Validation, sign};
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::SigningSecret;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, StatusCode};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value};

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn key() -> SigningKey {
    SigningKey::load(Algorithm::Hs256, &SigningSecret::new("a secret of at least 32 bytes, for properties"))
        .unwrap()
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e15..1e15).prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(".*", inner, 0..6).prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

fn object() -> impl Strategy<Value = String> {
    btree_map(".*", json(), 0..24).prop_map(|members| Value::from(Map::from_iter(members)).to_string())
}

proptest! {
    #[test]
    fn claims_come_out_as_they_went_in(text in object()) {
        prop_assert_eq!(Claims::parse(&*text).unwrap().to_json(), text);
    }

    #[test]
    fn setting_a_claim_changes_that_claim_alone(text in object(), name in ".*", value in ".*") {
        let mut claims = Claims::parse(&*text).unwrap();
        claims.set(&name, &value);
        prop_assert_eq!(claims.text(&name).unwrap().unwrap(), &*value);
        let mut expected: Map<String, Value> = serde_json::from_str(&text).unwrap();
        expected.insert(name, Value::from(value));
        prop_assert_eq!(serde_json::from_str::<Map<String, Value>>(&claims.to_json()).unwrap(), expected);
    }

    #[test]
    fn parsing_claims_accepts_only_what_serde_json_accepts(text in ".*") {
        if Claims::parse(&*text).is_ok() {
            prop_assert!(serde_json::from_str::<Map<String, Value>>(&text).is_ok());
        }
    }

    #[test]
    fn a_signed_token_verifies_and_no_change_of_it_does(text in object(), at in any::<prop::sample::Index>(), byte: u8) {
        let token = sign(&Claims::parse(text).unwrap(), &key(), None).unwrap();
        let token = token.expose();
        let verifying = key().verifying_key();
        let verify = |token: &str| Unverified::parse(token)?.verify(&verifying, &Validation::default(), NOW).map(drop);
        // Random claims may be named exp or sub by chance: what counts is that the signature holds.
        let genuine = verify(token);
        prop_assert!(!matches!(
            genuine,
            Err(countersign::jwt::TokenError::Invalid(countersign::jwt::Invalid::Signature))
        ));
        let mut changed = token.as_bytes().to_vec();
        let at = at.index(changed.len());
        prop_assume!(changed[at] != byte);
        changed[at] = byte;
        if let Ok(changed) = std::str::from_utf8(&changed) {
            prop_assert!(verify(changed).is_err());
        }
    }

    #[test]
    fn no_text_is_a_token_by_chance(text in ".*") {
        let verifying = key().verifying_key();
        let verified = Unverified::parse(&text).and_then(|token| token.verify(&verifying, &Validation::default(), NOW));
        prop_assert!(verified.is_err());
    }

    #[test]
    fn every_request_is_understood_or_answered(
        body in prop_oneof![vec(any::<u8>(), 0..200), object().prop_map(String::into_bytes), login()],
        content_type in vec(any::<u8>(), 0..60),
        accept in vec(any::<u8>(), 0..60),
        authorization in prop_oneof![vec(any::<u8>(), 0..60), Just(b"Bearer x".to_vec())],
        path in "[a-z0-9%/.]{0,20}",
        query in "[a-z0-9=&%+]{0,40}",
        method in "GET|POST|PUT|DELETE|OPTIONS|HEAD|FOO",
        endpoint in 0..10_usize,
        known in prop::sample::select(vec!["application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""]),
    ) {
        let mut request = Request::builder().method(&*method).uri(format!("/{path}?{query}"));
        let content_type = if known.is_empty() { content_type } else { known.as_bytes().to_vec() };
        for (name, value) in [("content-type", content_type), ("accept", accept), ("authorization", authorization)] {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request = request.header(name, value);
            }
        }
        let request = request.body(body.into()).unwrap();
        understood_or_answered(&SimpleJwt::default(), simple_jwt::Endpoint::ALL[endpoint].0, &request)?;
        understood_or_answered(&NinjaJwt::default(), ninja_jwt::Endpoint::ALL[endpoint].0, &request)?;
        understood_or_answered(&NinjaAuth::default(), ninja_auth::Endpoint::ALL[endpoint].0, &request)?;
    }
}

/// A JSON object with the members that endpoints read, of all types.
fn login() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec!["username", "password", "refresh", "token", "scope"]);
    btree_map(name.prop_map(str::to_owned), json(), 0..4)
        .prop_map(|members| Value::from(Map::from_iter(members)).to_string().into_bytes())
}

fn understood_or_answered<D: Dialect>(
    dialect: &D,
    endpoint: D::Endpoint,
    request: &Request<Bytes>,
) -> Result<(), TestCaseError> {
    if let Parsed::Reply(response) = dialect.parse(endpoint, request) {
        prop_assert!(!response.status().is_server_error());
        let is_json = response.headers()[CONTENT_TYPE].as_bytes().starts_with(b"application/json");
        prop_assert!(!is_json || serde_json::from_slice::<Value>(response.body()).is_ok());
        prop_assert!(is_json || response.status() == StatusCode::METHOD_NOT_ALLOWED);
    }
    Ok(())
}
