//! The secret of an HMAC, and what must never become one.

use aws_lc_rs::hmac;
use serde_json::Value;
use zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::error::{KeyError, KeyErrorKind};
use super::jwk::Jwk;
use super::mac::MacKey;
use super::material::without_blanks;
use super::weakness::Weakness;
use super::{der, pem, ssh};

/// Prepares a secret: the bytes as they are, or those inside a JWK of type `oct` (RFC 7518 §6.4).
pub(super) fn prepare(
    algorithm: Algorithm,
    hash: hmac::Algorithm,
    bytes: &[u8],
) -> Result<(MacKey, Option<Weakness>), KeyError> {
    let inside = if is_json_key(bytes) {
        let secret = Jwk::parse(without_blanks(bytes)).ok().map(|jwk| jwk.secret(algorithm)).transpose()?;
        Some(secret.flatten().ok_or_else(|| not_a_secret(algorithm))?)
    } else {
        None
    };
    let secret = inside.as_ref().map_or(bytes, |octets: &Zeroizing<Vec<u8>>| octets);
    if secret.is_empty() {
        return Err(KeyError::new(KeyErrorKind::Empty, "the HMAC secret is empty: give a long random one"));
    }
    if is_asymmetric(secret) {
        return Err(not_a_secret(algorithm));
    }
    let weakness = Weakness::of_secret(algorithm, secret, hash.tag_len());
    Ok((MacKey::new(hash, secret), weakness))
}

/// Is it an asymmetric key or a certificate in any form but JSON?
///
/// DIFFERENCE: `PyJWT` looks for SSH keys and DER at the very first byte only, knows fewer kinds of PEM blocks, and
/// takes the DER of a private key for a secret.
fn is_asymmetric(bytes: &[u8]) -> bool {
    let text = without_blanks(bytes);
    pem::is_pem(bytes)
        || ssh::is_public_key(text)
        || [text, bytes].into_iter().any(|der| der::identify(der).is_some())
}

/// Is it JSON with a `kty` anywhere, so a JWK, a set of them, or something wrapped around either?
fn is_json_key(bytes: &[u8]) -> bool {
    // Zero bytes are dropped so that UTF-16 and UTF-32, which PyJWT reads as JSON too, are recognised.
    let text = bytes.iter().copied().filter(|byte| *byte != 0).collect::<Vec<_>>();
    let text = Zeroizing::new(text);
    let json =
        without_blanks(text.strip_prefix(b"\xff\xfe").or(text.strip_prefix(b"\xfe\xff")).unwrap_or(&text));
    if !json.starts_with(b"{") && !json.starts_with(b"[") {
        return false;
    }
    match serde_json::from_slice::<Value>(json) {
        Ok(value) => has_key_type(&value),
        // What Python reads and serde does not (NaN, lone surrogates) is judged by its letters. Nobody's secret is
        // JSON nested too deep to be read.
        Err(error) => {
            let deep = error.to_string().starts_with("recursion limit exceeded");
            deep || [&b"\"kty\""[..], b"\\u"]
                .iter()
                .any(|letters| json.windows(letters.len()).any(|part| part == *letters))
        }
    }
}

fn has_key_type(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(has_key_type),
        Value::Object(members) => members.contains_key("kty") || members.values().any(has_key_type),
        _ => false,
    }
}

fn not_a_secret(algorithm: Algorithm) -> KeyError {
    KeyError::new(
        KeyErrorKind::PublicKeyAsSecret,
        format!(
            "an asymmetric key or a certificate cannot be the secret of {algorithm}, because whoever has its public \
             half could sign tokens: give a long random secret, or choose the algorithm that fits the key"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::testdata::TestKeys;
    use super::*;

    fn prepared(bytes: &[u8]) -> Result<Option<Weakness>, KeyError> {
        prepare(Algorithm::Hs256, hmac::HMAC_SHA256, bytes).map(|(_, weakness)| weakness)
    }

    #[test]
    fn no_form_of_a_public_key_is_a_secret_even_after_blanks() {
        let data = TestKeys::read();
        let mut forms = data.encodings("public");
        forms.extend(data.encodings("private"));
        forms.retain(|form| !form.is_raw());
        forms.push(data.other_form("certificate_pem"));
        forms.push(data.other_form("certificate_der"));
        forms.push(data.other_form("rsa_1024_jwk"));
        forms.push(data.other_form("openssh_pem"));
        assert!(forms.len() > 40);
        for form in forms {
            for before in ["", "\n", " \t\r\n\n"] {
                for after in ["", "\n"] {
                    let bytes = [before.as_bytes(), &form.bytes, after.as_bytes()].concat();
                    let error = prepared(&bytes).expect_err(&form.name);
                    assert_eq!(error.kind(), KeyErrorKind::PublicKeyAsSecret, "{} {before:?}", form.name);
                }
            }
        }
    }

    #[test]
    fn json_around_a_key_is_no_secret_either() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let deep = format!("{}{}{}", "[".repeat(5000), r#"{"kty":"RSA"}"#, "]".repeat(5000));
        for json in [
            br#"{"keys":[{"kty":"RSA","n":"AQ","e":"AQAB"}]}"#.to_vec(),
            br#" [[{"a":{"kty":"EC"}}]]"#.to_vec(),
            "\u{feff}{\"kty\":\"RSA\"}".into(),
            br#"{"\u006bty":"RSA"}"#.to_vec(),
            br#"{"kty":"RSA","x":NaN}"#.to_vec(),
            br#"{"kty":7}"#.to_vec(),
            br#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#.to_vec(),
            utf16(r#"{"kty":"RSA"}"#),
            utf16("\u{feff}{\"kty\":\"RSA\"}"),
            deep.into(),
        ] {
            let error = prepared(&json).unwrap_err();
            assert_eq!(error.kind(), KeyErrorKind::PublicKeyAsSecret, "{}", String::from_utf8_lossy(&json));
        }
    }

    #[test]
    fn an_oct_jwk_is_the_octets_in_it() {
        let jwk = br#" {"kty":"oct","k":"bm90IGEgc2VjcmV0","alg":"HS256","use":"sig"}"#;
        let (inside, weakness) = prepare(Algorithm::Hs256, hmac::HMAC_SHA256, jwk).unwrap();
        let (plain, _) = prepare(Algorithm::Hs256, hmac::HMAC_SHA256, b"not a secret").unwrap();
        assert!(plain.verify(b"message", &inside.sign(b"message")));
        assert!(matches!(weakness, Some(Weakness::ShortSecret { length: 12, least: 32, .. })));
        for (json, kind) in [
            (&br#"{"kty":"oct","k":""}"#[..], KeyErrorKind::Empty),
            (br#"{"kty":"oct"}"#, KeyErrorKind::Malformed),
            (br#"{"kty":"oct","k":"AAAA","alg":"HS512"}"#, KeyErrorKind::WrongType),
            (br#"{"kty":"oct","k":"AAAA","use":"enc"}"#, KeyErrorKind::WrongType),
            (br#"{"kty":"oct","k":"c3NoLXJzYSBBQUFB"}"#, KeyErrorKind::PublicKeyAsSecret),
        ] {
            assert_eq!(prepared(json).unwrap_err().kind(), kind);
        }
    }

    #[test]
    fn anything_else_is_a_secret_byte_by_byte() {
        for bytes in [
            &b" "[..],
            b"secret",
            b"\0\0",
            b"{}",
            b"[1]",
            b"{\"key\":1}",
            b"\"kty\"",
            b"0",
            b"\x30\x03\x02\x01\x00",
        ] {
            assert!(prepared(bytes).is_ok(), "{bytes:?}");
        }
        assert_eq!(prepared(b"").unwrap_err().kind(), KeyErrorKind::Empty);
    }

    #[test]
    fn short_secrets_and_djangos_own_are_weak() {
        for (algorithm, hash, least) in [
            (Algorithm::Hs256, hmac::HMAC_SHA256, 32),
            (Algorithm::Hs384, hmac::HMAC_SHA384, 48),
            (Algorithm::Hs512, hmac::HMAC_SHA512, 64),
        ] {
            let weakness = |length| prepare(algorithm, hash, &vec![b'x'; length]).unwrap().1;
            assert_eq!(weakness(least), None);
            let short = weakness(least - 1).unwrap();
            assert_eq!(short, Weakness::ShortSecret { algorithm, length: least - 1, least });
            assert!(short.to_string().contains(&format!("{} bytes long and {algorithm} needs", least - 1)));
        }
        let django = [&b"django-insecure-"[..], &[b'x'; 50]].concat();
        assert_eq!(prepared(&django).unwrap(), Some(Weakness::InsecureDjangoKey));
    }
}
