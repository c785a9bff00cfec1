//! What an authority asks of users and does with tokens: the settings of `SIMPLE_JWT` beyond the token itself.

use std::fmt;
use std::sync::Arc;

use crate::token::TokenKind;
use crate::user::User;

/// The rules of one authority. The default is SimpleJWT's, without the `token_blacklist` app.
#[derive(Clone)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Rules {
    /// `ROTATE_REFRESH_TOKENS` and `BLACKLIST_AFTER_ROTATION`, as far as they concern a refresh.
    pub rotation: Rotation,
    /// Whether the `token_blacklist` app is installed: tokens are recorded, and blacklisted ones refused.
    pub ledger: bool,
    /// Whether verification asks the blacklist too: `BLACKLIST_AFTER_ROTATION`, whether or not tokens rotate.
    pub verify_asks_blacklist: bool,
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
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            rotation: Rotation::Off,
            ledger: false,
            verify_asks_blacklist: false,
            update_last_login: false,
            inactive_users_may_log_in: false,
            check_user_is_active: true,
            tokens_ask_for_user: false,
            logins_tell_relations: false,
            authentication_rule: Arc::new(ActiveUsers),
            auth_tokens: vec![TokenKind::Access],
            stateless: false,
        }
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("rotation", &self.rotation)
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

/// `USER_AUTHENTICATION_RULE`: who may have tokens. A closure will do.
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
