//! From a token's text to a token of a kind: the step that every use case but login begins with.

use std::borrow::Cow;

use crate::authority::{Authority, Failure, Parts, Refusal};
use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::jwt::{TokenError, Verified};
use crate::secret::PlainToken;
use crate::store::{Claim, Holder, Store, UserLookup};
use crate::token::{Kind, Token, TokenKind, Untyped};
use crate::user::User;

/// A token that may go on.
#[derive(Debug)]
pub(super) struct Admitted<K> {
    pub(super) token: Token<K>,
    /// Its user, where [`tokens_ask_for_user`](crate::authority::Rules::tokens_ask_for_user) had one looked for.
    pub(super) user: Option<User>,
}

impl<K: Kind> Admitted<K> {
    pub(super) fn untyped(self) -> Admitted<Untyped> {
        Admitted { token: self.token.untyped(), user: self.user }
    }
}

/// Whom a token names, for who must know; nobody, where that does not matter.
pub(super) type Lookup<S, K> =
    for<'a> fn(&'a Authority<S>, &'a Token<K>) -> Result<Option<UserLookup<'a>>, Failure>;

impl<S: Store> Authority<S> {
    /// Verifies `plain` as a token of the kind `K` that is not blacklisted.
    ///
    /// SimpleJWT asks the blacklist before it looks for `exp`, id and type. So does this, when the token
    /// has to be refused anyway: a blacklisted token is told to be that, of whatever type it is. The user comes last.
    ///
    /// What proves authentication is presented with every request: of sliding and access tokens the store may tell what
    /// it has in memory. A refresh token is about to be written down, so the answer is the database's own.
    pub(super) async fn admit<K: Kind>(
        &self,
        plain: &PlainToken,
        now: Timestamp,
    ) -> Result<Admitted<K>, Failure> {
        let parts = &self.parts;
        let claims = parts.keys.verify(plain, &parts.policy.validation, now).await?;
        if let Some(id) = self.id_to_look_up(K::KIND, &claims)? {
            let is_blacklisted = match K::KIND {
                TokenKind::Refresh => parts.store.is_blacklisted(&id).await?,
                TokenKind::Access | TokenKind::Sliding | TokenKind::Untyped => {
                    parts.store.is_blacklisted_allowing_stale(&id).await?
                }
            };
            if is_blacklisted {
                return Err(TokenError::Blacklisted.into());
            }
        }
        let admitted = self.admit_verified(claims).await?;
        if K::KIND == TokenKind::Access
            && parts.rules.access_tokens_ask_blacklist
            && let Some(session) = admitted.token.session()?
            && parts.store.is_session_revoked_allowing_stale(&session).await?
        {
            return Err(TokenError::Blacklisted.into());
        }
        Ok(admitted)
    }

    async fn admit_verified<K: Kind>(&self, claims: Verified<Claims>) -> Result<Admitted<K>, Failure> {
        let parts = &self.parts;
        let token = Token::from_claims(claims, &parts.policy)?;
        let user = if parts.rules.tokens_ask_for_user {
            let user =
                self.user_of(&token).await?.filter(|user| parts.rules.authentication_rule.permits(user));
            Some(user.ok_or(TokenError::UserInactive)?)
        } else {
            None
        };
        Ok(Admitted { token, user })
    }

    /// The id by which a token of this kind is looked for on the blacklist, as far as the rules ask.
    fn id_to_look_up<'c>(
        &self,
        kind: TokenKind,
        claims: &'c Verified<Claims>,
    ) -> Result<Option<Cow<'c, str>>, TokenError> {
        let Parts { policy, rules, .. } = &*self.parts;
        let is_asked =
            kind.is_kept_in_ledger() || kind == TokenKind::Access && rules.access_tokens_ask_blacklist;
        if !(rules.ledger && is_asked) {
            return Ok(None);
        }
        policy.id_of(claims)?.ok_or(TokenError::NoId).map(Some)
    }

    /// [`admit`](Self::admit) for a token that is about to be used up or renewed, and the user that `lookup` finds in it. The
    /// store is asked about both at once, and refusals keep their order.
    ///
    /// Where nobody asks the blacklist, that is for those who ask the token's session, which has to see a token that comes
    /// again.
    pub(super) async fn admit_and_find<K: Kind>(
        &self,
        plain: &PlainToken,
        now: Timestamp,
        asks_blacklist: bool,
        lookup: Lookup<S, K>,
    ) -> Result<(Token<K>, Option<User>), Failure> {
        let Parts { keys, policy, store, .. } = &*self.parts;
        let claims = keys.verify(plain, &policy.validation, now).await?;
        let id = if asks_blacklist { self.id_to_look_up(K::KIND, &claims)? } else { None };
        let id = id.map(Cow::into_owned);
        let token = Token::from_claims(claims, policy).map_err(Failure::from);
        let token = token.and_then(|token| lookup(self, &token).map(drop).map(|()| token));
        let token = match (token, &id) {
            (Err(_), Some(id)) if store.is_blacklisted(id).await? => {
                return Err(TokenError::Blacklisted.into());
            }
            (token, _) => token?,
        };
        let holder = match (lookup(self, &token)?, &id) {
            (Some(by), Some(id)) => store.find_unless_blacklisted(by, id).await?,
            (Some(by), None) => Holder::from(store.find(by).await?),
            (None, Some(id)) if store.is_blacklisted(id).await? => Holder::Blacklisted,
            (None, _) => Holder::Unknown,
        };
        match holder {
            Holder::Blacklisted => Err(TokenError::Blacklisted.into()),
            Holder::Known(user) => Ok((token, Some(*user))),
            Holder::Unknown => Ok((token, None)),
        }
    }

    /// A token that wants to be refreshed, and its user: still there, still let in, and still with the password
    /// that the token was issued for. A token that outlived its password is blacklisted on the way out.
    ///
    /// DIFFERENCE: a token that does not say whose it is buys nothing; SimpleJWT skips every check on it.
    pub(super) async fn admit_refreshing<K: Kind>(
        &self,
        plain: &PlainToken,
        now: Timestamp,
        asks_blacklist: bool,
    ) -> Result<(Token<K>, User), Failure> {
        let Parts { policy, rules, .. } = &*self.parts;
        let (token, user) = self.admit_and_find::<K>(plain, now, asks_blacklist, Self::refreshing).await?;
        let user = user.filter(|user| rules.authentication_rule.permits(user));
        let user = match user {
            Some(user) => user,
            None if rules.tokens_ask_for_user => return Err(TokenError::UserInactive.into()),
            None => return Err(Refusal::NoActiveAccountForToken.into()),
        };
        if token.is_for_current_password(&user, policy) {
            return Ok((token, user));
        }
        if rules.ledger {
            let row = Self::ledger_row(&token, plain, Some(&user.key), now)?;
            // Lost means that somebody else has blacklisted it, which is as good.
            let (Claim::Won | Claim::Lost) = self.retire(&token, &row, now).await?;
        }
        Err(Refusal::PasswordChanged.into())
    }

    /// Whom a token that is refreshed must name.
    fn refreshing<'a, K: Kind>(&'a self, token: &'a Token<K>) -> Result<Option<UserLookup<'a>>, Failure> {
        if !self.parts.rules.tokens_ask_for_user {
            self.user_id(token)?.filter(|value| !value.is_empty()).ok_or(Refusal::NoUserClaim)?;
        }
        self.named_by(token).map(Some)
    }

    /// The user that a token names.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoUserClaim`] for a token that names nobody.
    pub(super) async fn user_of<K: Kind>(&self, token: &Token<K>) -> Result<Option<User>, Failure> {
        Ok(self.parts.store.find(self.named_by(token)?).await?)
    }

    /// [`user_of`](Self::user_of), as they were a little while ago perhaps: for who reads, and changes nothing.
    pub(super) async fn user_of_allowing_stale<K: Kind>(
        &self,
        token: &Token<K>,
    ) -> Result<Option<User>, Failure> {
        Ok(self.parts.store.find_allowing_stale(self.named_by(token)?).await?)
    }

    pub(super) fn named_by<'a, K: Kind>(&'a self, token: &'a Token<K>) -> Result<UserLookup<'a>, Failure> {
        let Parts { policy, rules, .. } = &*self.parts;
        let nobody = rules.empty_user_claim_is_none;
        let value = self.user_id(token)?.filter(|value| !(nobody && value.is_empty()));
        let value = value.ok_or(Refusal::NoUserClaim)?;
        Ok(UserLookup::Field { column: &policy.user_id_field, value })
    }
}
