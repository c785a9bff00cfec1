//! `countersign check`.

use countersign_sql::Database;

use crate::cli::Configured;
use crate::commands::{connect, load};
use crate::failure::Failure;
use crate::serve::families::families;
use crate::serve::maintenance::Maintenance;
use crate::terminal::{green, print, print_warning};
use crate::throttling;

/// Does everything that `serve` does up to listening, and says what it found.
pub(super) async fn run(args: Configured) -> Result<(), Failure> {
    let config = load(&args)?;
    good(&format!("the configuration can be read, in the profile {}", config.profile));
    if config.secret_key.is_none() {
        print("  there is no secret_key: every family needs a signing key of its own");
    }
    let database = connect(&config).await?;
    describe(&database);
    let post = config.email.post();
    let throttle = throttling::start(&config).await;
    let families = families(&config, &database, &post, &throttle)?;
    Maintenance::plan(&config, &database)?;
    for warning in config.expression_warnings(database.user_model()) {
        print_warning(warning);
    }
    for family in families {
        good(&format!("[{}] can be served, tokens are signed with {}", family.table, family.algorithm));
        for (path, endpoint) in &family.paths {
            print(format_args!("    {path}  {endpoint}"));
        }
    }
    Ok(())
}

fn describe(database: &Database) {
    let model = database.user_model();
    good(&format!(
        "the users are in {:?}: {:?} is the primary key, {:?} the username",
        model.table(),
        model.primary_key().name(),
        model.username().name(),
    ));
    if database.has_token_blacklist() {
        good("the tables of token_blacklist are there");
    } else {
        print("  the tables of token_blacklist are not there: tokens cannot be blacklisted");
    }
    if database.has_refresh_tokens() {
        good("the table of long-running refresh tokens is there");
    }
}

fn good(text: &str) {
    print(format_args!("{} {text}", green("✓")));
}
