//! What others may want to know of a login.

use crate::authority::{Authority, Credentials, Failure};
use crate::clock::Timestamp;
use crate::store::Store;
use crate::user::User;

/// Somebody logged in, or could not. There is never a password in it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum LoginEvent<'a> {
    /// `ON_LOGIN_FAILED`: no such user, another password, or not let in.
    Failed {
        /// The name that was tried, as it was sent: of any length, and perhaps nobody's.
        username: &'a str,
        /// When.
        at: Timestamp,
    },
    /// `ON_LOGIN_SUCCESS`: the tokens are made, and given out after this.
    Succeeded {
        /// Who.
        user: &'a User,
        /// When.
        at: Timestamp,
    },
}

/// `ON_LOGIN_SUCCESS` and `ON_LOGIN_FAILED`: who is told of logins. A closure will do.
///
/// The login waits for it, so what takes time is begun here and done elsewhere. `last_login` is written by
/// [`update_last_login`](super::Rules::update_last_login), beside it. DIFFERENCE: in `SimpleJWT` a callable of
/// one's own takes the place of the one that writes `last_login`.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use countersign::authority::{LoginEvent, Rules};
///
/// let failures = Arc::new(AtomicU32::new(0));
/// let counted = Arc::clone(&failures);
/// let mut rules = Rules::default();
/// rules.login_listener = Arc::new(move |event: LoginEvent<'_>| {
///     if let LoginEvent::Failed { .. } = event {
///         counted.fetch_add(1, Ordering::Relaxed);
///     }
/// });
/// ```
pub trait LoginListener: Send + Sync {
    /// A login has ended one way or the other. One that could not be decided tells nobody.
    fn notice(&self, event: LoginEvent<'_>);
}

impl<F: Fn(LoginEvent<'_>) + Send + Sync> LoginListener for F {
    fn notice(&self, event: LoginEvent<'_>) {
        self(event);
    }
}

/// `SimpleJWT`'s `default_on_login_success` and `default_on_login_failed`, beside
/// [`update_last_login`](super::Rules::update_last_login): nobody is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct NobodyListens;

impl LoginListener for NobodyListens {
    fn notice(&self, _: LoginEvent<'_>) {}
}

impl<S: Store> Authority<S> {
    /// Who logs in; a refusal is told to whoever listens.
    pub(super) async fn watched_log_in(
        &self,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<User, Failure> {
        let user = self.log_in(credentials).await;
        if let Err(Failure::Refused(_)) = &user {
            let event = LoginEvent::Failed { username: &credentials.username, at: now };
            self.parts.rules.login_listener.notice(event);
        }
        user
    }

    /// Tells whoever listens that somebody's tokens are made.
    pub(super) fn announce_login(&self, user: &User, now: Timestamp) {
        self.parts.rules.login_listener.notice(LoginEvent::Succeeded { user, at: now });
    }
}
