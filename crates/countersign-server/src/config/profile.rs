//! `profile`: as Django is, or as a new deployment should be.

use std::fmt;

use super::reference::Surroundings;
use super::setting::{Fault, Setting};
use super::tree::Value;

/// Which defaults and which strictness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Django's own.
    #[default]
    Django,
    /// What a new deployment should have: weak keys are refused, and tokens that are not verified.
    Strict,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Django => "django",
            Self::Strict => "strict",
        })
    }
}

impl Setting for Profile {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        match String::read(value, around)?.as_str() {
            "django" => Ok(Self::Django),
            "strict" => Ok(Self::Strict),
            _ => Err("takes \"django\" or \"strict\"".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read};
    use super::*;

    #[test]
    fn django_is_the_default() {
        assert_eq!(read("").profile, Profile::Django);
        assert_eq!(read("profile = 'strict'").profile, Profile::Strict);
        assert!(fault("profile = 'Strict'").ends_with("profile takes \"django\" or \"strict\""));
    }
}
