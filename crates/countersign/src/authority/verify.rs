//! Verification: is a token genuine and in time, whatever it is for?

use crate::authority::{Authority, Failure};
use crate::jwt::TokenError;
use crate::secret::PlainToken;
use crate::store::Store;
use crate::token::Untyped;

impl<S: Store> Authority<S> {
    /// Looks at signature, times and id, not at the type; at the blacklist where
    /// [`verify_asks_blacklist`](super::Rules::verify_asks_blacklist) says so, at the user where
    /// [`tokens_ask_for_user`](super::Rules::tokens_ask_for_user) does.
    ///
    /// # Errors
    ///
    /// A [`Refusal::Token`](super::Refusal::Token) that says what is wrong with it.
    pub async fn verify(&self, token: &PlainToken) -> Result<(), Failure> {
        let rules = &self.parts.rules;
        let admitted = self.admit::<Untyped>(token, self.now()).await?;
        let id = admitted.token.id().filter(|_| rules.ledger && rules.verify_asks_blacklist);
        if let Some(id) = id
            && self.parts.store.is_blacklisted_allowing_stale(id).await?
        {
            return Err(TokenError::Blacklisted.into());
        }
        Ok(())
    }
}
