//! A look at what a genuine token says.

use crate::authority::{Authority, Failure};
use crate::secret::PlainToken;
use crate::store::Store;
use crate::token::{Untyped, UntypedToken};

impl<S: Store> Authority<S> {
    /// The token, with its claims, if it is genuine and in time; whose it is does not matter.
    ///
    /// # Errors
    ///
    /// A [`Refusal::Token`](super::Refusal::Token) that says what is wrong with it.
    pub async fn inspect(&self, token: &PlainToken) -> Result<UntypedToken, Failure> {
        Ok(self.admit::<Untyped>(token, self.now()).await?.token)
    }
}
