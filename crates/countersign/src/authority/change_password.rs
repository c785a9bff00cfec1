//! A new password for somebody who knows the old one.

use crate::authority::{Authority, Credentials, Failure, Principal, Refusal};
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
    /// DIFFERENCE: dj-ninja-auth lets every user change everybody's password who knows the old one, whoever's the
    /// token is. Here the token's own user is the only one who can be named.
    ///
    /// # Errors
    ///
    /// What [`authenticate`](Self::authenticate) says about the token; [`Refusal::NoActiveAccount`] for another
    /// user's name and for a wrong old password; [`Refusal::WeakPassword`].
    pub async fn change_password(&self, bearer: &PlainToken, change: &PasswordChange) -> Result<(), Failure> {
        let own = self.own_key(self.authenticate(bearer).await?).await?;
        let credentials = Credentials { username: change.username.clone(), password: change.old.clone() };
        let user = self.log_in(&credentials).await?;
        if own.as_ref() != Some(&user.key) {
            return Err(Refusal::NoActiveAccount.into());
        }
        if self.set_password(&user, &change.new).await? {
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

    /// Stores a new password that the rules allow, unless the stored one is no longer the user's. Tells whether.
    pub(super) async fn set_password(&self, user: &User, new: &Password) -> Result<bool, Failure> {
        let parts = &self.parts;
        parts.validators.validate(new, Some(&user.fields)).map_err(Refusal::WeakPassword)?;
        let stored = parts.passwords.make(new.clone()).await?;
        Ok(parts.store.replace_password(&user.key, &user.password, &stored).await?)
    }
}
