//! jsonwebtoken, as it is used by somebody who asks of a token what Countersign asks.

use aws_lc_rs::rand;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, get_current_timestamp,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::{Failure, Result};

/// A key and what is asked of tokens, both prepared once.
pub(crate) struct Verifier {
    key: DecodingKey,
    validation: Validation,
}

impl Verifier {
    pub(crate) fn new((algorithm, key): (Algorithm, DecodingKey)) -> Self {
        let mut validation = Validation::new(algorithm);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.validate_aud = false;
        Self { key, validation }
    }

    pub(crate) fn hs256(secret: &[u8]) -> Self {
        Self::new((Algorithm::HS256, DecodingKey::from_secret(secret)))
    }

    /// The library looks at signature, `exp` and `nbf`; `iat`, type and id it leaves to its caller.
    pub(crate) fn verify(&self, token: &str) -> Result<Map<String, Value>> {
        let claims: Map<String, Value> = decode(token, &self.key, &self.validation)?.claims;
        let is_issued =
            claims.get("iat").and_then(Value::as_u64).is_some_and(|at| at <= get_current_timestamp());
        let is_access = claims.get("token_type").is_some_and(|kind| kind == "access");
        let has_id = claims.get("jti").is_some_and(Value::is_string);
        if is_issued && is_access && has_id {
            Ok(claims)
        } else {
            Err(Failure::new("no access token of now"))
        }
    }
}

pub(crate) struct Signer {
    header: Header,
    key: EncodingKey,
}

/// What SimpleJWT writes, in its order.
#[derive(Deserialize, Serialize)]
pub(crate) struct AccessClaims {
    token_type: String,
    exp: u64,
    iat: u64,
    jti: String,
    user_id: String,
}

impl AccessClaims {
    pub(crate) fn read(json: &str) -> Result<Self> {
        Ok(serde_json::from_str(json)?)
    }
}

impl Signer {
    pub(crate) fn hs256(secret: &[u8]) -> Self {
        Self { header: Header::new(Algorithm::HS256), key: EncodingKey::from_secret(secret) }
    }

    pub(crate) fn sign<T: Serialize>(&self, claims: &T) -> Result<String> {
        Ok(encode(&self.header, claims, &self.key)?)
    }

    /// A new access token: a random id, `exp` and `iat`, the user's id, signed.
    pub(crate) fn make(&self, user_id: &str) -> Result<String> {
        let iat = get_current_timestamp();
        self.sign(&NewClaims { token_type: "access", exp: iat + 86_400, iat, jti: new_id()?, user_id })
    }
}

/// [`AccessClaims`], and nothing copied that is there.
#[derive(Serialize)]
struct NewClaims<'a> {
    token_type: &'a str,
    exp: u64,
    iat: u64,
    jti: String,
    user_id: &'a str,
}

/// A UUID of version 4, from as many random bytes of the same source as Countersign's.
#[expect(clippy::disallowed_methods, reason = "it is a peer's: nothing of Countersign's is asked for it")]
fn new_id() -> Result<String> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid().simple().to_string())
}
