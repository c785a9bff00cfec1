//! Names as strawberry makes them of Python's.

use std::fmt;

/// A column's name as a GraphQL name: `first_name` is `firstName`.
///
/// # Errors
///
/// When that is no name in GraphQL (GraphQL §2.1.9): letters, digits and `_`, no digit first, no two `_` first.
///
/// ```
/// use countersign::dialect::graphql_jwt::camel_case;
///
/// assert_eq!(camel_case("is_active")?, "isActive");
/// assert_eq!(camel_case("ID_card")?, "IDCard");
/// assert!(camel_case("e-mail").is_err());
/// # Ok::<_, countersign::dialect::graphql_jwt::NotAName>(())
/// ```
pub fn camel_case(column: &str) -> Result<String, NotAName> {
    let mut words = column.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        match letters.next() {
            // Python's `capitalize`: what follows the first letter is small.
            Some(first) => {
                name.push(first.to_ascii_uppercase());
                name += &letters.as_str().to_ascii_lowercase();
            }
            None => name.push('_'),
        }
    }
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let begins_well = !name.starts_with("__") && !name.starts_with(|first: char| first.is_ascii_digit());
    if !name.is_empty() && begins_well && name.bytes().all(is_name) {
        Ok(name)
    } else {
        Err(NotAName::new(column))
    }
}

/// A column that cannot be called by its name in GraphQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAName {
    column: String,
}

impl NotAName {
    pub(super) fn new(column: &str) -> Self {
        Self { column: column.to_owned() }
    }
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the column {:?} cannot have its name in GraphQL, which knows letters, digits and _, and has other uses \
             for password and refreshToken",
            self.column
        )
    }
}

impl std::error::Error for NotAName {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_strawberry() {
        for (column, name) in [
            ("username", "username"),
            ("first_name", "firstName"),
            ("is_ACTIVE", "isActive"),
            ("a__b", "a_B"),
            ("name_", "name_"),
            ("_name", "Name"),
            ("line_2_x", "line2X"),
        ] {
            assert_eq!(camel_case(column).as_deref(), Ok(name));
        }
        for column in ["", "e-mail", "2nd", "größe", "a_é", "___x", "a b"] {
            assert!(camel_case(column).is_err(), "{column}");
        }
    }
}
