//! What a new password must be like: Django's `AUTH_PASSWORD_VALIDATORS`.
//!
//! - A [`PasswordRule`] looks at a password and at whoever it shall belong to, and says what is wrong with it.
//! - [`PasswordValidators`] are a list of rules. All of them are asked, in their order, and each that objects
//!   says so once.
//! - Django's four are [`UserAttributeSimilarity`], [`MinimumLength`], [`CommonPasswords`] and
//!   [`NumericPassword`], with its codes and its English messages. A rule of your own is a type with one method.
//! - Only a *new* password is looked at. One that was stored before logs in, whatever the rules are.
//!
//! ```
//! use countersign::password::validation::{MinimumLength, NumericPassword, PasswordValidators};
//! use countersign::secret::Password;
//!
//! let validators = PasswordValidators::new()
//!     .with(MinimumLength { min_length: 10 })
//!     .with(NumericPassword);
//!
//! assert!(validators.validate(&Password::new("correct horse"), None).is_ok());
//!
//! let issues = validators.validate(&Password::new("20261122"), None).unwrap_err();
//! assert_eq!(issues[0].message(), "This password is too short. It must contain at least 10 characters.");
//! assert_eq!(issues[1].code(), "password_entirely_numeric");
//! ```

mod common;
mod length;
mod numeric;
mod similarity;
mod text;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use common::CommonPasswords;
pub use length::MinimumLength;
pub use numeric::NumericPassword;
pub use similarity::{MAX_SIMILARITY_AT_LEAST, TooStrict, UserAttributeSimilarity};

use crate::secret::Password;
use crate::user::Fields;

/// One rule for new passwords: an entry of `AUTH_PASSWORD_VALIDATORS`.
pub trait PasswordRule: fmt::Debug + Send + Sync {
    /// What is wrong with the password, if anything. `user` are the columns of whoever it shall belong to, where
    /// that is known.
    fn check(&self, password: &Password, user: Option<&Fields>) -> Option<PasswordIssue>;
}

/// Rules for new passwords, in the order in which their issues are told. The `Default` is Django's own default:
/// none. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct PasswordValidators(Vec<Arc<dyn PasswordRule>>);

impl PasswordValidators {
    /// No rule yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The four rules that `startproject` writes into a new project's settings, in its order.
    pub fn of_a_new_project() -> Self {
        Self::new()
            .with(UserAttributeSimilarity::default())
            .with(MinimumLength::default())
            .with(CommonPasswords::djangos())
            .with(NumericPassword)
    }

    /// One more rule, asked after the others.
    #[must_use]
    pub fn with(mut self, rule: impl PasswordRule + 'static) -> Self {
        self.0.push(Arc::new(rule));
        self
    }

    /// Asks every rule (`validate_password`).
    ///
    /// # Errors
    ///
    /// With what is wrong, in the order of the rules.
    pub fn validate(&self, password: &Password, user: Option<&Fields>) -> Result<(), Vec<PasswordIssue>> {
        let issues: Vec<_> = self.0.iter().filter_map(|rule| rule.check(password, user)).collect();
        if issues.is_empty() { Ok(()) } else { Err(issues) }
    }
}

/// What is wrong with a new password: Django's `ValidationError`, for the person who chose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordIssue {
    code: Cow<'static, str>,
    message: Cow<'static, str>,
}

impl PasswordIssue {
    /// An issue with a code for programs and a sentence for people. Neither may repeat the password.
    pub fn new(code: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    /// What programs know it by, such as `password_too_short`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What a person is told, in English.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for PasswordIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::FieldValue;

    #[test]
    fn every_rule_is_asked_in_its_order() {
        let validators = PasswordValidators::of_a_new_project();
        let ada = Fields::from_iter([("username", FieldValue::Text("12345".into()))]);
        let issues = validators.validate(&Password::new("123456"), Some(&ada)).unwrap_err();
        let codes: Vec<_> = issues.iter().map(PasswordIssue::code).collect();
        assert_eq!(
            codes,
            [
                "password_too_similar",
                "password_too_short",
                "password_too_common",
                "password_entirely_numeric"
            ]
        );
        assert_eq!(validators.validate(&Password::new("a violet stapler"), Some(&ada)), Ok(()));
    }

    #[test]
    fn without_a_rule_anything_goes() {
        assert_eq!(PasswordValidators::new().validate(&Password::new(""), None), Ok(()));
    }
}
