//! Housekeeping: what has expired need not be remembered.

use std::num::NonZeroU32;

use crate::authority::Authority;
use crate::error::Error;
use crate::store::Store;

impl<S: Store> Authority<S> {
    /// Deletes up to `limit` expired tokens from the ledger (`flushexpiredtokens`), and tells how many they
    /// were: fewer than `limit` means that none is left.
    ///
    /// # Errors
    ///
    /// When the store fails; what was deleted until then stays deleted.
    pub async fn flush_expired(&self, limit: NonZeroU32) -> Result<u64, Error> {
        Ok(self.parts.store.flush_expired(self.now(), limit).await?)
    }
}
