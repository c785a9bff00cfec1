//! Renewal: the next access token, for the one before or for a long-running refresh token.

use crate::authority::{Authority, Failure, Grant, RefreshTokenRules, Refusal, Renewal};
use crate::clock::Timestamp;
use crate::secret::PlainToken;
use crate::store::{Claim, RefreshTokens, Store, UserIdClaim, UserLookup, may_be_kept};
use crate::token::Access;
use crate::user::User;

impl<S: Store + RefreshTokens> Authority<S> {
    /// Buys an access token with what [`Rules::renewal`](super::Rules::renewal) names.
    ///
    /// An access token renews itself for as long as it is good, however old its first ancestor is: the package
    /// never holds `origIat` against `JWT_REFRESH_EXPIRATION_DELTA`, though its documentation suggests it. Where
    /// `exp` is not verified either, that is for ever.
    ///
    /// DIFFERENCE: of any number of callers with one refresh token that is replaced on use, exactly one gets the
    /// next; the package reads the row and writes it later, so that all but the last get a token that is not kept.
    /// DIFFERENCE: a user who is disabled gets nothing for a long-running refresh token; the package does not look.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] for a token that is not good, or whose user is gone or not let in any more.
    pub async fn renew(&self, presented: &PlainToken) -> Result<Grant, Failure> {
        let now = self.now();
        match &self.parts.rules.renewal {
            Renewal::ByAccessToken => self.renew_by_access_token(presented, now).await,
            Renewal::ByRefreshToken(rules) => self.renew_by_refresh_token(presented, rules, now).await,
            Renewal::Off { .. } => Err(Refusal::RenewalNotSupported.into()),
        }
    }

    async fn renew_by_access_token(&self, presented: &PlainToken, now: Timestamp) -> Result<Grant, Failure> {
        let parts = &self.parts;
        let token = self.admit::<Access>(presented, now).await?.token;
        let value = self.user_id(&token)?.filter(|value| !value.is_empty());
        let value = value.ok_or(Refusal::NoUserClaim)?;
        let user = self.renewing_user(&parts.policy.user_id_field, value).await?;
        if !token.is_for_current_password(&user, &parts.policy) {
            return Err(Refusal::PasswordChanged.into());
        }
        let access = self.access_for(&user, now)?;
        Ok(Grant { user: Box::new(user), access, refresh: None })
    }

    async fn renew_by_refresh_token(
        &self,
        presented: &PlainToken,
        rules: &RefreshTokenRules,
        now: Timestamp,
    ) -> Result<Grant, Failure> {
        let store = &self.parts.store;
        let known =
            if may_be_kept(presented.expose()) { store.find_refresh_token(presented).await? } else { None };
        let known = known.ok_or(Refusal::UnknownRefreshToken)?;
        // Whole seconds are compared, as in Django.
        let [made_at, at] = [known.created_at, now].map(|time| Timestamp::from_secs(time.as_secs()));
        if self.parts.rules.refresh_expiry.has_expired(made_at, at, rules) {
            return Err(Refusal::RefreshTokenExpired.into());
        }
        let user = self.renewing_user("pk", UserIdClaim::from(&known.user)).await?;
        let access = self.access_for(&user, now)?;
        let refresh = if rules.reuse {
            let next = self.random_token(rules);
            match store.replace_refresh_token(presented, &next, now).await? {
                Claim::Won => rules.grant(next, now),
                Claim::Lost => return Err(Refusal::UnknownRefreshToken.into()),
            }
        } else {
            rules.grant(known.token, known.created_at)
        };
        Ok(Grant { user: Box::new(user), access, refresh: Some(refresh) })
    }

    /// The user of what is renewed: still there, and still let in.
    async fn renewing_user(&self, column: &str, value: UserIdClaim<'_>) -> Result<User, Failure> {
        let rules = &self.parts.rules;
        let user = self.parts.store.find(UserLookup::Field { column, value }).await?;
        let user = user.ok_or(Refusal::UserNotFound)?;
        if rules.check_user_is_active && !user.is_active {
            return Err(Refusal::UserInactive.into());
        }
        if !rules.authentication_rule.permits(&user) {
            return Err(Refusal::NoActiveAccountForToken.into());
        }
        Ok(user)
    }
}
