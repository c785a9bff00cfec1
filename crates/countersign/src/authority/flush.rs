//! Housekeeping: what has expired need not be remembered.

use std::num::NonZeroU32;

use crate::authority::Authority;
use crate::error::Error;
use crate::store::{FlushCursor, Flushed, Store};

impl<S: Store> Authority<S> {
    /// Deletes up to `limit` expired tokens from the ledger (`flushexpiredtokens`), beginning where the batch before ended,
    /// and tells how many they were and where the next one begins, if there is more to look at.
    ///
    /// # Errors
    ///
    /// When the store fails; what was deleted until then stays deleted.
    pub async fn flush_expired(&self, from: FlushCursor, limit: NonZeroU32) -> Result<Flushed, Error> {
        Ok(self.parts.store.flush_expired(self.now(), from, limit).await?)
    }
}
