//! The commands, one file each, named as Django's management commands are.

mod batches;
mod changepassword;
mod check;
mod cleartokens;
mod completions;
mod createuser;
mod flushexpiredtokens;
mod import_django;
mod init;
mod migrate;
mod new_password;
mod serve;
mod token_inspect;

use std::path::{Path, PathBuf};

use countersign_sql::{ConnectError, Database, Tables, UserTable};

use crate::cli::{Cli, Command, Configured, Token};
use crate::config::{self, Config};
use crate::failure::Failure;
use crate::terminal::print_warning;

/// Runs what was asked for.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::ChangePassword(args) => wait_for(changepassword::run(args)),
        Command::Check(args) => wait_for(check::run(args)),
        Command::ClearTokens(args) => wait_for(cleartokens::run(args)),
        Command::Completions { shell } => {
            completions::run(shell);
            Ok(())
        }
        Command::CreateSuperuser(args) => wait_for(createuser::run(args, createuser::Kind::Superuser)),
        Command::CreateUser(args) => wait_for(createuser::run(args, createuser::Kind::User)),
        Command::FlushExpiredTokens(args) => wait_for(flushexpiredtokens::run(args)),
        Command::ImportDjango(args) => import_django::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Migrate(args) => wait_for(migrate::run(args)),
        Command::Serve(args) => wait_for(serve::run(args)),
        Command::Token { command: Token::Inspect(args) } => wait_for(token_inspect::run(args)),
    }
}

fn wait_for(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::caused("cannot start the runtime", &error))?.block_on(work)
}

/// Reads the configuration, and tells the person at the terminal what is doubtful about it.
fn load(configured: &Configured) -> Result<Config, Failure> {
    let config = read(configured)?;
    for warning in config.warnings() {
        print_warning(warning);
    }
    Ok(config)
}

/// Reads the configuration.
fn read(configured: &Configured) -> Result<Config, Failure> {
    let file = configuration_file(configured)?;
    // A variable that is not UTF-8 cannot be one of ours.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    config::load(Some(&file), environment).map_err(Failure::input)
}

fn configuration_file(configured: &Configured) -> Result<PathBuf, Failure> {
    let variable = std::env::var_os(FILE_VARIABLE).filter(|value| !value.is_empty());
    match configured.config.clone().or_else(|| variable.map(PathBuf::from)) {
        Some(file) => Ok(file),
        None if Path::new(DEFAULT_FILE).exists() => Ok(DEFAULT_FILE.into()),
        None => Err(Failure::input(format!(
            "there is no {DEFAULT_FILE} in this folder: write one with `countersign init`, or name one with --config"
        ))),
    }
}

async fn connect(config: &Config) -> Result<Database, Failure> {
    connect_to(config, tables(config)).await
}

async fn connect_to(config: &Config, tables: Tables) -> Result<Database, Failure> {
    let (url, options) = (config.database.url(), &config.database.options);
    Database::connect_with(url, tables, options).await.map_err(|error| unconnected(&error))
}

/// The tables that the families need, by the names that are configured.
fn tables(config: &Config) -> Tables {
    let refresh_tokens = config.graphql_jwt.as_ref().map(|family| &family.refresh_tokens);
    let refresh_tokens = refresh_tokens.filter(|tokens| tokens.are_kept).map(|tokens| tokens.table.clone());
    Tables { users: user_table(config), refresh_tokens }
}

/// The user model's table, by the names that are configured.
fn user_table(config: &Config) -> UserTable {
    let (users, defaults) = (&config.users, UserTable::default());
    UserTable {
        table: users.table.clone(),
        username_field: users.username_field.clone(),
        password: users.columns.password.clone().unwrap_or(defaults.password),
        is_active: users.columns.is_active.clone().unwrap_or(defaults.is_active),
        last_login: users.columns.last_login.clone().unwrap_or(defaults.last_login),
        email: users.columns.email.clone().unwrap_or(defaults.email),
        id: users.columns.id.clone(),
    }
}

/// The text says what to do; a cause is added where there is one.
fn unconnected(error: &ConnectError) -> Failure {
    match std::error::Error::source(error) {
        Some(cause) => Failure::input(format!("{error}: {cause}")),
        None => Failure::input(error),
    }
}

const FILE_VARIABLE: &str = "COUNTERSIGN_CONFIG";
const DEFAULT_FILE: &str = "countersign.toml";
