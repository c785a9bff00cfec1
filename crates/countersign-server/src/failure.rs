//! Why a command ends: a sentence for a person, and the exit code.

use std::error::Error as StdError;
use std::fmt;
use std::process::ExitCode;

use countersign::error::Causes;

/// A command that did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
    is_told: bool,
}

impl Failure {
    /// The input is wrong: arguments, configuration, what was typed. Exit code 2.
    pub(crate) fn input(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), code: 2, is_told: false }
    }

    /// The input is right and something did not work. Exit code 1.
    pub(crate) fn work(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), code: 1, is_told: false }
    }

    /// As [`work`](Self::work), with all of an error's causes in the sentence.
    pub(crate) fn caused(doing: &str, error: &dyn StdError) -> Self {
        Self::work(format_args!("{doing}: {}", Causes(error)))
    }

    /// The same, when somebody has told the person: it is not told twice.
    pub(crate) fn told(self) -> Self {
        Self { is_told: true, ..self }
    }

    pub(crate) fn is_told(&self) -> bool {
        self.is_told
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
