//! Login: credentials for tokens.

use crate::authority::{Authority, Failure, Refusal, SlidingLogin, TokenPair};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind};
use crate::password::Verification;
use crate::secret::{Password, PlainToken};
use crate::store::{Store, StoreError, UserLookup};
use crate::throttle::{Purpose, account};
use crate::token::{Kind, Refresh, Sliding, Token};
use crate::user::{Relations, User};

/// What a person logs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// `USERNAME_FIELD`'s value.
    pub username: String,
    /// The password.
    pub password: Password,
}

impl<S: Store> Authority<S> {
    /// Logs in for a refresh and an access token.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoActiveAccount`], after the time that one hash takes, for everybody who may not log in;
    /// [`Refusal::Throttled`] at once.
    pub async fn obtain_pair(&self, credentials: &Credentials) -> Result<TokenPair, Failure> {
        let now = self.now();
        let mut user = self.watched_log_in(credentials, now).await?;
        let (refresh, plain) = self.hand_out::<Refresh>(&mut user, now).await?;
        let access = self.sign(&refresh.access_token(&self.parts.policy, now, self.entropy()))?;
        let relations = if self.parts.rules.logins_tell_relations {
            self.parts.store.relations(&user.key).await?
        } else {
            Relations::default()
        };
        self.announce_login(&user, now);
        Ok(TokenPair { user: Box::new(user), relations, access, refresh: plain })
    }

    /// Logs in for a sliding token.
    ///
    /// # Errors
    ///
    /// As [`obtain_pair`](Self::obtain_pair).
    pub async fn obtain_sliding(&self, credentials: &Credentials) -> Result<SlidingLogin, Failure> {
        let now = self.now();
        let mut user = self.watched_log_in(credentials, now).await?;
        let (_, token) = self.hand_out::<Sliding>(&mut user, now).await?;
        self.announce_login(&user, now);
        Ok(SlidingLogin { user: Box::new(user), token })
    }

    /// Django's `authenticate()`, and the rule after it. Everybody who is refused has cost one hash, or has been
    /// refused too often.
    pub(super) async fn log_in(&self, credentials: &Credentials, now: Timestamp) -> Result<User, Failure> {
        let username = &credentials.username;
        self.throttled(Purpose::Login, username, now, self.find_and_verify(credentials, now)).await
    }

    async fn find_and_verify(&self, credentials: &Credentials, now: Timestamp) -> Result<User, Failure> {
        let parts = &self.parts;
        let Some(user) = parts.store.find(UserLookup::Username(&credentials.username)).await? else {
            parts.passwords.burn(credentials.password.clone()).await?;
            return Err(Refusal::NoActiveAccount.into());
        };
        if account(&user.username) == account(&credentials.username) {
            return self.verify_password(user, credentials).await;
        }
        // Some databases take letters for the same that are not: no spelling of a name gives it guesses of its own.
        let username = user.username.clone();
        self.throttled(Purpose::Login, &username, now, self.verify_password(user, credentials)).await
    }

    async fn verify_password(&self, mut user: User, credentials: &Credentials) -> Result<User, Failure> {
        let parts = &self.parts;
        match parts.passwords.verify(credentials.password.clone(), user.password.clone()).await? {
            Verification::Wrong => return Err(Refusal::NoActiveAccount.into()),
            Verification::Correct => {}
            Verification::CorrectButOutdated { replacement } => {
                if parts.store.replace_password(&user.key, &user.password, &replacement).await? {
                    user.password = replacement;
                }
            }
        }
        let may_log_in = user.is_active || parts.rules.inactive_users_may_log_in;
        if may_log_in && parts.rules.authentication_rule.permits(&user) {
            Ok(user)
        } else {
            Err(Refusal::NoActiveAccount.into())
        }
    }

    async fn hand_out<K: Kind>(
        &self,
        user: &mut User,
        now: Timestamp,
    ) -> Result<(Token<K>, PlainToken), Failure> {
        let parts = &self.parts;
        let token = Token::<K>::for_user(&parts.policy, user, now, self.entropy());
        let mut token = token.ok_or_else(|| missing_field(&parts.policy.user_id_field))?;
        self.customize(&mut token, user)?;
        let plain = self.sign(&token)?;
        if parts.rules.ledger {
            parts.store.record(&Self::ledger_row(&token, &plain, Some(&user.key), now)?).await?;
        }
        if parts.rules.update_last_login {
            parts.store.record_login(&user.key, now).await?;
            user.last_login = Some(now);
        }
        Ok((token, plain))
    }
}

pub(super) fn missing_field(field: &str) -> Error {
    let message = format!("the user model has no field {field:?}, which USER_ID_FIELD names");
    Error::with_source(ErrorKind::Store, StoreError::inconsistent(message))
}
