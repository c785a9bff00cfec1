//! `countersign cleartokens`.

use countersign::clock::{Clock, SystemClock};
use countersign::store::{FlushCursor, Flushed, RefreshTokens};
use countersign_sql::Tables;

use crate::cli::ClearTokens;
use crate::commands::{batches, connect_to, load, user_table};
use crate::failure::Failure;
use crate::terminal::print;

pub(super) async fn run(args: ClearTokens) -> Result<(), Failure> {
    let config = load(&args.configured)?;
    let Some(family) = &config.graphql_jwt else {
        return Err(Failure::input(
            "there is no table [graphql_jwt], whose long-running refresh tokens this clears: add it, with the \
             jwt_refresh_expiration_delta of the project",
        ));
    };
    // The table may be there from before, whether or not tokens are kept in it now.
    let tokens = &family.refresh_tokens;
    let tables = Tables { users: user_table(&config), refresh_tokens: Some(tokens.table.clone()) };
    let database = connect_to(&config, tables).await?;
    if !database.has_refresh_tokens() {
        return Err(Failure::input(format!(
            "the database has no table {:?} for refresh tokens, so there is nothing to clear: `countersign migrate` \
             creates it where graphql_jwt.jwt_long_running_refresh_token is on",
            tokens.table
        )));
    }
    let oldest = args.expired.then(|| SystemClock.now() - tokens.lifetime);
    let clear = async |_| {
        let tokens = database.clear_refresh_tokens(oldest, args.batch).await?;
        let is_full = tokens >= args.batch.get().into();
        Ok(Flushed { tokens, next: is_full.then(FlushCursor::default) })
    };
    let count = async || database.count_clearable(oldest).await;
    let deleted = batches::delete_all(count, clear).await?;
    print(format_args!("Deleted {deleted} refresh token{}.", if deleted == 1 { "" } else { "s" }));
    Ok(())
}
