//! Countersign by the public calls that its authority makes.

use countersign::clock::Timestamp;
use countersign::entropy::SystemEntropy;
use countersign::jwt;
use countersign::key::{SigningKey, VerifyingKey};
use countersign::secret::PlainToken;
use countersign::token::{AccessToken, TokenPolicy};
use countersign::user::User;

use super::fixture;
use crate::failure::{Failure, Result};

pub(crate) struct Verifier {
    verifier: jwt::Verifier,
    policy: TokenPolicy,
}

impl Verifier {
    pub(crate) fn new(key: VerifyingKey) -> Self {
        let policy = fixture::policy();
        Self { verifier: jwt::Verifier::new(key, policy.validation.clone()), policy }
    }

    /// From the text to an access token with its claims: signature, `exp`, `nbf`, `iat`, type and id are looked at.
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<AccessToken> {
        Ok(AccessToken::from_claims(self.verifier.verify(token, now)?, &self.policy)?)
    }
}

pub(crate) struct Issuer {
    key: SigningKey,
    policy: TokenPolicy,
    user: User,
}

impl Issuer {
    pub(crate) fn new(key: SigningKey) -> Self {
        Self { key, policy: fixture::policy(), user: fixture::user() }
    }

    /// An access token made at login: a random id, `exp` and `iat`, the user's id, signed.
    pub(crate) fn make(&self, now: Timestamp) -> Result<PlainToken> {
        let token = AccessToken::for_user(&self.policy, &self.user, now, &SystemEntropy);
        let token = token.ok_or_else(|| Failure::new("the user has no id"))?;
        Ok(jwt::sign(&token.to_be_signed(&self.policy), &self.key, None)?)
    }
}
