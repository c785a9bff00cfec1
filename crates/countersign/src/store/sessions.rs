//! Sessions: a login and everything that was refreshed from it.

use std::future::{Future, Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;

use crate::authority::Client;
use crate::clock::{Span, Timestamp};
use crate::secret::{PlainToken, StoredPassword};
use crate::store::{Claim, OutstandingToken, StoreError};
use crate::user::{User, UserKey};

/// Countersign's own table of sessions, beside the tables of `token_blacklist`.
///
/// A session is one row however often its token is refreshed: it knows which refresh token is the current one, which one
/// was there right before, and since when that one is consumed. Its id is the id of its first refresh token, and stands
/// in every later one, and in their access tokens, as the claim `sid`. Whoever else signs tokens with the same key (Django)
/// copies the claim when it rotates, so that its successors are known to belong to the session.
///
/// Each method is one transaction. Those that touch several rows take them in one order, so that they never wait for each
/// other in a circle: the user's row, the session's, the ledger's.
///
/// Every method has a default for a store that keeps no sessions: reading finds none, writing fails.
pub trait Sessions: Send + Sync {
    /// Records the first refresh token of a login, and its session: both or neither.
    ///
    /// Nothing is done for a user who is not any more as in [`NewSession::user`]: gone, deactivated, with another password.
    /// The user's row is locked until the session is there, so that whoever changes the password and revokes the sessions
    /// afterwards finds this one. Tells whether the session was begun.
    fn begin_session(
        &self,
        session: &NewSession<'_>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        let _ = session;
        none()
    }

    /// Consumes a refresh token for its successor, as the lineage allows. Of any number of callers with the same
    /// token exactly one gets [`Step::Advanced`].
    fn advance_session(
        &self,
        rotation: &Advance<'_>,
    ) -> impl Future<Output = Result<Step, StoreError>> + Send {
        let _ = rotation;
        none()
    }

    /// Puts a refresh token on the blacklist and revokes its session, if it has one of the same user. [`Claim::Lost`] means
    /// that the token was there already; nothing is changed then.
    fn end_session(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        let _ = (session, token, at);
        none()
    }

    /// The sessions of a user that are neither revoked nor expired with their last token, the one that was used last first.
    /// That a session lasts no longer than its [`SessionRules`] say is the caller's to see.
    fn sessions_of(
        &self,
        user: &UserKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Session>, StoreError>> + Send {
        let _ = (user, now);
        ready(Ok(Vec::new()))
    }

    /// Revokes a session of a user, and puts its current token on the blacklist. [`Claim::Lost`] means that the user has no
    /// such session, or that it was revoked before.
    fn revoke_session(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        let _ = (user, session, at);
        none()
    }

    /// Revokes every session of a user, and blacklists every outstanding token of theirs that has not expired, in a session
    /// or not: all but the session `keep` and its current token. Tells how many sessions and how many tokens they were.
    fn revoke_everything_of(
        &self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Revoked, StoreError>> + Send {
        let _ = (user, keep, at);
        none()
    }

    /// [`Users::replace_password`](crate::store::Users::replace_password) and, where it was replaced,
    /// [`revoke_everything_of`](Self::revoke_everything_of), both or neither. Tells whether it was replaced.
    fn replace_password_and_revoke(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
        keep: Option<&str>,
        at: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        let _ = (user, old, new, keep, at);
        none()
    }

    /// Whether a session was revoked; the answer may be as old as the store's own stated bound.
    fn is_session_revoked_allowing_stale(
        &self,
        session: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        let _ = session;
        ready(Ok(false))
    }
}

/// A login that begins.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Whose it is, as they were found when the password was verified.
    pub user: &'a User,
    /// The first refresh token: its `jti` is the session's id.
    pub token: &'a OutstandingToken<'a>,
    /// Who logs in.
    pub client: &'a Client,
}

/// A refresh token that is to be consumed for its successor.
#[derive(Clone, Debug)]
pub struct Advance<'a> {
    /// The session: the token's `sid`, or its own `jti` where it has none.
    pub session: &'a str,
    /// The token.
    pub presented: &'a OutstandingToken<'a>,
    /// When the token was made: its `iat`, or now where it says nothing.
    pub issued_at: Timestamp,
    /// What shall follow it; its `sid` is [`session`](Self::session).
    pub successor: &'a OutstandingToken<'a>,
    /// Whose it is, as they were found when they were let in.
    pub user: &'a User,
    /// Who asks.
    pub client: &'a Client,
    /// Now.
    pub at: Timestamp,
    /// What the session's lineage allows.
    pub rules: &'a SessionRules,
}

/// How long sessions last, and how long a lost answer can be asked for again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRules {
    /// `reuse_grace`: for how long after it was consumed a token, if it is the immediate parent of the current one, gets that
    /// same successor once more.
    pub reuse_grace: Span,
    /// `session_lifetime`: from the login to the end, however often it is refreshed.
    pub lifetime: Option<Span>,
    /// `session_idle`: from the last refresh to the end.
    pub idle: Option<Span>,
}

impl Default for SessionRules {
    /// A lost answer can be asked for again for ten seconds; a session ends with its tokens.
    fn default() -> Self {
        Self { reuse_grace: Span::from_secs(10), lifetime: None, idle: None }
    }
}

/// What became of a token that was presented to be consumed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Step {
    /// It is consumed, and the successor is the session's current token.
    Advanced,
    /// The session is over: it has lasted its whole lifetime, or was idle for too long.
    Expired,
    /// It was consumed just before, and this is the successor that it has.
    Repeated(PlainToken),
    /// It was consumed before, by somebody else than who holds the current token: the session is revoked, since
    /// nobody can tell which of them is the thief.
    Reused,
    /// It is on the blacklist, or its session is revoked.
    Revoked,
    /// The user is not any more as they were found: look again.
    UserChanged,
}

/// A session, as its user is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id: the `jti` of its first refresh token.
    pub id: String,
    /// How often it was refreshed.
    pub generation: u64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was refreshed for the last time, or began.
    pub last_used_at: Timestamp,
    /// When its current token expires.
    pub expires_at: Timestamp,
    /// From where it was used the last time.
    pub address: Option<IpAddr>,
    /// What the program called itself that used it the last time: its first 255 characters.
    pub user_agent: Option<String>,
}

/// What was revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Revoked {
    /// How many sessions.
    pub sessions: u64,
    /// How many outstanding tokens.
    pub tokens: u64,
}

fn none<T>() -> Ready<Result<T, StoreError>> {
    ready(Err(StoreError::inconsistent("this store keeps no sessions")))
}

impl<S: Sessions + ?Sized> Sessions for Arc<S> {
    fn begin_session(
        &self,
        session: &NewSession<'_>,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).begin_session(session)
    }

    fn advance_session(
        &self,
        rotation: &Advance<'_>,
    ) -> impl Future<Output = Result<Step, StoreError>> + Send {
        (**self).advance_session(rotation)
    }

    fn end_session(
        &self,
        session: &str,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        (**self).end_session(session, token, at)
    }

    fn sessions_of(
        &self,
        user: &UserKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Session>, StoreError>> + Send {
        (**self).sessions_of(user, now)
    }

    fn revoke_session(
        &self,
        user: &UserKey,
        session: &str,
        at: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        (**self).revoke_session(user, session, at)
    }

    fn revoke_everything_of(
        &self,
        user: &UserKey,
        keep: Option<&str>,
        at: Timestamp,
    ) -> impl Future<Output = Result<Revoked, StoreError>> + Send {
        (**self).revoke_everything_of(user, keep, at)
    }

    fn replace_password_and_revoke(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
        keep: Option<&str>,
        at: Timestamp,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).replace_password_and_revoke(user, old, new, keep, at)
    }

    fn is_session_revoked_allowing_stale(
        &self,
        session: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        (**self).is_session_revoked_allowing_stale(session)
    }
}
