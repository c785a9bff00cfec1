//! A password must not be one's own name.

use std::collections::HashMap;
use std::fmt;

use super::text::is_word;
use super::{PasswordIssue, PasswordRule};
use crate::secret::Password;
use crate::user::{FieldValue, Fields};

/// `UserAttributeSimilarityValidator`: no password that is too much like something known about the user.
///
/// Compared are each attribute, and the words in it: the characters that both have, however they are ordered, as
/// a share of all of them (`quick_ratio` of Python's `difflib.SequenceMatcher`).
///
/// DIFFERENCE: a field is called by its column's name with blanks for low lines, `email` the "email address", as
/// Django's own user model calls them. A `verbose_name` of another model stands in no database.
#[derive(Clone, Debug)]
pub struct UserAttributeSimilarity {
    user_attributes: Vec<String>,
    max_similarity: f64,
}

/// The least that [`UserAttributeSimilarity`] takes as `max_similarity`: below it hardly any password would do.
pub const MAX_SIMILARITY_AT_LEAST: f64 = 0.1;

impl UserAttributeSimilarity {
    /// Compares with these columns (`user_attributes`); one that the user does not have, or that holds no text,
    /// is passed over. A password is refused from the share `max_similarity` on.
    ///
    /// # Errors
    ///
    /// When `max_similarity` is less than [`MAX_SIMILARITY_AT_LEAST`], or no number.
    pub fn new(user_attributes: Vec<String>, max_similarity: f64) -> Result<Self, TooStrict> {
        if max_similarity >= MAX_SIMILARITY_AT_LEAST {
            Ok(Self { user_attributes, max_similarity })
        } else {
            Err(TooStrict)
        }
    }

    /// The columns that are compared with.
    pub fn user_attributes(&self) -> &[String] {
        &self.user_attributes
    }
}

impl Default for UserAttributeSimilarity {
    /// Django's: user name, first name, last name and email, up to 0.7.
    fn default() -> Self {
        let user_attributes = ["username", "first_name", "last_name", "email"].map(str::to_owned).to_vec();
        Self { user_attributes, max_similarity: 0.7 }
    }
}

impl PasswordRule for UserAttributeSimilarity {
    fn check(&self, password: &Password, user: Option<&Fields>) -> Option<PasswordIssue> {
        let user = user?;
        let password = Letters::of(&password.expose().to_lowercase());
        let similar = self.user_attributes.iter().find(|name| match user.get(name) {
            Some(FieldValue::Text(value)) if !value.is_empty() => {
                let value = value.to_lowercase();
                words(&value).chain([&*value]).any(|part| password.is_like(part, self.max_similarity))
            }
            _ => false,
        })?;
        Some(PasswordIssue::new(
            "password_too_similar",
            format!("The password is too similar to the {}.", verbose_name(similar)),
        ))
    }
}

/// What `re.split(r"\W+", …)` gives: the words, and nothing at an end that is no word's.
fn words(value: &str) -> impl Iterator<Item = &str> {
    let is_gap = |char| !is_word(char);
    let starts = value.starts_with(is_gap).then_some("");
    let ends = value.ends_with(is_gap).then_some("");
    let words = value.split(is_gap).filter(|word| !word.is_empty());
    starts.into_iter().chain(words).chain(ends)
}

/// How often each character stands in a text: all that is compared.
struct Letters {
    counts: HashMap<char, usize>,
    length: usize,
}

impl Letters {
    fn of(text: &str) -> Self {
        let mut letters = Self { counts: HashMap::new(), length: 0 };
        for char in text.chars() {
            *letters.counts.entry(char).or_default() += 1;
            letters.length += 1;
        }
        letters
    }

    #[expect(clippy::cast_precision_loss, reason = "no text in memory has 2^53 characters")]
    fn is_like(&self, part: &str, max_similarity: f64) -> bool {
        let part = Self::of(part);
        // Django does not compare what is too short to come near.
        let bound = max_similarity / 2.0 * self.length as f64;
        if self.length >= 10 * part.length && (part.length as f64) < bound {
            return false;
        }
        let total = self.length + part.length;
        if total == 0 {
            return true;
        }
        let common = |(char, count): (&char, &usize)| self.counts.get(char).map_or(0, |own| *own.min(count));
        let matches: usize = part.counts.iter().map(common).sum();
        2.0 * matches as f64 / total as f64 >= max_similarity
    }
}

fn verbose_name(attribute: &str) -> String {
    match attribute {
        "email" => "email address".to_owned(),
        other => other.replace('_', " "),
    }
}

/// `max_similarity` is less than [`MAX_SIMILARITY_AT_LEAST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooStrict;

impl fmt::Display for TooStrict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "max_similarity must be at least {MAX_SIMILARITY_AT_LEAST}")
    }
}

impl std::error::Error for TooStrict {}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Fields {
        let columns = [("username", "ada"), ("last_name", "Lovelace"), ("email", "countess@example.org")];
        columns.map(|(name, text)| (name, FieldValue::Text(text.into()))).into_iter().collect()
    }

    fn message(password: &str) -> Option<String> {
        let issue = UserAttributeSimilarity::default().check(&Password::new(password), Some(&ada()));
        issue.map(|issue| issue.message().to_owned())
    }

    #[test]
    fn names_and_words_of_an_address_are_known_however_they_are_turned() {
        for (password, attribute) in [
            ("LOVELACE1815", "last name"),
            ("ecalevol", "last name"),
            ("countess1", "email address"),
            ("example!", "email address"),
            ("Ada", "username"),
        ] {
            let expected = format!("The password is too similar to the {attribute}.");
            assert_eq!(message(password), Some(expected), "{password}");
        }
        assert_eq!(message("difference engine"), None);
        assert_eq!(message(&"ada".repeat(1000)), None, "a short name is in every long password");
    }

    #[test]
    fn nobody_is_like_nothing() {
        let rule = UserAttributeSimilarity::default();
        assert_eq!(rule.check(&Password::new("ada"), None), None);
        assert_eq!(rule.check(&Password::new("ada"), Some(&Fields::default())), None);
        assert!(UserAttributeSimilarity::new(vec![], 0.09).is_err());
        assert!(UserAttributeSimilarity::new(vec![], f64::NAN).is_err());
    }
}
