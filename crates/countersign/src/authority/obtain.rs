//! Login: credentials for tokens.

use crate::authority::{Authority, Failure, Parts, Refusal, SlidingLogin, TokenPair};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorKind};
use crate::password::Verification;
use crate::secret::{Password, PlainToken};
use crate::store::{NewSession, Store, StoreError, UserLookup};
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
    /// [`Refusal::NoActiveAccount`], after the time that one hash takes, for everybody who may not log in.
    pub async fn obtain_pair(&self, credentials: &Credentials) -> Result<TokenPair, Failure> {
        let now = self.now();
        let (mut user, refresh, plain) = self.log_in_for::<Refresh>(credentials, now).await?;
        self.record_login(&mut user, now).await?;
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
        let (mut user, _, token) = self.log_in_for::<Sliding>(credentials, now).await?;
        self.record_login(&mut user, now).await?;
        self.announce_login(&user, now);
        Ok(SlidingLogin { user: Box::new(user), token })
    }

    /// Django's `authenticate()`, and the rule after it. Everybody who is refused has cost one hash.
    pub(super) async fn log_in(&self, credentials: &Credentials) -> Result<User, Failure> {
        let parts = &self.parts;
        let Some(mut user) = parts.store.find(UserLookup::Username(&credentials.username)).await? else {
            parts.passwords.burn(credentials.password.clone()).await?;
            return Err(Refusal::NoActiveAccount.into());
        };
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

    /// Logs in, and makes and keeps a token. Whoever is changed between the two has to log in as they are now.
    async fn log_in_for<K: Kind>(
        &self,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<(User, Token<K>, PlainToken), Failure> {
        for _ in 0..ATTEMPTS {
            let user = self.watched_log_in(credentials, now).await?;
            let (token, plain) = self.make::<K>(&user, now)?;
            if self.keep(&token, &plain, &user, now).await? {
                return Ok((user, token, plain));
            }
        }
        Err(Refusal::NoActiveAccount.into())
    }

    fn make<K: Kind>(&self, user: &User, now: Timestamp) -> Result<(Token<K>, PlainToken), Failure> {
        let Parts { policy, rules, .. } = &*self.parts;
        let token = Token::<K>::for_user(policy, user, now, self.entropy());
        let mut token = token.ok_or_else(|| missing_field(&policy.user_id_field))?;
        if let (Some(id), true) = (token.id().map(str::to_owned), rules.keeps_session::<K>()) {
            token = token.in_session(&id);
        }
        self.customize(&mut token, user)?;
        let plain = self.sign(&token)?;
        Ok((token, plain))
    }

    /// Tells whether the token is kept: one that begins a session is not, where the user is not any more as they were found.
    async fn keep<K: Kind>(
        &self,
        token: &Token<K>,
        plain: &PlainToken,
        user: &User,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let Parts { store, rules, .. } = &*self.parts;
        if !rules.ledger {
            return Ok(true);
        }
        let token = Self::ledger_row(token, plain, Some(&user.key), now)?;
        if rules.keeps_session::<K>() {
            let session = NewSession { user, token: &token, client: &self.client };
            return Ok(store.begin_session(&session).await?);
        }
        store.record(&token).await?;
        Ok(true)
    }

    async fn record_login(&self, user: &mut User, now: Timestamp) -> Result<(), Failure> {
        if self.parts.rules.update_last_login {
            self.parts.store.record_login(&user.key, now).await?;
            user.last_login = Some(now);
        }
        Ok(())
    }
}

pub(super) fn missing_field(field: &str) -> Error {
    let message = format!("the user model has no field {field:?}, which USER_ID_FIELD names");
    Error::with_source(ErrorKind::Store, StoreError::inconsistent(message))
}

/// How often somebody is looked at who is changed while they log in or refresh.
pub(super) const ATTEMPTS: u32 = 3;
