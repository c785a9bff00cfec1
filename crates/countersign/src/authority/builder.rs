//! Putting an authority together, and refusing what cannot work before the first request does.

use std::fmt;
use std::sync::Arc;

use crate::authority::{Authority, Client, Keys, Parts, RefreshTokenRules, Renewal, Rotation, Rules};
use crate::clock::{Clock, SystemClock};
use crate::entropy::{Entropy, SystemEntropy};
use crate::memory::MemoryStore;
use crate::password::HashingPool;
use crate::password::validation::PasswordValidators;
use crate::password_reset::PasswordResets;
use crate::store::Store;
use crate::token::TokenPolicy;

/// An [`Authority`] in the making.
pub struct AuthorityBuilder<S> {
    parts: Parts<S>,
}

impl Authority<MemoryStore> {
    /// An authority for tokens of somebody else, good on their own word ([`Rules::stateless`]): it knows no users, and
    /// nobody logs in.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use countersign::authority::{Authority, Keys, RemoteKeys};
    /// use countersign::token::TokenPolicy;
    ///
    /// fn authority(provider: Arc<dyn RemoteKeys>) -> Result<(), countersign::authority::AuthorityError> {
    ///     let policy = TokenPolicy::of_provider("https://tenant.eu.auth0.com/", "https://api.example.com");
    ///     let authority = Authority::stateless(Keys::remote(None, provider)).policy(policy).build()?;
    ///     # drop(authority);
    ///     Ok(())
    /// }
    /// ```
    pub fn stateless(keys: impl Into<Keys>) -> AuthorityBuilder<MemoryStore> {
        let rules = Rules { stateless: true, ..Rules::default() };
        Self::builder(MemoryStore::new(), keys, HashingPool::without_threads()).rules(rules)
    }
}

impl<S: Store> AuthorityBuilder<S> {
    pub(super) fn new(store: S, keys: Keys, passwords: HashingPool) -> Self {
        Self {
            parts: Parts {
                store,
                keys,
                policy: TokenPolicy::default(),
                rules: Rules::default(),
                passwords,
                validators: PasswordValidators::default(),
                resets: None,
                clock: Arc::new(SystemClock),
                entropy: Arc::new(SystemEntropy),
            },
        }
    }

    /// How tokens look.
    #[must_use]
    pub fn policy(mut self, policy: TokenPolicy) -> Self {
        self.parts.policy = policy;
        self
    }

    /// What is asked of users and done with tokens.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.parts.rules = rules;
        self
    }

    /// What a new password must be like; without it, anything goes.
    #[must_use]
    pub fn password_validators(mut self, validators: PasswordValidators) -> Self {
        self.parts.validators = validators;
        self
    }

    /// How links for a new password are made, checked and mailed. Without it nobody gets one, and none is good.
    #[must_use]
    pub fn password_resets(mut self, resets: PasswordResets) -> Self {
        self.parts.resets = Some(resets);
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.parts.clock = clock;
        self
    }

    /// Another source of randomness than the system's.
    #[must_use]
    pub fn entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.parts.entropy = entropy;
        self
    }

    /// The authority.
    ///
    /// # Errors
    ///
    /// When policy and rules contradict each other.
    pub fn build(self) -> Result<Authority<S>, AuthorityError> {
        let Parts { policy, rules, .. } = &self.parts;
        if rules.rotation == Rotation::OnWithBlacklist && !rules.ledger {
            return Err(AuthorityError::BlacklistWithoutLedger);
        }
        if rules.access_tokens_ask_blacklist && !rules.ledger {
            return Err(AuthorityError::AccessBlacklistWithoutLedger);
        }
        if rules.ledger && policy.jti_claim.is_none() {
            return Err(AuthorityError::LedgerWithoutId);
        }
        if rules.ledger && !policy.requires_exp {
            return Err(AuthorityError::LedgerWithoutExpiry);
        }
        if rules.sessions.is_some() && rules.rotation != Rotation::OnWithBlacklist {
            return Err(AuthorityError::SessionsWithoutRotation);
        }
        if let Renewal::ByRefreshToken(RefreshTokenRules { bytes, .. }) = rules.renewal
            && bytes.get() > RefreshTokenRules::MAX_BYTES
        {
            return Err(AuthorityError::RefreshTokenTooLong);
        }
        if rules.auth_tokens.is_empty() {
            return Err(AuthorityError::NoAuthTokens);
        }
        let custom = rules.custom_claims.iter().flat_map(|source| source.names());
        if custom.into_iter().any(|name| policy.owns_claim(name) || rules.owns_claim(name)) {
            return Err(AuthorityError::OwnClaimOverwritten);
        }
        Ok(Authority { parts: Arc::new(self.parts), client: Client::default() })
    }
}

/// Settings that contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthorityError {
    /// Access tokens shall be looked up in the blacklist, and there is none.
    AccessBlacklistWithoutLedger,
    /// Used refresh tokens shall be blacklisted, and there is no blacklist. SimpleJWT silently does nothing.
    BlacklistWithoutLedger,
    /// Tokens shall be recorded until they expire, and may have no `exp`.
    LedgerWithoutExpiry,
    /// Tokens shall be recorded, and have no id to be known by.
    LedgerWithoutId,
    /// No kind of token proves authentication.
    NoAuthTokens,
    /// A custom claim has the name of one that the token needs for itself.
    OwnClaimOverwritten,
    /// Refresh tokens would be longer than their column.
    RefreshTokenTooLong,
    /// Reuse of refresh tokens shall be detected, and a used one stays good.
    SessionsWithoutRotation,
}

impl fmt::Display for AuthorityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessBlacklistWithoutLedger => {
                "check_access_blacklist is on, but blacklist is off: revoked access tokens would stay good"
            }
            Self::BlacklistWithoutLedger => {
                "rotate_refresh_tokens and blacklist_after_rotation are on, but blacklist is off: \
                 used refresh tokens would stay good"
            }
            Self::LedgerWithoutExpiry => {
                "blacklist is on, but tokens need no exp: the blacklist keeps them until they expire"
            }
            Self::LedgerWithoutId => {
                "blacklist is on, but jti_claim is off: the blacklist knows tokens by their id"
            }
            Self::NoAuthTokens => "auth_token_classes is empty: nobody could authenticate",
            Self::OwnClaimOverwritten => {
                "a custom claim has the name of one of the token's own claims: give it another"
            }
            Self::RefreshTokenTooLong => {
                "refresh tokens of more than 127 bytes are more than the 255 characters that their column holds"
            }
            Self::SessionsWithoutRotation => {
                "reuse_detection is on, but a used refresh token stays good: turn rotate_refresh_tokens and \
                 blacklist_after_rotation on"
            }
        })
    }
}

impl std::error::Error for AuthorityError {}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;
    use crate::authority::Principal;
    use crate::claims::Claims;
    use crate::clock::{ManualClock, Timestamp};
    use crate::jwt::sign;
    use crate::key::{Algorithm, SigningKey};
    use crate::secret::SigningSecret;
    use crate::store::UserIdClaim;

    #[test]
    fn the_rules_for_a_new_service_do_not_contradict_each_other() {
        let authority = Authority::builder(MemoryStore::new(), key(), HashingPool::without_threads());
        assert!(authority.rules(Rules::rotating()).build().is_ok());
    }

    #[test]
    fn a_providers_token_is_good_for_its_audience_alone() {
        let authority = Authority::stateless(key())
            .policy(TokenPolicy::of_provider("https://id.example.com/", "shop"))
            .clock(Arc::new(ManualClock::at(Timestamp::from_secs(1_700_000_000))))
            .build()
            .unwrap();
        let authenticate = |claims: &str| {
            let token = sign(&Claims::parse(claims).unwrap(), &key(), None).unwrap();
            block_on(authority.authenticate(&token))
        };

        let good = r#"{"iss":"https://id.example.com/","aud":["shop","userinfo"],"sub":"auth0|ada","exp":1700000001}"#;
        let principal = authenticate(good).unwrap();
        assert!(
            matches!(principal, Principal::Claimed { id: UserIdClaim::Text(sub), .. } if sub == "auth0|ada")
        );
        for (said, instead) in [("shop", "bank"), ("id.", "ib."), ("00001", "00000"), ("sub", "bus")] {
            assert!(authenticate(&good.replace(said, instead)).is_err(), "{instead}");
        }
    }

    fn key() -> SigningKey {
        SigningKey::load(Algorithm::Hs256, &SigningSecret::new("a secret of thirty-two bytes or more"))
            .unwrap()
    }
}
