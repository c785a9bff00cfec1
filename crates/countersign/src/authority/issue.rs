//! Login where one access token is given, and perhaps a long-running refresh token beside it.

use crate::authority::obtain::missing_field;
use crate::authority::{
    Authority, Credentials, Failure, Grant, RefreshGrant, RefreshTokenRules, Refusal, Renewal,
};
use crate::clock::Timestamp;
use crate::entropy::random_hex;
use crate::secret::PlainToken;
use crate::store::{NewRefreshToken, RefreshTokens, Store};
use crate::token::AccessToken;
use crate::user::User;

impl<S: Store + RefreshTokens> Authority<S> {
    /// Logs in for an access token, and for what renews it as [`Rules::renewal`](super::Rules::renewal) says.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoActiveAccount`], after the time that one hash takes, for everybody who may not log in.
    pub async fn issue(&self, credentials: &Credentials) -> Result<Grant, Failure> {
        let now = self.now();
        let user = self.watched_log_in(credentials, now).await?;
        let access = self.access_for(&user, now)?;
        let refresh = match &self.parts.rules.renewal {
            Renewal::ByRefreshToken(rules) => Some(self.new_refresh_token(&user, rules, now).await?),
            Renewal::ByAccessToken | Renewal::Off { .. } => None,
        };
        self.announce_login(&user, now);
        Ok(Grant { user: Box::new(user), access, refresh })
    }

    pub(super) fn access_for(&self, user: &User, now: Timestamp) -> Result<PlainToken, Failure> {
        let policy = &self.parts.policy;
        let token = AccessToken::for_user(policy, user, now, self.entropy());
        let token = token.ok_or_else(|| missing_field(&policy.user_id_field))?;
        Ok(self.sign(&self.with_payload(&token, user)?)?)
    }

    async fn new_refresh_token(
        &self,
        user: &User,
        rules: &RefreshTokenRules,
        now: Timestamp,
    ) -> Result<RefreshGrant, Failure> {
        let token = self.random_token(rules);
        let row = NewRefreshToken { token: &token, user: &user.key, created_at: now };
        if !self.parts.store.keep_refresh_token(&row).await? {
            // Deleted since the password was verified.
            return Err(Refusal::NoActiveAccount.into());
        }
        Ok(rules.grant(token, now))
    }

    pub(super) fn random_token(&self, rules: &RefreshTokenRules) -> PlainToken {
        PlainToken::new(random_hex(self.entropy(), rules.bytes.get().into()))
    }
}
