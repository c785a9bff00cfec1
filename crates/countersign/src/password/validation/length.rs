//! A password must have some length.

use super::{PasswordIssue, PasswordRule};
use crate::secret::Password;
use crate::user::Fields;

/// `MinimumLengthValidator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinimumLength {
    /// `min_length`: the fewest characters, 8 by default. A character is a Unicode code point, as in Python.
    pub min_length: u32,
}

impl Default for MinimumLength {
    fn default() -> Self {
        Self { min_length: 8 }
    }
}

impl PasswordRule for MinimumLength {
    fn check(&self, password: &Password, _: Option<&Fields>) -> Option<PasswordIssue> {
        let Self { min_length } = *self;
        let wanted = usize::try_from(min_length).unwrap_or(usize::MAX);
        // What follows the wanted number of characters need not be counted.
        let length = password.expose().chars().take(wanted).count();
        let characters = if min_length == 1 { "character" } else { "characters" };
        (length < wanted).then(|| {
            PasswordIssue::new(
                "password_too_short",
                format!("This password is too short. It must contain at least {min_length} {characters}."),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_count_and_not_bytes() {
        let rule = MinimumLength::default();
        assert!(rule.check(&Password::new("ääääääää"), None).is_none());
        let issue = rule.check(&Password::new("ääääääą"), None).unwrap();
        assert_eq!(issue.message(), "This password is too short. It must contain at least 8 characters.");
    }

    #[test]
    fn one_is_singular() {
        let issue = MinimumLength { min_length: 1 }.check(&Password::new(""), None).unwrap();
        assert!(issue.message().ends_with("at least 1 character."));
        assert!(MinimumLength { min_length: 0 }.check(&Password::new(""), None).is_none());
    }
}
