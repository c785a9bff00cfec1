//! `countersign flushexpiredtokens`.

use std::io::{self, IsTerminal};

use countersign::clock::{Clock, SystemClock};
use countersign::store::TokenLedger;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::FlushExpiredTokens;
use crate::commands::{connect, load};
use crate::failure::Failure;
use crate::terminal::print;

/// Deletes in batches, so that it needs little memory and nobody waits long for it.
pub(super) async fn run(args: FlushExpiredTokens) -> Result<(), Failure> {
    let config = load(&args.configured)?;
    let database = connect(&config).await?;
    if !database.has_token_blacklist() {
        return Err(Failure::input(
            "the database has no token_blacklist tables, so there is nothing to flush: \
             `countersign migrate` creates them",
        ));
    }
    // What expires while this runs is for the next run: the end is known when it begins.
    let now = SystemClock.now();
    let progress = progress();
    let mut deleted = 0;
    loop {
        let batch = database.flush_expired(now, args.batch).await;
        let batch = batch.map_err(|error| {
            Failure::caused(&format!("stopped after {deleted} tokens, which stay deleted"), &error)
        })?;
        deleted += batch;
        progress.inc(batch);
        if batch < u64::from(args.batch.get()) {
            break;
        }
    }
    progress.finish_and_clear();
    print(format_args!("Deleted {deleted} expired token{}.", if deleted == 1 { "" } else { "s" }));
    Ok(())
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
