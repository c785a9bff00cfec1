//! Deleting in batches, so that it needs little memory and nobody waits long for it.

use std::cell::Cell;
use std::io::{self, IsTerminal};

use countersign::store::{FlushCursor, Flushed, StoreError};
use futures_util::future::try_join;
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;

/// Deletes until there are no more, two batches at a time: what one has in hand, the other passes by. Tells how many tokens
/// that were. `count` is asked how many there are, where somebody watches.
pub(super) async fn delete_all(
    count: impl AsyncFnOnce() -> Result<u64, StoreError>,
    delete: impl AsyncFn(FlushCursor) -> Result<Flushed, StoreError>,
) -> Result<u64, Failure> {
    let progress = if io::stderr().is_terminal() {
        bar(count().await.map_err(|error| Failure::caused("cannot count the tokens", &error))?)
    } else {
        ProgressBar::hidden()
    };
    let deleted = Cell::new(0);
    let lane = async || {
        let mut next = Some(FlushCursor::default());
        while let Some(from) = next {
            let batch = delete(from).await.map_err(|error| {
                let deleted = deleted.get();
                Failure::caused(&format!("stopped after {deleted} tokens, which stay deleted"), &error)
            })?;
            deleted.set(deleted.get() + batch.tokens);
            progress.inc(batch.tokens);
            next = batch.next;
        }
        Ok::<_, Failure>(())
    };
    try_join(lane(), lane()).await?;
    progress.finish_and_clear();
    Ok(deleted.get())
}

fn bar(tokens: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} tokens deleted, {eta} left");
    ProgressBar::new(tokens).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
