//! `countersign`: the JWT endpoints of Django's packages as a server, and what goes with running it.

mod cli;
mod commands;
mod config;
mod expression;
mod failure;
mod serve;
mod terminal;
mod throttling;
mod webhook;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_told() {
                terminal::print_failure(&failure);
            }
            failure.exit_code()
        }
    }
}
