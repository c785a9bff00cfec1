//! `countersign migrate`.

use countersign::clock::{Clock, SystemClock};
use countersign_sql::Database;

use crate::cli::Configured;
use crate::commands::{load, tables, unconnected};
use crate::failure::Failure;
use crate::terminal::print;

pub(super) async fn run(args: Configured) -> Result<(), Failure> {
    let config = load(&args)?;
    let report = Database::migrate(config.database.url(), tables(&config), SystemClock.now()).await;
    print(report.map_err(|error| unconnected(&error))?);
    Ok(())
}
