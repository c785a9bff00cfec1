//! Refresh where refresh tokens belong to sessions: each is good once, and one that comes again is a thief's, or the sign of one.

use std::borrow::Cow;

use crate::authority::obtain::ATTEMPTS;
use crate::authority::{Authority, Failure, Parts, Refreshed, Refusal};
use crate::claims::Claims;
use crate::clock::Timestamp;
use crate::jwt::{Invalid, TokenError, Verified};
use crate::secret::PlainToken;
use crate::store::{Advance, SessionRules, Step, Store};
use crate::token::{Refresh, RefreshToken, Token};
use crate::user::User;

impl<S: Store> Authority<S> {
    /// Buys an access token and the next refresh token of the session.
    ///
    /// The blacklist alone cannot tell a lost answer from theft, so it is the session that is asked. Whoever is changed under way
    /// is looked at again.
    pub(super) async fn refresh_in_session(
        &self,
        presented: &PlainToken,
        rules: &SessionRules,
        now: Timestamp,
    ) -> Result<Refreshed, Failure> {
        for _ in 0..ATTEMPTS {
            let (token, user) = self.admit_refreshing::<Refresh>(presented, now, false).await?;
            if let Some(refreshed) = self.advance(&token, presented, &user, rules, now).await? {
                return Ok(refreshed);
            }
        }
        Err(Refusal::NoActiveAccountForToken.into())
    }

    /// One step of the session; `None` when the user has changed.
    async fn advance(
        &self,
        token: &RefreshToken,
        plain: &PlainToken,
        user: &User,
        rules: &SessionRules,
        now: Timestamp,
    ) -> Result<Option<Refreshed>, Failure> {
        let Parts { policy, store, .. } = &*self.parts;
        let presented = Self::ledger_row(token, plain, Some(&user.key), now)?;
        let session = token.session()?.unwrap_or(Cow::Borrowed(presented.jti));
        let issued_at = policy.issued_at_claim.as_deref().map(|claim| token.claims().date(claim));
        // What was made where no sessions are kept does not say its own yet; its children do.
        let parent = token.clone().in_session(&session);
        let mut successor = parent.successor(policy, now, self.entropy());
        self.customize(&mut successor, user)?;
        let refresh = self.sign(&successor)?;
        let step = store
            .advance_session(&Advance {
                session: &session,
                presented: &presented,
                issued_at: issued_at.and_then(Result::ok).flatten().unwrap_or(now),
                successor: &Self::ledger_row(&successor, &refresh, Some(&user.key), now)?,
                user,
                client: &self.client,
                at: now,
                rules,
            })
            .await?;
        match step {
            Step::Advanced => {
                let access = self.access_token_for(&parent, user, now)?;
                Ok(Some(Refreshed { access, refresh: Some(refresh) }))
            }
            Step::Expired => Err(TokenError::Expired.into()),
            Step::Repeated(successor) => {
                // Whoever was faster read a clock later than this request did, perhaps one that is ahead: what is there
                // already is not of the future.
                let by_then = now + rules.reuse_grace;
                let claims = match self.parts.keys.verify(&successor, &policy.validation, now).await {
                    Err(Failure::Refused(Refusal::Token(TokenError::Invalid(Invalid::NotYetValid)))) => {
                        self.parts.keys.verify(&successor, &policy.validation, by_then).await?
                    }
                    verified => verified?,
                };
                self.repeat(successor, claims, &session, user, now).map(Some)
            }
            Step::Reused => {
                tracing::warn!(
                    session = &*session,
                    user = %user.key,
                    address = self.client.address().map(tracing::field::display),
                    "a refresh token came again after it was consumed: its session is revoked"
                );
                Err(TokenError::Blacklisted.into())
            }
            Step::Revoked => Err(TokenError::Blacklisted.into()),
            Step::UserChanged => Ok(None),
        }
    }

    /// What the caller was given before and may have lost. The store kept the token; that it is good is still the keys' to say.
    fn repeat(
        &self,
        plain: PlainToken,
        claims: Verified<Claims>,
        session: &str,
        user: &User,
        now: Timestamp,
    ) -> Result<Refreshed, Failure> {
        let successor: RefreshToken = Token::from_claims(claims, &self.parts.policy)?;
        if successor.session()?.as_deref() != Some(session) {
            return Err(TokenError::Blacklisted.into());
        }
        let access = self.access_token_for(&successor, user, now)?;
        Ok(Refreshed { access, refresh: Some(plain) })
    }

    fn access_token_for(
        &self,
        token: &RefreshToken,
        user: &User,
        now: Timestamp,
    ) -> Result<PlainToken, Failure> {
        let mut access = token.access_token(&self.parts.policy, now, self.entropy());
        self.customize(&mut access, user)?;
        Ok(self.sign(&access)?)
    }
}
