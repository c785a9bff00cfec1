//! The person at the terminal: colour only where there is one, questions only where somebody can answer.

use std::fmt::Display;
use std::io::{self, IsTerminal, Read, Write};

use countersign::secret::Password;

use crate::failure::Failure;

/// Text for a style, such as `1` for bold: `ESC[1m`.
pub(crate) struct Styled<'a>(&'static str, &'a str, bool);

impl Display for Styled<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(style, text, in_colour) = self;
        if *in_colour { write!(f, "\x1b[{style}m{text}\x1b[0m") } else { f.write_str(text) }
    }
}

/// Bold, on standard output.
pub(crate) fn bold(text: &str) -> Styled<'_> {
    Styled("1", text, in_colour(&io::stdout()))
}

/// Dim, on standard output.
pub(crate) fn dim(text: &str) -> Styled<'_> {
    Styled("2", text, in_colour(&io::stdout()))
}

/// Green, on standard output.
pub(crate) fn green(text: &str) -> Styled<'_> {
    Styled("32", text, in_colour(&io::stdout()))
}

/// Yellow, on standard output.
pub(crate) fn yellow(text: &str) -> Styled<'_> {
    Styled("33", text, in_colour(&io::stdout()))
}

/// Red, on standard output.
pub(crate) fn red(text: &str) -> Styled<'_> {
    Styled("31", text, in_colour(&io::stdout()))
}

/// Whether a stream shows colours: it is a terminal, and `NO_COLOR` is not set (<https://no-color.org>).
pub(crate) fn in_colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Writes to standard output; a reader that went away ends the program quietly, as it ends `cat`.
pub(crate) fn print(text: impl Display) {
    let mut stdout = io::stdout().lock();
    if writeln!(stdout, "{text}").and_then(|()| stdout.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes to standard error, where what is not the result goes.
pub(crate) fn note(text: impl Display) {
    // Nobody is left to be told when standard error is gone.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

pub(crate) fn print_failure(failure: impl Display) {
    note(failed(failure));
}

pub(crate) fn print_warning(warning: impl Display) {
    note(warned(warning));
}

/// A failure for standard error.
pub(crate) fn failed(failure: impl Display) -> String {
    format!("{} {failure}", Styled("1;31", "error:", in_colour(&io::stderr())))
}

/// A warning for standard error.
pub(crate) fn warned(warning: impl Display) -> String {
    format!("{} {warning}", Styled("1;33", "warning:", in_colour(&io::stderr())))
}

/// A word for a POSIX shell.
pub(crate) fn quoted(path: &str) -> String {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    if is_plain { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

/// Asks on the terminal; `None` where there is no person to ask.
pub(crate) fn ask(question: &str) -> Result<Option<String>, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    let _ = write!(io::stderr().lock(), "{question}: ").and_then(|()| io::stderr().flush());
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(|error| Failure::caused("cannot read the answer", &error))?;
    Ok(Some(line.trim().to_owned()))
}

/// Where a new password comes from.
#[derive(Clone, Debug)]
pub(crate) enum PasswordSource {
    /// An environment variable, which holds this.
    Given(Password),
    /// The first line of standard input.
    Stdin,
    /// Asked for, twice, and not shown.
    Terminal,
}

/// Gets a new password.
pub(crate) fn new_password(source: PasswordSource) -> Result<Password, Failure> {
    let password = match source {
        PasswordSource::Given(password) => password,
        PasswordSource::Stdin => {
            let mut text = String::new();
            let read = io::stdin().lock().take(64 * 1024).read_to_string(&mut text);
            read.map_err(|error| Failure::caused("cannot read the password from standard input", &error))?;
            Password::new(text.lines().next().unwrap_or_default())
        }
        PasswordSource::Terminal if !io::stdin().is_terminal() => {
            return Err(Failure::input(
                "there is no terminal to ask for the password: pipe it in with --password-stdin",
            ));
        }
        PasswordSource::Terminal => {
            let first = hidden("Password")?;
            if first.expose() != hidden("Password (again)")?.expose() {
                return Err(Failure::input("the passwords are not the same"));
            }
            first
        }
    };
    if password.expose().trim().is_empty() {
        return Err(Failure::input("the password is blank"));
    }
    if password.expose().trim() != password.expose() {
        return Err(Failure::input(
            "the password begins or ends with a blank: the login endpoints trim what they are sent, \
             so nobody could log in with it",
        ));
    }
    Ok(password)
}

fn hidden(question: &str) -> Result<Password, Failure> {
    let typed = rpassword::prompt_password(format!("{question}: "));
    typed.map(Password::new).map_err(|error| Failure::caused("cannot read the password", &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_a_shell() {
        assert_eq!(quoted("/tmp/a-b_c.d/e"), "/tmp/a-b_c.d/e");
        assert_eq!(quoted("/tmp/it's here"), r"'/tmp/it'\''s here'");
    }
}
