//! No ledger at all.

use std::future::{Future, Ready, ready};
use std::num::NonZeroU32;

use crate::clock::Timestamp;
use crate::store::{
    Claim, DetachedLedger, FlushCursor, Flushed, OutstandingToken, Sessions, StoreError, TokenLedger,
};
use crate::user::UserKey;

/// The ledger of a store that keeps none, as Django without the `token_blacklist` app: for an authority whose
/// [`Rules::ledger`](crate::authority::Rules::ledger) is off. Each token is good until it expires, and logging out changes
/// nothing but the client.
///
/// Reading finds nothing, and writing is an error, so that nobody believes that something was revoked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLedger;

impl DetachedLedger for NoLedger {}

impl TokenLedger for NoLedger {
    fn record(&self, _: &OutstandingToken<'_>) -> impl Future<Output = Result<(), StoreError>> + Send {
        none()
    }

    fn is_blacklisted(&self, _: &str) -> impl Future<Output = Result<bool, StoreError>> + Send {
        ready(Ok(false))
    }

    fn blacklist(
        &self,
        _: &OutstandingToken<'_>,
        _: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        none()
    }

    fn blacklist_all_of(
        &self,
        _: &UserKey,
        _: Timestamp,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send {
        none()
    }

    fn rotate(
        &self,
        _: &OutstandingToken<'_>,
        _: &OutstandingToken<'_>,
        _: Timestamp,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        none()
    }

    fn flush_expired(
        &self,
        _: Timestamp,
        _: FlushCursor,
        _: NonZeroU32,
    ) -> impl Future<Output = Result<Flushed, StoreError>> + Send {
        ready(Ok(Flushed { tokens: 0, next: None }))
    }
}

impl Sessions for NoLedger {}

fn none<T>() -> Ready<Result<T, StoreError>> {
    ready(Err(StoreError::inconsistent("this store keeps no ledger of tokens")))
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;
    use crate::secret::PlainToken;

    #[test]
    fn nobody_is_told_that_something_was_revoked() {
        let (text, at) = (PlainToken::new("token"), Timestamp::from_secs(0));
        let token = OutstandingToken { jti: "id", token: &text, user: None, created_at: at, expires_at: at };
        block_on(async {
            assert!(NoLedger.blacklist(&token, at).await.is_err());
            assert!(NoLedger.blacklist_all_of(&UserKey::Int(1), at).await.is_err());
            assert!(NoLedger.end_session("id", &token, at).await.is_err());
            assert!(NoLedger.rotate(&token, &token, at).await.is_err());
            assert!(!NoLedger.is_blacklisted("id").await.unwrap());
            assert_eq!(
                NoLedger.flush_expired(at, FlushCursor::default(), NonZeroU32::MIN).await.unwrap().tokens,
                0
            );
        });
    }
}
