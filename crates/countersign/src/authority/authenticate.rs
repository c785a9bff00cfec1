//! Authentication: who is it that presents a token?

use crate::authority::admit::Admitted;
use crate::authority::{Attempt, Authority, Failure, Principal, Refusal};
use crate::clock::Timestamp;
use crate::secret::PlainToken;
use crate::store::Store;
use crate::token::{Access, Kind, Refresh, Sliding, TokenKind, Untyped, UntypedToken};
use crate::user::{Relations, User};

impl<S: Store> Authority<S> {
    /// Takes the token for each kind that proves authentication here, in order, and finds its user.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoTokenTypeFits`] with every attempt, or what is wrong with the token's user.
    pub async fn authenticate(&self, plain: &PlainToken) -> Result<Principal, Failure> {
        let admitted = self.admit_any(plain).await?;
        self.principal(admitted).await
    }

    /// The token, as the first of the kinds that it is.
    pub(super) async fn admit_any(&self, plain: &PlainToken) -> Result<Admitted<Untyped>, Failure> {
        let now = self.now();
        let mut attempts = Vec::new();
        for kind in &self.parts.rules.auth_tokens {
            let attempt = match kind {
                TokenKind::Access => self.attempt::<Access>(plain, now).await,
                TokenKind::Sliding => self.attempt::<Sliding>(plain, now).await,
                TokenKind::Refresh => self.attempt::<Refresh>(plain, now).await,
                TokenKind::Untyped => self.attempt::<Untyped>(plain, now).await,
            };
            match attempt {
                Ok(admitted) => return Ok(admitted),
                Err(Failure::Refused(Refusal::Token(error))) => attempts.push(Attempt { kind: *kind, error }),
                Err(failure) => return Err(failure),
            }
        }
        Err(Refusal::NoTokenTypeFits(attempts).into())
    }

    /// [`authenticate`](Self::authenticate), and what other tables than the user's own say of a user.
    ///
    /// # Errors
    ///
    /// As [`authenticate`](Self::authenticate).
    pub async fn describe(&self, plain: &PlainToken) -> Result<(Principal, Relations), Failure> {
        let principal = self.authenticate(plain).await?;
        let relations = match &principal {
            Principal::Claimed { .. } => Relations::default(),
            Principal::User(user) => self.parts.store.relations(&user.key).await?,
        };
        Ok((principal, relations))
    }

    async fn attempt<K: Kind>(
        &self,
        plain: &PlainToken,
        now: Timestamp,
    ) -> Result<Admitted<Untyped>, Failure> {
        Ok(self.admit::<K>(plain, now).await?.untyped())
    }

    pub(super) async fn principal(
        &self,
        Admitted { token, user }: Admitted<Untyped>,
    ) -> Result<Principal, Failure> {
        if let Some(user) = self.let_in(&token, user).await? {
            return Ok(Principal::User(Box::new(user)));
        }
        let id = self.user_id(&token)?.ok_or(Refusal::NoUserClaim)?.into_owned();
        Ok(Principal::Claimed { id, token })
    }

    /// The token's user, who may come in: `None` where its word is enough. `user` is the same, where somebody has looked already.
    pub(super) async fn let_in(
        &self,
        token: &UntypedToken,
        user: Option<User>,
    ) -> Result<Option<User>, Failure> {
        let parts = &self.parts;
        if parts.rules.stateless {
            return Ok(None);
        }
        let user = match user {
            Some(user) => user,
            None => self.user_of_allowing_stale(token).await?.ok_or(Refusal::UserNotFound)?,
        };
        if parts.rules.check_user_is_active && !user.is_active {
            return Err(Refusal::UserInactive.into());
        }
        if !token.is_for_current_password(&user, &parts.policy) {
            return Err(Refusal::PasswordChanged.into());
        }
        Ok(Some(user))
    }
}
