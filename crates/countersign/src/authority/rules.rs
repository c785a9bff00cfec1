//! What an authority asks of users and does with tokens: the settings of `SIMPLE_JWT` beyond the token itself.

use std::fmt;
use std::num::NonZeroU8;
use std::sync::Arc;

use crate::authority::{
    AfterLifetime, BuiltInPayload, CustomClaims, DjangoJsonEncoder, JsonEncoder, LoginListener,
    NobodyListens, PayloadReader, PayloadWriter, RefreshExpiry, RefreshGrant,
};
use crate::clock::{Span, Timestamp};
use crate::secret::PlainToken;
use crate::store::SessionRules;
use crate::throttle::{NobodyIsThrottled, Throttle};
use crate::token::{Kind, SESSION_CLAIM, TokenKind};
use crate::user::User;

/// The rules of one authority. The default is SimpleJWT's, without the `token_blacklist` app.
#[derive(Clone)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Rules {
    /// `ROTATE_REFRESH_TOKENS` and `BLACKLIST_AFTER_ROTATION`, as far as they concern a refresh.
    pub rotation: Rotation,
    /// `reuse_detection`: refresh tokens belong to sessions, and one that is used again revokes its session. It needs
    /// [`Rotation::OnWithBlacklist`], the ledger, and a store that keeps sessions.
    pub sessions: Option<SessionRules>,
    /// Whether the `token_blacklist` app is installed: tokens are recorded, and blacklisted ones refused.
    pub ledger: bool,
    /// Whether verification asks the blacklist too: `BLACKLIST_AFTER_ROTATION`, whether or not tokens rotate.
    pub verify_asks_blacklist: bool,
    /// Whether an access token is good only while neither it is on the blacklist nor its session, where it says one,
    /// revoked. Otherwise it lives until it expires, whatever is revoked. It needs the ledger.
    pub access_tokens_ask_blacklist: bool,
    /// `UPDATE_LAST_LOGIN`.
    pub update_last_login: bool,
    /// Whether users that are not active may log in (`AllowAllUsersModelBackend`), if the rule lets them.
    pub inactive_users_may_log_in: bool,
    /// `CHECK_USER_IS_ACTIVE`, where a token proves authentication.
    pub check_user_is_active: bool,
    /// Whether a token is good only while its user may log in: whatever it is presented for, its user is looked for,
    /// and [`authentication_rule`](Self::authentication_rule) asked.
    pub tokens_ask_for_user: bool,
    /// Whether a login tells all there is about the user, what [`Users::relations`](crate::store::Users::relations)
    /// says too.
    pub logins_tell_relations: bool,
    /// `USER_AUTHENTICATION_RULE`, at login and refresh.
    pub authentication_rule: Arc<dyn AuthenticationRule>,
    /// `AUTH_TOKEN_CLASSES`: the kinds that prove authentication, in the order in which they are tried.
    pub auth_tokens: Vec<TokenKind>,
    /// Whether the token's word is enough, and no user is loaded (`JWTStatelessUserAuthentication`).
    pub stateless: bool,
    /// Whether a `USER_ID_CLAIM` that Python takes for false (`""`, `0`, `null`) is none at all, as in the GraphQL
    /// JWT, or names somebody who is not found.
    pub empty_user_claim_is_none: bool,
    /// `JWT_ALLOW_REFRESH` and `JWT_LONG_RUNNING_REFRESH_TOKEN`: what buys the next token that [`issue`] gave.
    ///
    /// [`issue`]: super::Authority::issue
    pub renewal: Renewal,
    /// `JWT_REFRESH_EXPIRED_HANDLER`: when a long-running refresh token is good no more.
    pub refresh_expiry: Arc<dyn RefreshExpiry>,
    /// `JWT_PAYLOAD_HANDLER`: what a token says that [`issue`](super::Authority::issue) or
    /// [`renew`](super::Authority::renew) gives.
    pub payload_writer: Arc<dyn PayloadWriter>,
    /// `JWT_PAYLOAD_GET_USERNAME_HANDLER`: whose a token is, by its verified payload.
    pub payload_reader: Arc<dyn PayloadReader>,
    /// Claims of one's own, at login and refresh: what the serializers and schemas of one's own add.
    pub custom_claims: Option<Arc<dyn CustomClaims>>,
    /// `JSON_ENCODER`, for custom claims.
    pub json_encoder: Arc<dyn JsonEncoder>,
    /// `ON_LOGIN_SUCCESS` and `ON_LOGIN_FAILED`.
    pub login_listener: Arc<dyn LoginListener>,
    /// Who has guessed too often. The authorities of several families share one, and it counts for all of them.
    pub throttle: Arc<dyn Throttle>,
}

impl Rules {
    /// What a new service should have: a refresh token is good once and is blacklisted then, logins are sessions, and a
    /// token that comes again revokes its own. Logging out ends a session.
    pub fn rotating() -> Self {
        Self {
            rotation: Rotation::OnWithBlacklist,
            sessions: Some(SessionRules::default()),
            ledger: true,
            verify_asks_blacklist: true,
            ..Self::default()
        }
    }

    /// Whether tokens of this kind belong to sessions.
    pub(super) fn keeps_session<K: Kind>(&self) -> bool {
        self.sessions.is_some() && K::KIND == TokenKind::Refresh
    }

    /// Whether tokens need the claim of this name because of these rules, beside those that their policy
    /// [owns](crate::token::TokenPolicy::owns_claim).
    pub fn owns_claim(&self, name: &str) -> bool {
        self.sessions.is_some() && name == SESSION_CLAIM
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            rotation: Rotation::Off,
            sessions: None,
            ledger: false,
            verify_asks_blacklist: false,
            access_tokens_ask_blacklist: false,
            update_last_login: false,
            inactive_users_may_log_in: false,
            check_user_is_active: true,
            tokens_ask_for_user: false,
            logins_tell_relations: false,
            authentication_rule: Arc::new(ActiveUsers),
            auth_tokens: vec![TokenKind::Access],
            stateless: false,
            empty_user_claim_is_none: false,
            renewal: Renewal::ByAccessToken,
            refresh_expiry: Arc::new(AfterLifetime),
            payload_writer: Arc::new(BuiltInPayload),
            payload_reader: Arc::new(BuiltInPayload),
            custom_claims: None,
            json_encoder: Arc::new(DjangoJsonEncoder),
            login_listener: Arc::new(NobodyListens),
            throttle: Arc::new(NobodyIsThrottled),
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("rotation", &self.rotation)
            .field("sessions", &self.sessions)
            .field("ledger", &self.ledger)
            .field("auth_tokens", &self.auth_tokens)
            .finish_non_exhaustive()
    }
}

/// What happens to a refresh token that is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays good until it expires.
    Off,
    /// A new one is given out; the old one stays good.
    On,
    /// A new one is given out and the old one is blacklisted, in one step that exactly one caller wins.
    OnWithBlacklist,
}

/// What renews an access token that [`issue`](super::Authority::issue) gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The access token itself, for as long as it is good.
    ByAccessToken,
    /// A long-running refresh token, given out beside it and kept in the store.
    ByRefreshToken(RefreshTokenRules),
    /// Nothing.
    Off {
        /// Whether long-running refresh tokens from before may be revoked.
        revocable: bool,
    },
}

/// How long-running refresh tokens are made, and how long they live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshTokenRules {
    /// `JWT_REFRESH_EXPIRATION_DELTA`: from being made, or replaced, to the last second it is good in.
    pub lifetime: Span,
    /// `JWT_REFRESH_TOKEN_N_BYTES`: how many random bytes a token is, each two characters;
    /// [`MAX_BYTES`](Self::MAX_BYTES) at most.
    pub bytes: NonZeroU8,
    /// `JWT_REUSE_REFRESH_TOKENS`: whether a token that is used is replaced by a new one.
    pub reuse: bool,
}

impl RefreshTokenRules {
    /// The column holds 255 characters.
    pub const MAX_BYTES: u8 = 127;

    pub(super) fn grant(&self, token: PlainToken, created_at: Timestamp) -> RefreshGrant {
        let issued_at = Timestamp::from_secs(created_at.as_secs());
        let lifetime = Span::from_secs(self.lifetime.as_micros() / 1_000_000);
        RefreshGrant { token, issued_at, expires_at: issued_at + lifetime }
    }
}

/// `USER_AUTHENTICATION_RULE`: who may have tokens. A closure will do.
///
/// ```
/// use std::sync::Arc;
///
/// use countersign::authority::Rules;
/// use countersign::user::{FieldValue, User};
///
/// let mut rules = Rules::default();
/// rules.authentication_rule = Arc::new(|user: &User| {
///     user.is_active && user.fields.get("is_staff") == Some(&FieldValue::Bool(true))
/// });
/// ```
pub trait AuthenticationRule: Send + Sync {
    /// Whether this user may log in and refresh.
    fn permits(&self, user: &User) -> bool;
}

impl<F: Fn(&User) -> bool + Send + Sync> AuthenticationRule for F {
    fn permits(&self, user: &User) -> bool {
        self(user)
    }
}

/// SimpleJWT's `default_user_authentication_rule` with `CHECK_USER_IS_ACTIVE` on.
#[derive(Clone, Copy, Debug, Default)]
pub struct ActiveUsers;

impl AuthenticationRule for ActiveUsers {
    fn permits(&self, user: &User) -> bool {
        user.is_active
    }
}
