//! Deleting in batches, so that it needs little memory and nobody waits long for it.

use std::io::{self, IsTerminal};
use std::num::NonZeroU32;

use countersign::store::StoreError;
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;

/// Deletes until a batch is not full. Tells how many tokens that were.
pub(super) async fn delete_all(
    batch: NonZeroU32,
    mut delete: impl AsyncFnMut(NonZeroU32) -> Result<u64, StoreError>,
) -> Result<u64, Failure> {
    let progress = progress();
    let mut deleted = 0;
    loop {
        let gone = delete(batch).await.map_err(|error| {
            Failure::caused(&format!("stopped after {deleted} tokens, which stay deleted"), &error)
        })?;
        deleted += gone;
        progress.inc(gone);
        if gone < u64::from(batch.get()) {
            break;
        }
    }
    progress.finish_and_clear();
    Ok(deleted)
}

fn progress() -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {human_pos} tokens deleted, {per_sec}, {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar
}
