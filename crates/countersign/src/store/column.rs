//! What Django's columns for ids and for refresh tokens can hold.

/// Whether a `CharField(max_length=255)` holds a text, whatever the database.
///
/// What it cannot hold is in no row, and must not be given to a store to be written: PostgreSQL and MariaDB refuse it, and
/// SQLite, which knows no lengths, would keep what no other database can take over.
pub(crate) fn may_be_kept(text: &str) -> bool {
    !text.contains('\0') && text.chars().count() <= MAX_LENGTH
}

/// `max_length`, in characters: of `OutstandingToken.jti`, and of the refresh tokens of strawberry-django-extras.
const MAX_LENGTH: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_and_fifty_five_characters_are_kept() {
        for (text, is_kept) in [
            ("", true),
            (&*"x".repeat(255), true),
            (&*"é".repeat(255), true),
            (&*"x".repeat(256), false),
            ("a\0b", false),
        ] {
            assert_eq!(may_be_kept(text), is_kept, "{text:?}");
        }
    }
}
