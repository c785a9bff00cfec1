//! `countersign flushexpiredtokens`.

use countersign::clock::{Clock, SystemClock};
use countersign::store::TokenLedger;

use crate::cli::FlushExpiredTokens;
use crate::commands::{batches, connect, load};
use crate::failure::Failure;
use crate::terminal::print;

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
    let count = async || database.count_expired(now).await;
    let flush = async |from| database.flush_expired(now, from, args.batch).await;
    let deleted = batches::delete_all(count, flush).await?;
    print(format_args!("Deleted {deleted} expired token{}.", if deleted == 1 { "" } else { "s" }));
    Ok(())
}
