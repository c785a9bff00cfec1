//! A password must not be a number.

use super::text::is_digit;
use super::{PasswordIssue, PasswordRule};
use crate::secret::Password;
use crate::user::Fields;

/// `NumericPasswordValidator`: no password of digits alone, of whatever script (Python's `str.isdigit`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumericPassword;

impl PasswordRule for NumericPassword {
    fn check(&self, password: &Password, _: Option<&Fields>) -> Option<PasswordIssue> {
        let text = password.expose();
        (!text.is_empty() && text.chars().all(is_digit))
            .then(|| PasswordIssue::new("password_entirely_numeric", "This password is entirely numeric."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_digits() {
        for number in ["0", "1234567890123", "٣٤٥٦", "²³¹", "①②③", "१२३"] {
            assert!(NumericPassword.check(&Password::new(number), None).is_some(), "{number}");
        }
        for other in ["", "1234x", "12 34", "-5", "1.5", "½", "Ⅷ", "四"] {
            assert!(NumericPassword.check(&Password::new(other), None).is_none(), "{other}");
        }
    }
}
