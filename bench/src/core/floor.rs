//! The least that a verification has to do, with every claim taken for good.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use crate::failure::{Failure, Result};

/// What SimpleJWT writes into an access token, borrowed from the payload.
#[derive(Deserialize)]
#[expect(dead_code, reason = "they are read, and nobody looks at them")]
pub(crate) struct Claims<'a> {
    token_type: &'a str,
    exp: i64,
    iat: i64,
    jti: &'a str,
    user_id: &'a str,
}

/// A prepared key, and room for what is decoded.
pub(crate) struct Floor {
    key: hmac::Key,
    parts: [Vec<u8>; 3],
}

impl Floor {
    pub(crate) fn hs256(secret: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret), parts: Default::default() }
    }

    /// One HMAC, base64 of the three parts into room that is there already, one reading of the claims.
    pub(crate) fn verify(&mut self, token: &str) -> Result<Claims<'_>> {
        let (signed, signature) = token.rsplit_once('.').ok_or_else(|| Failure::new("no signature"))?;
        let (header, payload) = signed.split_once('.').ok_or_else(|| Failure::new("no payload"))?;
        for (part, room) in [header, payload, signature].into_iter().zip(&mut self.parts) {
            room.clear();
            URL_SAFE_NO_PAD.decode_vec(part, room)?;
        }
        let [_, payload, signature] = &self.parts;
        hmac::verify(&self.key, signed.as_bytes(), signature)?;
        Ok(serde_json::from_slice(payload)?)
    }
}
