//! The same keys and the same tokens for every side.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair,
};
use countersign::claims::Claims;
use countersign::clock::{Clock as _, Span, SystemClock, Timestamp};
use countersign::entropy::SystemEntropy;
use countersign::jwt;
use countersign::key::{Algorithm, SigningKey};
use countersign::secret::{SigningSecret, StoredPassword};
use countersign::token::{AccessToken, TokenPolicy};
use countersign::user::{FieldValue, User, UserKey};

use crate::failure::{Failure, Result};

/// As long as Django's `get_random_secret_key` makes them.
pub(crate) const SECRET: &[u8] = b"django-secret-keys-have-fifty-characters-like-this";

/// The key of HS256.
pub(crate) fn hs256() -> Result<SigningKey> {
    signing(Algorithm::Hs256, SECRET)
}

/// A key pair, prepared for each side.
pub(crate) struct Pair {
    /// The public half as its algorithm writes it: DER, a point, 32 bytes.
    pub(crate) public: Vec<u8>,
    pub(crate) ours: SigningKey,
    pub(crate) theirs: (jsonwebtoken::Algorithm, jsonwebtoken::DecodingKey),
    pub(crate) raw: ParsedPublicKey,
}

impl Pair {
    /// P-256.
    pub(crate) fn es256() -> Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let public = pair.public_key().as_ref();
        Ok(Self {
            public: public.to_vec(),
            ours: signing(Algorithm::Es256, pair.to_pkcs8v1()?.as_ref())?,
            theirs: (jsonwebtoken::Algorithm::ES256, jsonwebtoken::DecodingKey::from_ec_der(public)),
            raw: ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)?,
        })
    }

    /// Ed25519.
    pub(crate) fn eddsa() -> Result<Self> {
        let pair = Ed25519KeyPair::generate()?;
        let public = pair.public_key().as_ref();
        Ok(Self {
            public: public.to_vec(),
            ours: signing(Algorithm::EdDsa, pair.to_pkcs8v1()?.as_ref())?,
            theirs: (jsonwebtoken::Algorithm::EdDSA, jsonwebtoken::DecodingKey::from_ed_der(public)),
            raw: ParsedPublicKey::new(&ED25519, public)?,
        })
    }

    /// RSA of 2048 bits.
    pub(crate) fn rs256() -> Result<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let public = pair.public_key().as_ref();
        Ok(Self {
            public: public.to_vec(),
            ours: signing(Algorithm::Rs256, pair.as_der()?.as_ref())?,
            theirs: (jsonwebtoken::Algorithm::RS256, jsonwebtoken::DecodingKey::from_rsa_der(public)),
            raw: ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)?,
        })
    }
}

/// SimpleJWT's settings, with access tokens that outlive the run.
pub(crate) fn policy() -> TokenPolicy {
    let mut policy = TokenPolicy::default();
    policy.access_lifetime = Span::from_days(1);
    policy
}

/// What SimpleJWT writes into an access token: `token_type`, `exp`, `iat`, `jti`, `user_id`.
pub(crate) fn claims() -> Result<Claims> {
    let policy = policy();
    let token = AccessToken::for_user(&policy, &user(), now(), &SystemEntropy);
    let token = token.ok_or_else(|| Failure::new("the user has no id"))?;
    Ok(token.to_be_signed(&policy).into_owned())
}

/// A token of these claims.
pub(crate) fn signed(claims: &Claims, key: &SigningKey, kid: Option<&str>) -> Result<String> {
    Ok(jwt::sign(claims, key, kid)?.expose().to_owned())
}

/// An access token as SimpleJWT makes them: 235 bytes with HS256.
pub(crate) fn access_token(key: &SigningKey) -> Result<String> {
    signed(&claims()?, key, None)
}

pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// Somebody whom Django would say the same of.
pub(crate) fn user() -> User {
    User {
        key: UserKey::Int(4711),
        username: "ada".into(),
        password: StoredPassword::new("!"),
        is_active: true,
        email: Some("ada@example.org".into()),
        last_login: None,
        fields: [("id", FieldValue::Int(4711)), ("username", FieldValue::Text("ada".into()))]
            .into_iter()
            .collect(),
    }
}

fn signing(algorithm: Algorithm, key: &[u8]) -> Result<SigningKey> {
    Ok(SigningKey::load(algorithm, &SigningSecret::new(key))?)
}
