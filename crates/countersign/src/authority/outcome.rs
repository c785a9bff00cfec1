//! What goes into the authority and what comes out of it.

use std::fmt;
use std::time::Duration;

use crate::authority::{Credentials, LogOutScope, OwnSession, PasswordChange, PasswordReset};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind};
use crate::jwt::TokenError;
use crate::password::Busy;
use crate::password::validation::PasswordIssue;
use crate::secret::PlainToken;
use crate::store::{StoreError, UserIdClaim};
use crate::throttle::Throttled;
use crate::token::{TokenKind, UntypedToken};
use crate::user::{Relations, User};

/// One request, as every dialect can say it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Command {
    /// Decide a command of somebody who must be known, but need not be who the command is about.
    As {
        /// A token of one of the kinds in [`Rules::auth_tokens`](super::Rules::auth_tokens).
        bearer: PlainToken,
        /// What to decide once that one is good: its outcome is the outcome.
        then: Box<Command>,
    },
    /// Who is it that presents this token?
    Authenticate {
        /// A token of one of the kinds in [`Rules::auth_tokens`](super::Rules::auth_tokens).
        token: PlainToken,
    },
    /// Log out: this refresh token shall be good no more.
    Blacklist {
        /// The refresh token.
        refresh: PlainToken,
    },
    /// Change one's own password.
    ChangePassword {
        /// A token of one of the kinds in [`Rules::auth_tokens`](super::Rules::auth_tokens).
        bearer: PlainToken,
        /// Whose password, and which.
        change: PasswordChange,
    },
    /// Set the password of the user whom a mailed link names.
    ConfirmPasswordReset(PasswordReset),
    /// Who is it that presents this token, and what do other tables say of them?
    Describe {
        /// A token of one of the kinds in [`Rules::auth_tokens`](super::Rules::auth_tokens).
        token: PlainToken,
    },
    /// Where is one logged in?
    ListSessions {
        /// A token of one of the kinds in [`Rules::auth_tokens`](super::Rules::auth_tokens).
        bearer: PlainToken,
    },
    /// Log out here, elsewhere, or everywhere.
    LogOut {
        /// A token of one of the kinds in [`Rules::auth_tokens`](super::Rules::auth_tokens).
        bearer: PlainToken,
        /// What to end.
        scope: LogOutScope,
    },
    /// Log in for a refresh and an access token.
    ObtainPair(Credentials),
    /// Log in for a sliding token.
    ObtainSliding(Credentials),
    /// Buy an access token.
    Refresh {
        /// The refresh token.
        refresh: PlainToken,
    },
    /// Renew a sliding token.
    RefreshSliding {
        /// The sliding token.
        token: PlainToken,
    },
    /// Mail a link for a new password to whoever has this address.
    RequestPasswordReset {
        /// The address, as somebody wrote it.
        email: String,
    },
    /// End a session of one's own.
    RevokeSession {
        /// A token of one of the kinds in [`Rules::auth_tokens`](super::Rules::auth_tokens).
        bearer: PlainToken,
        /// The session's id, as the client says it.
        session: String,
    },
    /// Is this token, of whatever type, genuine and in time?
    Verify {
        /// The token.
        token: PlainToken,
    },
}

/// The answer yes.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// To [`Command::Authenticate`].
    Authenticated(Principal),
    /// To [`Command::Blacklist`].
    Blacklisted,
    /// To [`Command::Describe`].
    Described(Principal, Relations),
    /// To [`Command::LogOut`].
    LoggedOut,
    /// To [`Command::ObtainPair`].
    Pair(TokenPair),
    /// To [`Command::ChangePassword`] and to [`Command::ConfirmPasswordReset`].
    PasswordChanged,
    /// To [`Command::RequestPasswordReset`], whether or not anybody has the address.
    PasswordResetRequested,
    /// To [`Command::Refresh`].
    Refreshed(Refreshed),
    /// To [`Command::RevokeSession`].
    SessionRevoked,
    /// To [`Command::ListSessions`].
    Sessions(Vec<OwnSession>),
    /// To [`Command::ObtainSliding`].
    Sliding(SlidingLogin),
    /// To [`Command::RefreshSliding`].
    SlidingRenewed(PlainToken),
    /// To [`Command::Verify`].
    Verified,
}

/// What a login gives.
#[derive(Debug)]
pub struct TokenPair {
    /// Who has logged in.
    pub user: Box<User>,
    /// What other tables say of them, where [`Rules::logins_tell_relations`](super::Rules::logins_tell_relations) is on.
    pub relations: Relations,
    /// For the protected routes.
    pub access: PlainToken,
    /// For the next access token.
    pub refresh: PlainToken,
}

/// What a login for a sliding token gives.
#[derive(Debug)]
pub struct SlidingLogin {
    /// Who has logged in.
    pub user: Box<User>,
    /// For the protected routes, and for its own renewal.
    pub token: PlainToken,
}

/// What a refresh gives.
#[derive(Debug)]
pub struct Refreshed {
    /// For the protected routes.
    pub access: PlainToken,
    /// The successor of the presented token, where tokens are rotated.
    pub refresh: Option<PlainToken>,
}

/// What [`issue`](crate::authority::Authority::issue) and [`renew`](crate::authority::Authority::renew) give.
#[derive(Debug)]
pub struct Grant {
    /// Whose it is.
    pub user: Box<User>,
    /// For the protected routes.
    pub access: PlainToken,
    /// For the next access token, where that takes a [long-running refresh token](super::Renewal::ByRefreshToken).
    pub refresh: Option<RefreshGrant>,
}

/// A long-running refresh token.
#[derive(Debug)]
pub struct RefreshGrant {
    /// The token: random bytes as hex.
    pub token: PlainToken,
    /// When it was made, in whole seconds.
    pub issued_at: Timestamp,
    /// The last second in which it is good.
    pub expires_at: Timestamp,
}

/// Who it is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Principal {
    /// Whoever the token says: no user was loaded (`JWTStatelessUserAuthentication`).
    Claimed {
        /// `USER_ID_CLAIM`, as the token says it.
        id: UserIdClaim<'static>,
        /// The token, for what else it says.
        token: UntypedToken,
    },
    /// A user of the store.
    User(Box<User>),
}

/// No answer yes.
#[derive(Debug)]
pub enum Failure {
    /// The answer is no.
    Refused(Refusal),
    /// There is no answer: something that is needed for one does not work.
    Undecided(Error),
}

/// The answer no: the client's own doing, and safe to tell it.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The token of a reset link is not the user's, was used, or is too old.
    InvalidResetToken,
    /// No user with this name, or not this password, or not allowed to log in: nobody is told which.
    NoActiveAccount,
    /// The user of this token is gone, or not allowed in any more.
    NoActiveAccountForToken,
    /// The token says no session that could end, or be the one that stays.
    NoSession,
    /// The token is of none of the kinds that prove authentication here: one attempt for each.
    NoTokenTypeFits(Vec<Attempt>),
    /// The token says nothing about whose it is.
    NoUserClaim,
    /// The password was changed after the token was issued (`CHECK_REVOKE_TOKEN`).
    PasswordChanged,
    /// The long-running refresh token is older than its lifetime.
    RefreshTokenExpired,
    /// Access tokens are not renewed here, or not by what was presented (`JWT_ALLOW_REFRESH`).
    RenewalNotSupported,
    /// Tokens belong to no sessions here.
    SessionsNotKept,
    /// This has been tried too often, so nobody has looked whether it would be right this time.
    Throttled(Throttled),
    /// The token itself is not good.
    Token(TokenError),
    /// The uid of a reset link names nobody.
    UnknownResetUser,
    /// No such long-running refresh token, or it was replaced or revoked.
    UnknownRefreshToken,
    /// No live session of this user's has this id.
    UnknownSession,
    /// The user of this token may not log in any more (`CHECK_USER_IS_ACTIVE`).
    UserInactive,
    /// There is no user like the token's.
    UserNotFound,
    /// The new password breaks these rules (`AUTH_PASSWORD_VALIDATORS`): one issue for each, in their order.
    WeakPassword(Vec<PasswordIssue>),
}

impl Refusal {
    /// What is wrong with the token itself, if that is it; as the first kind it was taken for, where it fits none.
    pub fn token_error(&self) -> Option<&TokenError> {
        match self {
            Self::NoTokenTypeFits(attempts) => attempts.first().map(|attempt| &attempt.error),
            Self::Token(error) => Some(error),
            _ => None,
        }
    }
}

/// A token taken for one kind, and why it is not.
#[derive(Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The kind it was taken for.
    pub kind: TokenKind,
    /// Why it is not of that kind.
    pub error: TokenError,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidResetToken => f.write_str("the reset link is not good, or not any more"),
            Self::NoActiveAccount => f.write_str("no active account has these credentials"),
            Self::NoActiveAccountForToken => f.write_str("no active account belongs to the token"),
            Self::NoSession => f.write_str("the token belongs to no session"),
            Self::NoTokenTypeFits(attempts) => {
                f.write_str("the token is of no type that proves authentication here")?;
                attempts.iter().try_for_each(|attempt| write!(f, "; as {}: {}", attempt.kind, attempt.error))
            }
            Self::NoUserClaim => f.write_str("the token does not say whose it is"),
            Self::PasswordChanged => f.write_str("the password was changed after the token was issued"),
            Self::RefreshTokenExpired => f.write_str("the refresh token has expired"),
            Self::RenewalNotSupported => f.write_str("tokens are not renewed here"),
            Self::SessionsNotKept => f.write_str("no sessions are kept here"),
            Self::Throttled(throttled) => {
                write!(f, "this was tried too often, the next try is in {} s", throttled.whole_seconds())
            }
            Self::Token(error) => error.fmt(f),
            Self::UnknownResetUser => f.write_str("the reset link names no user"),
            Self::UnknownRefreshToken => f.write_str("there is no such refresh token"),
            Self::UnknownSession => f.write_str("the user has no such session"),
            Self::UserInactive => f.write_str("the token's user is inactive"),
            Self::UserNotFound => f.write_str("the token's user does not exist"),
            Self::WeakPassword(issues) => {
                f.write_str("the new password breaks the rules for passwords: ")?;
                let codes = issues.iter().enumerate();
                codes.into_iter().try_for_each(|(at, issue)| {
                    write!(f, "{}{}", if at == 0 { "" } else { ", " }, issue.code())
                })
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Undecided(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Undecided(error) => error.source(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        Self::Refused(Refusal::Token(error))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Undecided(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Undecided(error.into())
    }
}

impl From<Busy> for Failure {
    fn from(busy: Busy) -> Self {
        Self::Undecided(Error::new(ErrorKind::Busy { retry_after: whole_seconds(busy.retry_after()) }))
    }
}

fn whole_seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1)
}
