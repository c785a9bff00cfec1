//! Renewing a sliding token.

use crate::authority::{Authority, Failure};
use crate::secret::PlainToken;
use crate::store::Store;
use crate::token::Sliding;

impl<S: Store> Authority<S> {
    /// Begins a sliding token's life anew, as long as it may be renewed. It keeps its id.
    ///
    /// # Errors
    ///
    /// A [`Refusal`](super::Refusal) for a token that is not good or not renewable, or whose user is not let in any more.
    pub async fn refresh_sliding(&self, presented: &PlainToken) -> Result<PlainToken, Failure> {
        let now = self.now();
        let parts = &self.parts;
        let (token, user) = self.admit_refreshing::<Sliding>(presented, now, true).await?;
        let mut renewed = token.renewed(&parts.policy, now)?;
        self.customize(&mut renewed, &user)?;
        Ok(self.sign(&renewed)?)
    }
}
