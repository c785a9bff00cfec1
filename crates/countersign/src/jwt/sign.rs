//! Signing claims into a compact token.

use crate::claims::Claims;
use crate::jwt::base64url;
use crate::jwt::header::usual_part;
use crate::key::{KeyError, SigningKey};
use crate::secret::PlainToken;

/// Signs `claims` with `key` (RFC 7515 §5.1). The header is `{"alg":…,"typ":"JWT"}`, as the Django packages
/// write it, with a `kid` between the two where one is given.
///
/// # Errors
///
/// When the key cannot sign, which a loaded key can.
#[expect(clippy::expect_used, reason = "base64url and dots are text")]
pub fn sign(claims: &Claims, key: &SigningKey, key_id: Option<&str>) -> Result<PlainToken, KeyError> {
    let algorithm = key.algorithm();
    let json = claims.to_json();
    let mut token = Vec::with_capacity(json.len() * 4 / 3 + AROUND_THE_CLAIMS);
    match (key_id, usual_part(algorithm)) {
        (None, Some(part)) => token.extend_from_slice(part.as_bytes()),
        (None, None) => {
            let header = format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#);
            base64url::encode_onto(&mut token, header.as_bytes());
        }
        (Some(kid), _) => {
            let kid = serde_json::Value::from(kid);
            let header = format!(r#"{{"alg":"{algorithm}","kid":{kid},"typ":"JWT"}}"#);
            base64url::encode_onto(&mut token, header.as_bytes());
        }
    }
    token.push(b'.');
    base64url::encode_onto(&mut token, json.as_bytes());
    let signature = key.sign(&token)?;
    token.push(b'.');
    base64url::encode_onto(&mut token, &signature);
    Ok(PlainToken::new(String::from_utf8(token).expect("base64url is text")))
}

/// Room for the header, the dots and any signature but RSA's.
const AROUND_THE_CLAIMS: usize = 256;
