//! Counting before deciding.

use crate::authority::{Authority, Failure, Refusal};
use crate::clock::Timestamp;
use crate::store::Store;
use crate::throttle::{Attempt, Purpose};

impl<S: Store> Authority<S> {
    /// Decides an attempt of this authority's client, if it has not tried too often. A refusal counts against it, and so
    /// does an attempt that is given up half way.
    pub(super) async fn throttled<T>(
        &self,
        purpose: Purpose,
        account: &str,
        at: Timestamp,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let counted = Attempt { purpose, account, address: self.client().address(), at };
        let admission = self.parts.rules.throttle.attempt(counted).await;
        let admission = admission.map_err(Refusal::Throttled)?;
        let decision = attempt.await;
        match &decision {
            Ok(_) => admission.succeeded().await,
            Err(Failure::Refused(_)) => drop(admission),
            Err(Failure::Undecided(_)) => admission.withdrawn().await,
        }
        decision
    }
}
