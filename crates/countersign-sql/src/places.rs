//! Parameters of an engine that tells them apart by their places alone, `?`, and by no numbers.
//!
//! Statements are written with numbers, as one value is often asked for twice. Until a text is whole, such a parameter is
//! its number between two characters that no name in a database can have.

use std::sync::Arc;

/// The parameter of this number, from 1, until [`in_places`] has read the text.
#[cfg(any(test, feature = "mysql"))]
pub(crate) fn numbered(number: usize) -> String {
    format!("{MARK}{number}{MARK}")
}

/// The text with every numbered parameter in its place, and which value (from 0) each of them takes: `None` where a text has
/// none of these, so that the values are taken as they come.
pub(crate) fn in_places(text: String) -> (String, Option<Arc<[usize]>>) {
    if !text.contains(MARK) {
        return (text, None);
    }
    let mut order = Vec::new();
    let parts: Vec<_> = text
        .split(MARK)
        .enumerate()
        .map(|(at, part)| match part.parse::<usize>() {
            Ok(number) if at % 2 == 1 => {
                order.push(number - 1);
                "?"
            }
            _ => part,
        })
        .collect();
    (parts.concat(), Some(order.into()))
}

const MARK: char = '\0';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_in_the_order_of_their_places() {
        let [one, two] = [1, 2].map(numbered);
        let (text, order) = in_places(format!("UPDATE t SET a = {two} WHERE b = {one} AND c <> {one}"));
        assert_eq!(text, "UPDATE t SET a = ? WHERE b = ? AND c <> ?");
        assert_eq!(order.unwrap()[..], [1, 0, 0]);
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        let (text, order) = in_places("SELECT 7 WHERE a = ?1 AND b = $2".to_owned());
        assert_eq!((&*text, order), ("SELECT 7 WHERE a = ?1 AND b = $2", None));
    }
}
