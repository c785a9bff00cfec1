//! Tokens alone: to make them, sign them and verify them takes keys and a policy, and neither a store nor a runtime.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::claims::Claims;
use crate::clock::{Clock, SystemClock};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::{Error, ErrorKind};
use crate::jwt::{SeenTokens, TokenError, sign};
use crate::key::KeyRing;
use crate::secret::PlainToken;
use crate::token::{AccessToken, Kind, RefreshToken, Token, TokenPolicy};
use crate::user::UserKey;

/// Makes, signs and verifies tokens. Threads share it by reference.
///
/// It knows no users and no blacklist: a token is good until it expires. Where tokens must die earlier, an
/// [`Authority`](crate::authority::Authority) decides.
///
/// ```
/// use countersign::claims::Claims;
/// use countersign::key::{Algorithm, SigningKey};
/// use countersign::secret::SigningSecret;
/// use countersign::token::{Access, Refresh, Tokens};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Member {
///     roles: Vec<String>,
/// }
///
/// let key = SigningKey::load(Algorithm::Hs256, &SigningSecret::new("a secret of thirty-two bytes, or more"))?;
/// let tokens = Tokens::new(key);
///
/// let refresh = tokens.issue_with::<Refresh>(7, &Member { roles: vec!["admin".into()] })?;
/// let access = tokens.sign(&tokens.access(&refresh))?;
///
/// let token = tokens.verify::<Access>(access.expose())?;
/// let member: Member = token.claims().to()?;
/// assert_eq!(token.claims().text("user_id")?.as_deref(), Some("7"));
/// assert_eq!(member.roles, ["admin"]);
/// assert!(tokens.verify::<Refresh>(access.expose()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Tokens {
    ring: KeyRing,
    policy: TokenPolicy,
    seen: SeenTokens,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Tokens {
    /// Tokens of these keys, as SimpleJWT makes them by default. With a [`VerifyingKey`](crate::key::VerifyingKey) alone, nothing
    /// is signed.
    pub fn new(keys: impl Into<KeyRing>) -> Self {
        let ring = keys.into();
        Self {
            seen: SeenTokens::of(&ring),
            ring,
            policy: TokenPolicy::default(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
        }
    }

    /// How tokens look and how long they live.
    #[must_use]
    pub fn policy(mut self, policy: TokenPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Another source of randomness than the system's.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = entropy;
        self
    }

    /// A new token for whoever has this id.
    pub fn issue<K: Kind>(&self, user: impl Into<UserKey>) -> Token<K> {
        Token::for_key(&self.policy, user.into(), self.clock.now(), &*self.entropy)
    }

    /// A new token that says more: a struct or a map, each of whose fields is a claim.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Claims`] for something that is no JSON object, or that names a claim which the policy
    /// [owns](TokenPolicy::owns_claim).
    pub fn issue_with<K: Kind>(
        &self,
        user: impl Into<UserKey>,
        more: &impl Serialize,
    ) -> Result<Token<K>, Error> {
        let more = Claims::of(more).map_err(|error| Error::with_source(ErrorKind::Claims, error))?;
        if let Some((name, _)) = more.iter().find(|(name, _)| self.policy.owns_claim(name)) {
            let why = format!("the claim {name:?} is the token's own: give it another name");
            return Err(Error::with_source(ErrorKind::Claims, why));
        }
        let mut token = self.issue(user);
        token.amend(|claims| more.iter().for_each(|(name, json)| claims.set_raw(name, json)));
        Ok(token)
    }

    /// The access token that a refresh token buys.
    pub fn access(&self, refresh: &RefreshToken) -> AccessToken {
        refresh.access_token(&self.policy, self.clock.now(), &*self.entropy)
    }

    /// The token as text.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoSigningKey`] where the keys only verify.
    pub fn sign<K: Kind>(&self, token: &Token<K>) -> Result<PlainToken, Error> {
        let (key, kid) = self.ring.signs_with().ok_or_else(|| Error::new(ErrorKind::NoSigningKey))?;
        let signed = sign(&token.to_be_signed(&self.policy), key, kid);
        signed.map_err(|error| Error::with_source(ErrorKind::Signing, error))
    }

    /// A genuine token of the kind `K`, in time.
    ///
    /// # Errors
    ///
    /// [`TokenError::Expired`] when all that is wrong up to there is `exp`; else what is wrong with it.
    pub fn verify<K: Kind>(&self, token: &str) -> Result<Token<K>, TokenError> {
        let validation = &self.policy.validation;
        let claims = self.seen.verify_by_ring(token, &self.ring, validation, self.clock.now())?;
        Token::from_claims(claims, &self.policy)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("ring", &self.ring)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, Span, Timestamp};
    use crate::entropy::SeededEntropy;
    use crate::jwt::Invalid;
    use crate::key::{Algorithm, SigningKey};
    use crate::secret::SigningSecret;
    use crate::token::{Access, Refresh, Sliding, Untyped};

    fn key() -> SigningKey {
        SigningKey::load(Algorithm::Hs256, &SigningSecret::new("s".repeat(32))).unwrap()
    }

    fn tokens(clock: &Arc<ManualClock>) -> Tokens {
        Tokens::new(key()).clock(clock.clone()).entropy(Arc::new(SeededEntropy::new(7)))
    }

    fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::at(Timestamp::from_secs(1_700_000_000)))
    }

    #[test]
    fn what_is_issued_is_verified_as_its_own_kind_until_it_expires() {
        let clock = clock();
        let tokens = tokens(&clock);
        let access = tokens.sign(&tokens.issue::<Access>(7)).unwrap();
        let access = access.expose();
        assert_eq!(tokens.verify::<Access>(access).unwrap().claims().raw("user_id"), Some("\"7\""));
        assert!(tokens.verify::<Untyped>(access).is_ok());
        assert_eq!(tokens.verify::<Refresh>(access).err(), Some(TokenError::WrongType));
        assert_eq!(tokens.verify::<Sliding>(access).err(), Some(TokenError::WrongType));
        clock.advance(Span::from_mins(5));
        assert_eq!(tokens.verify::<Access>(access).err(), Some(TokenError::Expired));
    }

    #[test]
    fn an_access_token_says_what_the_refresh_token_said() {
        let tokens = tokens(&clock());
        let refresh = tokens.issue_with::<Refresh>("ada", &serde_json::json!({"roles": ["admin"]})).unwrap();
        let access = tokens.sign(&tokens.access(&refresh)).unwrap();
        let access = tokens.verify::<Access>(access.expose()).unwrap();
        assert_eq!(access.claims().raw("roles"), Some(r#"["admin"]"#));
        assert_eq!(access.claims().raw("user_id"), Some(r#""ada""#));
        assert_ne!(access.id(), refresh.id());
    }

    #[test]
    fn a_tokens_own_claims_cannot_be_given() {
        let tokens = tokens(&clock());
        for name in ["exp", "jti", "token_type", "user_id", "iat", "aud", "iss", "nbf"] {
            let error = tokens.issue_with::<Access>(7, &serde_json::json!({ name: 1 })).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Claims, "{name}");
        }
        assert_eq!(tokens.issue_with::<Access>(7, &"text").unwrap_err().kind(), ErrorKind::Claims);
    }

    #[test]
    fn a_public_key_alone_signs_nothing() {
        let clock = clock();
        let signed = tokens(&clock).sign(&tokens(&clock).issue::<Access>(7)).unwrap();
        let reading = Tokens::new(key().verifying_key()).clock(clock);
        assert!(reading.verify::<Access>(signed.expose()).is_ok());
        let refused = reading.sign(&reading.issue::<Access>(7)).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NoSigningKey);
        let forged = format!("{}x", signed.expose());
        assert!(matches!(
            reading.verify::<Access>(&forged).err(),
            Some(TokenError::Invalid(Invalid::Base64 | Invalid::Signature))
        ));
    }

    #[test]
    fn what_is_shown_of_them_is_no_secret() {
        let shown = format!("{:?}", Tokens::new(KeyRing::named("2026", key())));
        assert!(shown.contains("2026") && !shown.contains("sss"), "{shown}");
    }
}
