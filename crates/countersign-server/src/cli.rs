//! The command line: what can be asked for, in words a person likes to read.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};

/// The JWT authentication that Django's packages made familiar, as a server.
///
/// Countersign serves the endpoints of SimpleJWT, Ninja JWT and dj-ninja-auth on Django's own database: same settings, same
/// tokens, same tables.
#[derive(Debug, Parser)]
#[command(
    name = "countersign",
    version,
    propagate_version = true,
    after_help = "To try it:\n  countersign serve --dev\n\n\
                  To put it beside Django, write a countersign.toml with\n  countersign import-django\n\
                  in the project's folder, or with\n  countersign init --database sqlite:///path/to/db.sqlite3\n\
                  then\n  countersign check\n  countersign serve"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the endpoints
    Serve(Serve),
    /// Write a countersign.toml to start from, and a secret key next to it
    Init(Init),
    /// Write a countersign.toml that serves what a Django project serves
    #[command(name = "import-django")]
    ImportDjango(ImportDjango),
    /// Create the tables that are missing, as Django's migrate would
    Migrate(Configured),
    /// Read the configuration, look at the database, and say what is wrong with either
    Check(Configured),
    /// Add a user
    #[command(name = "createuser")]
    CreateUser(CreateUser),
    /// Add a user with every permission, who may enter Django's admin
    #[command(name = "createsuperuser")]
    CreateSuperuser(CreateUser),
    /// Give a user a new password
    #[command(name = "changepassword")]
    ChangePassword(ChangePassword),
    /// Delete the outstanding tokens that have expired
    #[command(name = "flushexpiredtokens")]
    FlushExpiredTokens(FlushExpiredTokens),
    /// Delete the long-running refresh tokens that were revoked
    #[command(name = "cleartokens")]
    ClearTokens(ClearTokens),
    /// Look at tokens, and revoke them
    Token {
        #[command(subcommand)]
        command: Token,
    },
    /// Print a completion script for a shell
    #[command(
        after_help = "For bash:\n  countersign completions bash > ~/.local/share/bash-completion/completions/countersign"
    )]
    Completions {
        /// The shell to complete in
        shell: clap_complete::Shell,
    },
}

/// What every command that reads the configuration takes.
#[derive(Args, Debug)]
pub(crate) struct Configured {
    /// The configuration [default: the file that `COUNTERSIGN_CONFIG` names, or countersign.toml in this folder]
    // Not clap's `env`: a variable that is set for good must not conflict with `serve --dev`.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args, Debug)]
#[command(
    after_help = "With --dev nothing is needed: a SQLite file, a key and the user \"demo\" are made in \
                        .countersign-dev, and the screen shows what to try with curl.\n\n\
                  COUNTERSIGN_LOG says what is logged, as in COUNTERSIGN_LOG=debug; info is the default.\n\
                  SIGTERM and Ctrl-C let the answers that are being made be finished; a second one does not wait."
)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Try it out: everything that is needed is made in .countersign-dev
    #[arg(long, conflicts_with = "config")]
    pub(crate) dev: bool,
    /// Listen here instead of where the configuration says; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Args, Debug)]
pub(crate) struct Init {
    /// Where to write it
    #[arg(long, short, value_name = "FILE", default_value = "countersign.toml")]
    pub(crate) config: PathBuf,
    /// The database's URL
    #[arg(long, value_name = "URL", default_value = "sqlite:countersign.sqlite3")]
    pub(crate) database: String,
}

#[derive(Args, Debug)]
#[command(
    after_help = "Run it in the project's folder, with its virtual environment active and the variables set that its\n\
                  settings read:\n  countersign import-django\nor name all of that:\n  \
                  countersign import-django --project ../shop --python ../shop/.venv/bin/python\n\n\
                  It knows SimpleJWT, Ninja JWT, dj-ninja-auth and the GraphQL JWT of strawberry-django-extras.\n\
                  Django itself is asked, so what counts is what the settings come to. Secrets go into files of\n\
                  their own beside the configuration. What cannot be carried over is listed, with what to do\n\
                  instead; an endpoint that runs code of the project's is left to Django. Nothing in the project\n\
                  or its database is changed."
)]
pub(crate) struct ImportDjango {
    /// The project's Python [default: that of the active virtual environment, or python3]
    #[arg(long, value_name = "PATH")]
    pub(crate) python: Option<PathBuf>,
    /// The settings module [default: `DJANGO_SETTINGS_MODULE`, or the one in manage.py]
    #[arg(long, value_name = "MODULE")]
    pub(crate) settings: Option<String>,
    /// The folder with manage.py
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// Where to write the configuration
    #[arg(long, short, value_name = "FILE", default_value = "countersign.toml")]
    pub(crate) config: PathBuf,
    /// Replace the files that are there
    #[arg(long)]
    pub(crate) force: bool,
    /// How many seconds the project may take to answer
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub(crate) timeout: std::num::NonZeroU64,
}

#[derive(Args, Debug)]
pub(crate) struct CreateUser {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// The name to log in with, whatever the user model calls it; asked for if it is not given
    #[arg(long)]
    pub(crate) username: Option<String>,
    /// The email address, where the user model has one
    #[arg(long)]
    pub(crate) email: Option<String>,
    #[command(flatten)]
    pub(crate) password: NewPassword,
    /// Another column of the user model, as often as needed
    #[arg(long = "field", value_name = "COLUMN=VALUE", value_parser = column_value)]
    pub(crate) fields: Vec<(String, String)>,
}

#[derive(Args, Debug)]
pub(crate) struct ChangePassword {
    /// Whose password
    pub(crate) username: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
    #[command(flatten)]
    pub(crate) password: NewPassword,
}

#[derive(Args, Debug)]
pub(crate) struct NewPassword {
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Ask nothing: take what is not given from `DJANGO_SUPERUSER_USERNAME`, `_EMAIL` and `_PASSWORD`
    #[arg(long = "no-input", alias = "noinput")]
    pub(crate) no_input: bool,
}

#[derive(Args, Debug)]
pub(crate) struct FlushExpiredTokens {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// How many tokens to delete in one transaction
    #[arg(long, value_name = "N", default_value = "1000")]
    pub(crate) batch: std::num::NonZeroU32,
}

#[derive(Args, Debug)]
pub(crate) struct ClearTokens {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Delete those too that are older than `jwt_refresh_expiration_delta`
    #[arg(long)]
    pub(crate) expired: bool,
    /// How many tokens to delete in one transaction
    #[arg(long, value_name = "N", default_value = "1000")]
    pub(crate) batch: std::num::NonZeroU32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Show what a token says, and whether it is good
    #[command(after_help = "The token may come from a pipe:\n  pbpaste | countersign token inspect -\n\n\
                            With a configuration it is verified with its keys; without one it is only read.")]
    Inspect(Inspect),
    /// Make a token good no more, or everything that a user has
    #[command(after_help = "Log somebody out everywhere:\n  countersign token revoke --user ada\n\
                            Revoke one token that has leaked:\n  pbpaste | countersign token revoke -\n\n\
                            Refresh and sliding tokens go on the blacklist, sessions are over, and long-running refresh\n\
                            tokens are revoked. Access tokens stay good until they expire. The user can log in again.")]
    Revoke(Revoke),
}

#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// The token, or - for standard input
    pub(crate) token: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Print JSON, for other programs
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("what").required(true).args(["token", "user"]))]
pub(crate) struct Revoke {
    /// A refresh token, a sliding token or a long-running refresh token, or - for standard input
    pub(crate) token: Option<String>,
    /// Revoke everything of the user with this name: sessions and every token that is kept
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

fn column_value(text: &str) -> Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or("it must look like COLUMN=VALUE")?;
    Ok((column.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
