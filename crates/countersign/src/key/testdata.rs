//! The keys and tokens in `tests/data/keys.json`, which `tests/data/keys.py` made with the genuine `PyJWT`.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::algorithm::{Algorithm, KeyType};
use super::signing::SigningKey;
use crate::secret::SigningSecret;

/// A key of PyJWT's, for this algorithm.
pub(crate) fn signing_key(algorithm: Algorithm) -> SigningKey {
    let form = TestKeys::read().encodings_for(algorithm).into_iter().find(Form::is_private).unwrap();
    SigningKey::load(algorithm, &SigningSecret::new(form.bytes)).unwrap()
}

pub(super) struct TestKeys(Value);

/// One encoding of a key. Its name is `type side encoding`, as in `P-256 public spki_pem`.
pub(super) struct Form {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

impl Form {
    pub(super) fn is_private(&self) -> bool {
        self.name.contains(" private ")
    }

    /// Bytes that are a key only to whoever knows what to expect.
    pub(super) fn is_raw(&self) -> bool {
        ["point_der", "raw_der", "seed_der"].iter().any(|raw| self.name.ends_with(raw))
    }
}

impl TestKeys {
    pub(super) fn read() -> Self {
        Self(serde_json::from_str(include_str!("../../tests/data/keys.json")).unwrap())
    }

    /// The signing input and the signature of `PyJWT`'s token.
    pub(super) fn token(&self, algorithm: Algorithm) -> (Vec<u8>, Vec<u8>) {
        let token = self.0["tokens"][algorithm.name()].as_str().unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        (message.into(), URL_SAFE_NO_PAD.decode(signature).unwrap())
    }

    pub(super) fn jwk(&self, family: &str, side: &str) -> Value {
        serde_json::from_str(self.0["keys"][family][side]["jwk"].as_str().unwrap()).unwrap()
    }

    pub(super) fn form(&self, family: &str, side: &str, encoding: &str) -> Form {
        let text = self.0["keys"][family][side][encoding].as_str().unwrap();
        Form { name: format!("{family} {side} {encoding}"), bytes: bytes(encoding, text) }
    }

    /// Every encoding of every private, or every public, key.
    pub(super) fn encodings(&self, side: &str) -> Vec<Form> {
        let families = self.0["keys"].as_object().unwrap().iter();
        let forms = families.flat_map(|(family, sides)| {
            let encodings = sides[side].as_object().unwrap().keys();
            encodings.map(move |encoding| self.form(family, side, encoding))
        });
        forms.collect()
    }

    /// Every encoding that fits the algorithm, private ones first.
    pub(super) fn encodings_for(&self, algorithm: Algorithm) -> Vec<Form> {
        let family = match algorithm.key_type() {
            KeyType::Ed25519 => "Ed25519",
            KeyType::Hmac => return self.secrets(),
            KeyType::P256 => "P-256",
            KeyType::P384 => "P-384",
            KeyType::P521 => "P-521",
            KeyType::Rsa => "RSA",
            KeyType::Secp256k1 => "secp256k1",
        };
        let mut forms = self.encodings("private");
        forms.extend(self.encodings("public"));
        forms.retain(|form| form.name.starts_with(&format!("{family} ")));
        forms
    }

    pub(super) fn other(&self, name: &str) -> &str {
        self.0["other"][name].as_str().unwrap()
    }

    pub(super) fn other_form(&self, name: &str) -> Form {
        Form { name: name.to_owned(), bytes: bytes(name, self.other(name)) }
    }

    fn secrets(&self) -> Vec<Form> {
        let secret = self.0["secret"].as_str().unwrap();
        let jwk = serde_json::json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(secret) });
        vec![
            Form { name: "HMAC private bytes".to_owned(), bytes: secret.into() },
            Form { name: "HMAC public jwk".to_owned(), bytes: jwk.to_string().into() },
        ]
    }
}

fn bytes(encoding: &str, text: &str) -> Vec<u8> {
    if encoding.ends_with("_der") { STANDARD.decode(text).unwrap() } else { text.into() }
}
