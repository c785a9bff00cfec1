//! `countersign completions`.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::cli::Cli;
use crate::terminal::print;

pub(super) fn run(shell: Shell) {
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "countersign", &mut script);
    print(String::from_utf8_lossy(&script).trim_end());
}
