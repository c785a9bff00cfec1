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

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::sync::Barrier;

    use super::*;

    #[tokio::test]
    async fn two_batches_are_under_way_at_a_time_and_every_token_counts() {
        let (begun, together) = (Cell::new(0), Barrier::new(2));
        let delete = async |_| {
            begun.set(begun.get() + 1);
            let is_last = begun.get() > 2;
            // Passed by two together alone.
            together.wait().await;
            Ok(Flushed { tokens: 3, next: (!is_last).then(FlushCursor::default) })
        };
        assert_eq!(delete_all(async || Ok(12), delete).await.unwrap(), 12);
    }

    #[tokio::test]
    async fn an_error_in_one_stops_the_other_and_is_told() {
        let begun = Cell::new(0);
        let delete = async |_| {
            begun.set(begun.get() + 1);
            match begun.get() {
                1 => pending().await,
                2 => Ok(Flushed { tokens: 3, next: Some(FlushCursor::default()) }),
                _ => Err(StoreError::unavailable("the database is away")),
            }
        };
        let failure = delete_all(async || Ok(12), delete).await.unwrap_err().to_string();
        assert!(failure.contains("stopped after 3 tokens, which stay deleted"), "{failure}");
        assert!(failure.contains("the database is away"), "{failure}");
    }
}
