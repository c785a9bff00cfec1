//! Signing claims into a compact token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::claims::Claims;
use crate::key::{KeyError, SigningKey};
use crate::secret::PlainToken;

/// Signs `claims` with `key` (RFC 7515 §5.1). The header is `{"alg":…,"typ":"JWT"}`, as the Django packages
/// write it, with a `kid` between the two where one is given.
///
/// # Errors
///
/// When the key cannot sign, which a loaded key can.
pub fn sign(claims: &Claims, key: &SigningKey, key_id: Option<&str>) -> Result<PlainToken, KeyError> {
    let algorithm = key.algorithm().name();
    let header = match key_id {
        None => format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#),
        Some(kid) => format!(r#"{{"alg":"{algorithm}","kid":{},"typ":"JWT"}}"#, serde_json::Value::from(kid)),
    };
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims.to_json(), &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(PlainToken::new(token))
}
