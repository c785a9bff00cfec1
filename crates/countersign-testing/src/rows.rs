//! Rows as they are stored, and whether two tables hold the same.

use std::fmt;

use jiff::civil::DateTime;
use serde_json::Value;

use crate::token;

/// The rows of one table, as they are stored.
#[derive(Clone)]
pub struct Table {
    name: String,
    /// The rows, in the order of the primary key.
    pub rows: Vec<Row>,
}

/// One row: columns in the table's order.
#[derive(Clone)]
pub struct Row(Vec<(String, Value)>);

impl Table {
    /// Takes what the oracle's `dump_rows` returns.
    pub(crate) fn new(name: &str, dump: Value) -> Self {
        let rows: Vec<Vec<(String, Value)>> =
            serde_json::from_value(dump).expect("dump_rows gives columns and values");
        Self { name: name.to_owned(), rows: rows.into_iter().map(Row).collect() }
    }

    /// The only row whose `column` is `value`.
    ///
    /// # Panics
    ///
    /// When there is none, or more than one.
    #[track_caller]
    pub fn row(&self, column: &str, value: impl Into<Value>) -> &Row {
        let value = value.into();
        let mut found = self.rows.iter().filter(|row| *row.value(column) == value);
        match (found.next(), found.next()) {
            (Some(row), None) => row,
            _ => panic!("not exactly one row with {column} = {value} in {self:#?}"),
        }
    }

    /// Puts the place of the row it names in the place of every id in `column`. Ids are the database's own affair: they
    /// must refer to the same rows, and a number left out between two of them means nothing.
    pub(crate) fn renumber(&mut self, column: &str, referred: &[Value]) {
        let cells = self.rows.iter_mut().flat_map(|row| &mut row.0).filter(|(name, _)| name == column);
        for (_, id) in cells {
            let place = referred.iter().position(|known| known == id);
            *id = format!("of row {}", place.expect("an id refers to a row")).into();
        }
    }

    /// The values of a column.
    pub(crate) fn column(&self, name: &str) -> Vec<Value> {
        self.rows.iter().map(|row| row.value(name).clone()).collect()
    }

    /// How two tables differ, a sentence each.
    ///
    /// Rows are compared in order and column by column: tokens by their claims, random ids by shape, times to within
    /// a few seconds and by their textual form, password hashes by algorithm and parameters, the rest exactly.
    pub fn differences(&self, ours: &Self) -> Vec<String> {
        if self.rows.len() != ours.rows.len() {
            return vec![format!("{}: {} rows and {}", self.name, self.rows.len(), ours.rows.len())];
        }
        let mut found = Vec::new();
        for (number, (theirs, ours)) in self.rows.iter().zip(&ours.rows).enumerate() {
            for ((column, theirs), (_, ours)) in theirs.0.iter().zip(&ours.0) {
                if !same_cell(column, theirs, ours) {
                    found.push(format!("{} row {number} {column}: {theirs} and {ours}", self.name));
                }
            }
        }
        found
    }
}

impl Row {
    /// The value of a column.
    ///
    /// # Panics
    ///
    /// When there is no such column.
    #[track_caller]
    pub fn value(&self, column: &str) -> &Value {
        match self.0.iter().find(|(name, _)| name == column) {
            Some((_, value)) => value,
            None => panic!("no column {column} in {self:?}"),
        }
    }

    /// The text in a column.
    #[track_caller]
    pub fn text(&self, column: &str) -> &str {
        self.value(column).as_str().unwrap_or_else(|| panic!("no text in {column} of {self:?}"))
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.name)?;
        self.rows.iter().try_for_each(|row| write!(f, "\n  {row:?}"))
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<_> = self.0.iter().map(|(column, value)| format!("{column}={value}")).collect();
        f.write_str(&cells.join(" "))
    }
}

fn same_cell(column: &str, theirs: &Value, ours: &Value) -> bool {
    let (Value::String(theirs), Value::String(ours)) = (theirs, ours) else { return theirs == ours };
    theirs == ours
        || match column {
            "password" | "pass_hash" => hash_parameters(theirs) == hash_parameters(ours),
            "token" if token::Token::read(theirs).is_some() => token::differences(theirs, ours).is_empty(),
            "token" => {
                theirs.len() == ours.len()
                    && [theirs, ours].into_iter().all(|text| token::is_random_hex(text))
            }
            _ => same_time(theirs, ours) || (token::is_random_id(theirs) && token::is_random_id(ours)),
        }
}

/// All of a stored hash but salt and digest, whose lengths remain.
fn hash_parameters(encoded: &str) -> Vec<String> {
    let parts: Vec<&str> = encoded.split('$').collect();
    let random_from = match parts[0] {
        "argon2" => 4,
        "bcrypt" | "bcrypt_sha256" => parts.len() - 1,
        "scrypt" | "md5" => 1,
        _ => 2,
    };
    let shown = |(place, part): (usize, &&str)| match part.parse::<u32>() {
        Err(_) if place >= random_from => part.len().to_string(),
        _ => (*part).to_owned(),
    };
    parts.iter().enumerate().map(shown).collect()
}

/// Two times in one form, close to each other.
fn same_time(theirs: &str, ours: &str) -> bool {
    let form = |text: &str| text.replace(|character: char| character.is_ascii_digit(), "0");
    let (Ok(their_time), Ok(our_time)) = (theirs.parse::<DateTime>(), ours.parse::<DateTime>()) else {
        return false;
    };
    form(theirs) == form(ours)
        && their_time.duration_until(our_time).unsigned_abs().as_secs() <= token::TOLERANCE
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn same(column: &str, theirs: &str, ours: &str) -> bool {
        same_cell(column, &json!(theirs), &json!(ours))
    }

    #[test]
    fn times_are_compared_by_form_and_to_within_seconds() {
        assert!(same("created_at", "2026-11-21 23:32:50.123456", "2026-11-21 23:32:51.000001"));
        assert!(!same("created_at", "2026-11-21 23:32:50.123456", "2026-11-21 23:32:50.123"));
        assert!(!same("created_at", "2026-11-21 23:32:50", "2026-11-21 23:32:50+00:00"));
        assert!(!same("created_at", "2026-11-21 23:32:50", "2026-11-21T23:32:50"));
        assert!(!same("created_at", "2026-11-21 23:32:50", "2026-11-21 23:32:54"));
        assert!(!same_cell("last_login", &Value::Null, &json!("2026-11-21 23:32:54")));
    }

    #[test]
    fn hashes_are_compared_by_their_parameters() {
        let hash = |iterations, salt, digest| format!("pbkdf2_sha256${iterations}${salt}${digest}");
        assert!(same("password", &hash("1000", "abcd", "wxyz="), &hash("1000", "bcde", "vwxy=")));
        assert!(!same("password", &hash("1000", "abcd", "wxyz="), &hash("2000", "abcd", "wxyz=")));
        assert!(!same("password", &hash("1000", "abcd", "wxyz="), &hash("1000", "abc", "wxyz=")));
        assert!(!same("password", "md5$abcd$0123", "scrypt$abcd$0123"));
    }

    #[test]
    fn other_cells_are_compared_exactly() {
        assert!(!same("email", "ada@example.com", "Ada@example.com"));
        assert!(!same_cell("user_id", &json!(1), &json!("1")));
    }
}
