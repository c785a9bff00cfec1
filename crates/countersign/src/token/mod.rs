//! Tokens with a purpose: access, refresh, sliding, untyped.
//!
//! [`jwt`](crate::jwt) says whether a token is genuine and in time; a [`Token`] adds what SimpleJWT asks
//! beyond that: an `exp`, an id, the right type. Each kind is a type, so a refresh token cannot stand where an
//! access token must.

mod kind;
mod policy;
mod session;
mod tokens;

use std::borrow::Cow;
use std::marker::PhantomData;

use crate::claims::{Claims, Place};
use crate::clock::Timestamp;
use crate::entropy::{Entropy, uuid4_hex};
use crate::jwt::{Audience, Invalid, TokenError, Verified};
use crate::store::UserIdClaim;
use crate::user::{FieldValue, User, UserKey};
pub use kind::{Access, Kind, Refresh, Sliding, TokenKind, Untyped};
pub use policy::{RevokeClaim, TokenPolicy, UserIdForm};
pub use session::SESSION_CLAIM;
pub use tokens::Tokens;

/// Proves authentication for [`access_lifetime`](TokenPolicy::access_lifetime).
pub type AccessToken = Token<Access>;
/// Buys access tokens for [`refresh_lifetime`](TokenPolicy::refresh_lifetime).
pub type RefreshToken = Token<Refresh>;
/// Proves authentication, and renews itself.
pub type SlidingToken = Token<Sliding>;
/// A token of any type, for a look at its genuineness alone.
pub type UntypedToken = Token<Untyped>;

/// A token's id, by which the ledger knows it.
#[derive(Clone, Debug)]
enum TokenId {
    /// Of its own, because the claims spell it otherwise, or not at all.
    Apart(Box<str>),
    /// It stands in the claims as it reads.
    InClaims(Place),
}

impl TokenId {
    fn find(claims: &Claims, policy: &TokenPolicy) -> Result<Option<Self>, TokenError> {
        let Some(claim) = &policy.jti_claim else { return Ok(None) };
        if let Some(place) = claims.plain_text(claim) {
            return Ok(Some(Self::InClaims(place)));
        }
        let text = claims.text(claim).map_err(Invalid::from)?;
        Ok(text.map(|text| Self::Apart(text.into())))
    }

    /// Gives a token a new one.
    fn set(claims: &mut Claims, policy: &TokenPolicy, entropy: &dyn Entropy) -> Option<Self> {
        let claim = policy.jti_claim.as_deref()?;
        claims.set_text(claim, &uuid4_hex(entropy));
        claims.plain_text(claim).map(Self::InClaims)
    }
}

/// A genuine token of one kind: verified, or made here.
#[derive(Clone, Debug)]
pub struct Token<K> {
    claims: Verified<Claims>,
    id: Option<TokenId>,
    expires_at: Option<Timestamp>,
    kind: PhantomData<K>,
}

impl<K: Kind> Token<K> {
    /// Takes verified claims for a token of this kind.
    ///
    /// # Errors
    ///
    /// In SimpleJWT's order: no `exp`, no id, no type, the wrong type. DIFFERENCE: an id that is not a
    /// string is [`TokenError::Invalid`], where Django would look up what `str()` makes of it.
    pub fn from_claims(claims: Verified<Claims>, policy: &TokenPolicy) -> Result<Self, TokenError> {
        let expires_at = claims.date("exp").map_err(|_| Invalid::Date)?;
        if policy.requires_exp && expires_at.is_none() {
            return Err(TokenError::MissingClaim("exp".into()));
        }
        let id = TokenId::find(&claims, policy)?;
        if policy.jti_claim.is_some() && id.is_none() {
            return Err(TokenError::NoId);
        }
        if let (Some(claim), true) = (&policy.token_type_claim, K::KIND != TokenKind::Untyped) {
            let token_type = claims.raw(claim).ok_or(TokenError::NoType)?;
            if claims.text(claim).ok().flatten().as_deref() != Some(K::KIND.type_name()) {
                tracing::debug!(expected = %K::KIND, found = token_type, "a token is of another type");
                return Err(TokenError::WrongType);
            }
        }
        Ok(Self { claims, id, expires_at, kind: PhantomData })
    }

    /// The claims.
    pub fn claims(&self) -> &Verified<Claims> {
        &self.claims
    }

    /// The id, by which the ledger knows the token; `None` where the policy has no `JTI_CLAIM`.
    pub fn id(&self) -> Option<&str> {
        self.id.as_ref().map(|id| match id {
            TokenId::Apart(id) => &**id,
            TokenId::InClaims(place) => self.claims.at(*place),
        })
    }

    /// `exp`; `None` only where the policy does not [require](TokenPolicy::requires_exp) it.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Whose token it is: `USER_ID_CLAIM`, `None` where there is no such claim.
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] for a claim that is neither a string nor a whole number nor `null`.
    pub fn user_id(&self, policy: &TokenPolicy) -> Result<Option<UserIdClaim<'_>>, TokenError> {
        user_id_in(&self.claims, policy)
    }

    /// Whether the token was issued for the password that `user` has now; `true` where the policy has no
    /// [`revoke_claim`](TokenPolicy::revoke_claim).
    pub fn is_for_current_password(&self, user: &User, policy: &TokenPolicy) -> bool {
        let Some(revoke) = &policy.revoke_claim else { return true };
        let claim = self.claims.text(revoke.name()).ok().flatten();
        claim.is_some_and(|claim| revoke.matches(&claim, &user.password))
    }

    /// The same token, whatever it is for.
    pub fn untyped(self) -> UntypedToken {
        Token { claims: self.claims, id: self.id, expires_at: self.expires_at, kind: PhantomData }
    }

    /// The claims as they are signed: with the policy's audience and issuer.
    pub fn to_be_signed(&self, policy: &TokenPolicy) -> Cow<'_, Claims> {
        let mut claims = Cow::Borrowed(&*self.claims);
        match &policy.validation.audience {
            Some(Audience::One(audience)) => claims.to_mut().set("aud", audience),
            Some(Audience::Any(audiences)) => claims.to_mut().set("aud", audiences),
            None => {}
        }
        if let Some(issuer) = &policy.validation.issuer {
            claims.to_mut().set("iss", issuer);
        }
        claims
    }

    /// Changes the claims of a token that is about to be signed; none of those that the policy
    /// [owns](TokenPolicy::owns_claim).
    pub(crate) fn amend(&mut self, change: impl FnOnce(&mut Claims)) {
        let mut claims = Claims::clone(&self.claims);
        change(&mut claims);
        self.claims = Verified::issued(claims);
    }

    /// Puts a new token's type, `exp`, `iat` and id after what is there, in the order in which SimpleJWT writes
    /// them.
    fn blank(
        mut claims: Claims,
        policy: &TokenPolicy,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Claims, Option<TokenId>, Timestamp) {
        if let Some(claim) = &policy.token_type_claim {
            claims.set_text(claim, K::KIND.type_name());
        }
        let expires_at = whole_seconds(now + K::KIND.lifetime(policy));
        claims.set("exp", &expires_at.as_secs());
        if let Some(claim) = &policy.issued_at_claim {
            claims.set(claim, &now.as_secs());
        }
        let id = TokenId::set(&mut claims, policy, entropy);
        if K::KIND == TokenKind::Sliding {
            let renewable_until = now + policy.sliding_refresh_lifetime;
            claims.set(&policy.sliding_refresh_exp_claim, &renewable_until.as_secs());
        }
        (claims, id, expires_at)
    }

    fn issued((claims, id, expires_at): (Claims, Option<TokenId>, Timestamp)) -> Self {
        Self { claims: Verified::issued(claims), id, expires_at: Some(expires_at), kind: PhantomData }
    }

    /// A new token for a user; `None` when the user has no field [`user_id_field`](TokenPolicy::user_id_field).
    pub fn for_user(
        policy: &TokenPolicy,
        user: &User,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Option<Self> {
        let user_id = match (policy.user_id_field.as_str(), user.fields.get(&policy.user_id_field)) {
            (_, Some(field)) => Cow::Borrowed(field),
            ("pk", None) => Cow::Owned(user.key.clone().into()),
            _ => return None,
        };
        let (mut claims, id, expires_at) = Self::with_user_id(policy, &user_id, now, entropy);
        if let Some(revoke) = &policy.revoke_claim {
            claims.set_text(revoke.name(), &revoke.fingerprint(&user.password));
        }
        Some(Self::issued((claims, id, expires_at)))
    }

    /// A new token for whoever has this id, of whom no more is known: it says nothing of a password, so
    /// [`revoke_claim`](TokenPolicy::revoke_claim) is not in it.
    pub fn for_key(policy: &TokenPolicy, user: UserKey, now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self::issued(Self::with_user_id(policy, &user.into(), now, entropy))
    }

    fn with_user_id(
        policy: &TokenPolicy,
        user_id: &FieldValue,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Claims, Option<TokenId>, Timestamp) {
        let set_user_id = |claims: &mut Claims| match (policy.user_id_form, user_id) {
            (UserIdForm::Native, FieldValue::Int(int)) => claims.set(&policy.user_id_claim, int),
            _ => claims.set_text(&policy.user_id_claim, &user_id.to_string()),
        };
        let mut claims = Claims::with_room(ROOM_FOR_TEXT, ROOM_FOR_CLAIMS);
        if policy.user_id_first {
            set_user_id(&mut claims);
        }
        let (mut claims, id, expires_at) = Self::blank(claims, policy, now, entropy);
        if !policy.user_id_first {
            set_user_id(&mut claims);
        }
        (claims, id, expires_at)
    }
}

impl RefreshToken {
    /// The access token this token buys: a copy of every claim but type, `exp`, `iat` and id.
    pub fn access_token(&self, policy: &TokenPolicy, now: Timestamp, entropy: &dyn Entropy) -> AccessToken {
        let (text, count) = self.claims.room();
        let blank = Claims::with_room(text + ROOM_FOR_TEXT, count + 1);
        let (mut claims, id, expires_at) = AccessToken::blank(blank, policy, now, entropy);
        let own = [
            policy.token_type_claim.as_deref(),
            policy.jti_claim.as_deref(),
            Some("exp"),
            Some("jti"),
            policy.issued_at_claim.as_deref().filter(|_| !policy.access_keeps_iat),
        ];
        for (name, json) in self.claims.iter().filter(|(name, _)| !own.contains(&Some(name))) {
            claims.set_raw(name, json);
        }
        Token::issued((claims, id, expires_at))
    }

    /// The token that follows this one on rotation: a new id and new times, everything else as it was.
    #[must_use]
    pub fn successor(&self, policy: &TokenPolicy, now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut claims = Claims::clone(&self.claims);
        let id = TokenId::set(&mut claims, policy, entropy);
        let expires_at = whole_seconds(now + policy.refresh_lifetime);
        claims.set("exp", &expires_at.as_secs());
        if let Some(claim) = &policy.issued_at_claim {
            claims.set(claim, &now.as_secs());
        }
        Token::issued((claims, id, expires_at))
    }
}

impl SlidingToken {
    /// The same token with its life begun anew: the same id, the same end of renewal.
    ///
    /// # Errors
    ///
    /// When the time to renew has passed, or the token does not say when it does.
    pub fn renewed(&self, policy: &TokenPolicy, now: Timestamp) -> Result<Self, TokenError> {
        let claim = policy.sliding_refresh_exp_claim.as_str();
        let renewable_until = self.claims.date(claim).map_err(Invalid::from)?;
        let renewable_until = renewable_until.ok_or_else(|| TokenError::MissingClaim(claim.into()))?;
        if renewable_until <= now - policy.validation.leeway {
            return Err(TokenError::ClaimExpired(claim.into()));
        }
        let mut claims = Claims::clone(&self.claims);
        let expires_at = whole_seconds(now + policy.sliding_lifetime);
        claims.set("exp", &expires_at.as_secs());
        if let Some(claim) = &policy.issued_at_claim {
            claims.set(claim, &now.as_secs());
        }
        Ok(Token::issued((claims, self.id.clone(), expires_at)))
    }
}

impl TokenPolicy {
    /// The id in verified claims of any kind.
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] when it is not a string.
    pub fn id_of<'c>(&self, claims: &'c Verified<Claims>) -> Result<Option<Cow<'c, str>>, TokenError> {
        let Some(claim) = &self.jti_claim else { return Ok(None) };
        Ok(claims.text(claim).map_err(Invalid::from)?)
    }
}

/// Whose claims they are: [`Token::user_id`].
pub(crate) fn user_id_in<'a>(
    claims: &'a Verified<Claims>,
    policy: &TokenPolicy,
) -> Result<Option<UserIdClaim<'a>>, TokenError> {
    let claim = &policy.user_id_claim;
    let Some(raw) = claims.raw(claim) else { return Ok(None) };
    let number = raw.strip_prefix('-').unwrap_or(raw);
    if raw == "null" {
        Ok(Some(UserIdClaim::Null))
    } else if let Ok(int) = raw.parse() {
        Ok(Some(UserIdClaim::Int(int)))
    } else if number.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(Some(UserIdClaim::Text(raw.into())))
    } else {
        let text = claims.text(claim).map_err(Invalid::from)?;
        Ok(text.map(UserIdClaim::Text))
    }
}

/// What the claims of a new token take, so that they are not moved while they are set.
const ROOM_FOR_TEXT: usize = 256;
const ROOM_FOR_CLAIMS: usize = 8;

/// `exp` is a whole number of seconds, and the ledger's `expires_at` is what `exp` says.
fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_secs(time.as_secs())
}
