//! A new password for a user, and what the rules for passwords say of it.
//!
//! - A person at a terminal is asked again, as Django's commands do: `createsuperuser` lets a person have it anyway,
//!   `changepassword` gives up after three times.
//! - DIFFERENCE: a script is not refused, as it is not by Django's `--no-input`, but it is told.

use countersign::password::validation::PasswordValidators;
use countersign::secret::Password;
use countersign::user::Fields;

use crate::failure::Failure;
use crate::terminal::{self, PasswordSource, note, print_warning};

/// What a person may do whose password breaks the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Insisting {
    /// Have it anyway, when asked (`createsuperuser`).
    Helps,
    /// Nothing but to choose another one (`changepassword`).
    IsInVain,
}

/// Gets a new password for a user with these columns.
pub(super) fn new_password(
    source: &PasswordSource,
    validators: &PasswordValidators,
    user: &Fields,
    insisting: Insisting,
) -> Result<Password, Failure> {
    for _ in 0..ATTEMPTS {
        let password = terminal::new_password(source.clone())?;
        let Err(issues) = validators.validate(&password, Some(user)) else { return Ok(password) };
        if !matches!(source, PasswordSource::Terminal) {
            issues.iter().for_each(print_warning);
            return Ok(password);
        }
        issues.iter().for_each(note);
        if insisting == Insisting::Helps && is_insisted_on()? {
            return Ok(password);
        }
    }
    Err(Failure::input(format!("no password was good enough in {ATTEMPTS} attempts: nothing was changed")))
}

fn is_insisted_on() -> Result<bool, Failure> {
    let answer = terminal::ask("Bypass the password validators and create the user anyway? [y/N]")?;
    Ok(answer.is_some_and(|answer| answer.eq_ignore_ascii_case("y")))
}

/// How often Django's `changepassword` asks.
const ATTEMPTS: usize = 3;
