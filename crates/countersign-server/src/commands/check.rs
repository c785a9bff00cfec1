//! `countersign check`.

use countersign_sql::Database;

use crate::cli::Configured;
use crate::commands::{connect, load};
use crate::config::Config;
use crate::failure::Failure;
use crate::serve::families::{SimpleJwtFamily, hashing_pool};
use crate::terminal::{green, print};

/// Does everything that `serve` does up to listening, and says what it found.
pub(super) async fn run(args: Configured) -> Result<(), Failure> {
    let config = load(&args)?;
    good(&format!("the configuration can be read, in the profile {}", config.profile));
    if config.secret_key.is_none() {
        print("  there is no secret_key: every family needs a signing key of its own");
    }
    let database = connect(&config).await?;
    describe(&database);
    families(&config, &database)?;
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
}

fn families(config: &Config, database: &Database) -> Result<(), Failure> {
    let passwords = hashing_pool(config)?;
    match SimpleJwtFamily::build(config, database, &passwords)? {
        Some(family) => {
            good(&format!("[simple_jwt] can be served, tokens are signed with {}", family.algorithm));
            for (endpoint, path) in &family.routes {
                print(format_args!("    {path}  {endpoint:?}"));
            }
        }
        None => return Err(Failure::input("no family is configured: add a table [simple_jwt]")),
    }
    Ok(())
}

fn good(text: &str) {
    print(format_args!("{} {text}", green("✓")));
}
