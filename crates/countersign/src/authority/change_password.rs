//! A new password for somebody who knows the old one.

use std::borrow::Cow;

use crate::authority::{Authority, Credentials, Failure, Parts, Principal, Refusal};
use crate::clock::Timestamp;
use crate::secret::{Password, PlainToken};
use crate::store::{Store, UserLookup};
use crate::user::{User, UserKey};

/// Whose password is changed, from what to what.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// `USERNAME_FIELD`'s value.
    pub username: String,
    /// The password until now.
    pub old: Password,
    /// The password from now on.
    pub new: Password,
}

impl<S: Store> Authority<S> {
    /// Changes the password of the one who asks.
    ///
    /// Where there are sessions, every other one of theirs is over.
    ///
    /// DIFFERENCE: dj-ninja-auth lets every user change everybody's password who knows the old one, whoever's the
    /// token is. Here the token's own user is the only one who can be named.
    ///
    /// # Errors
    ///
    /// What [`authenticate`](Self::authenticate) says about the token; [`Refusal::NoActiveAccount`] for another
    /// user's name and for a wrong old password; [`Refusal::WeakPassword`].
    pub async fn change_password(&self, bearer: &PlainToken, change: &PasswordChange) -> Result<(), Failure> {
        let now = self.now();
        let admitted = self.admit_any(bearer).await?;
        let session = match self.parts.rules.sessions {
            Some(_) => admitted.token.session()?.map(Cow::into_owned),
            None => None,
        };
        let own = self.own_key(self.principal(admitted).await?).await?;
        let credentials = Credentials { username: change.username.clone(), password: change.old.clone() };
        let user = self.log_in(&credentials).await?;
        if own.as_ref() != Some(&user.key) {
            return Err(Refusal::NoActiveAccount.into());
        }
        if self.set_password(&user, &change.new, session.as_deref(), now).await? {
            Ok(())
        } else {
            // Somebody else was faster, so what was verified is the old password no more.
            Err(Refusal::NoActiveAccount.into())
        }
    }

    /// The primary key of the one who authenticated; `None` where a token names nobody who is there.
    async fn own_key(&self, principal: Principal) -> Result<Option<UserKey>, Failure> {
        let parts = &self.parts;
        match principal {
            Principal::User(user) => Ok(Some(user.key)),
            Principal::Claimed { id: value, .. } => {
                let column = &parts.policy.user_id_field;
                let user = parts.store.find(UserLookup::Field { column, value }).await?;
                Ok(user.map(|user| user.key))
            }
        }
    }

    /// Stores a new password that the rules allow, unless the stored one is no longer the user's. Tells whether. Where there
    /// are sessions, all of the user's are over then but the one to keep.
    pub(super) async fn set_password(
        &self,
        user: &User,
        new: &Password,
        keep: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, Failure> {
        let Parts { store, rules, passwords, validators, .. } = &*self.parts;
        validators.validate(new, Some(&user.fields)).map_err(Refusal::WeakPassword)?;
        let new = passwords.make(new.clone()).await?;
        let (user, old) = (&user.key, &user.password);
        Ok(match rules.sessions {
            Some(_) => store.replace_password_and_revoke(user, old, &new, keep, now).await?,
            None => store.replace_password(user, old, &new).await?,
        })
    }
}
