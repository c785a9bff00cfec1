//! Signing claims into a compact token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::Claims;
use crate::jwt::header::usual_part;
use crate::key::{KeyError, SigningKey};
use crate::secret::PlainToken;

/// Signs `claims` with `key` (RFC 7515 §5.1). The header is `{"alg":…,"typ":"JWT"}`, as the Django packages
/// write it, with a `kid` between the two where one is given.
///
/// # Errors
///
/// When the key cannot sign, which a loaded key can.
pub fn sign(claims: &Claims, key: &SigningKey, key_id: Option<&str>) -> Result<PlainToken, KeyError> {
    let algorithm = key.algorithm();
    let json = claims.to_json();
    let mut token = String::with_capacity(json.len() * 4 / 3 + AROUND_THE_CLAIMS);
    match (key_id, usual_part(algorithm)) {
        (None, Some(part)) => token.push_str(part),
        (None, None) => {
            URL_SAFE_NO_PAD.encode_string(format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#), &mut token);
        }
        (Some(kid), _) => {
            let kid = serde_json::Value::from(kid);
            let header = format!(r#"{{"alg":"{algorithm}","kid":{kid},"typ":"JWT"}}"#);
            URL_SAFE_NO_PAD.encode_string(header, &mut token);
        }
    }
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(json, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(PlainToken::new(token))
}

/// Room for the header, the dots and any signature but RSA's.
const AROUND_THE_CLAIMS: usize = 256;
