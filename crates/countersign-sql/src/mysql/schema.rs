//! The schema of MariaDB and MySQL: how it is read, and how these servers are asked.

use countersign::user::FieldValue;
use sqlx::error::DatabaseError;

use super::tables;
use crate::backend::{Dialect, Query, Row};
use crate::column::{Column, ColumnKind};
use crate::places::numbered;

#[derive(Debug)]
pub(crate) struct MysqlDialect;

/// How a statement begins whose row need not be made where its unique value is there already.
pub(super) const INSERT_UNLESS: &str = "INSERT /* unless it is there */ INTO ";

impl Dialect for MysqlDialect {
    fn quote(&self, name: &str) -> String {
        format!("`{}`", name.replace('`', "``"))
    }

    fn placeholder(&self, number: usize) -> String {
        numbered(number)
    }

    /// As the database writes it, where it is of a type that only the database knows.
    fn selected(&self, column: &Column) -> String {
        let name = self.quote(column.name());
        if is_native(column) { name } else { format!("CAST({name} AS CHAR)") }
    }

    /// A text that is compared with a number would be made one.
    fn sought(&self, column: &Column, placeholder: &str) -> String {
        format!("{} = {placeholder}", self.selected(column))
    }

    /// The first comparison has the index, the second one has no collation: in most of these, letters are the same in
    /// upper and lower case, and a text is the same with spaces at its end.
    fn is_exactly(&self, column: &str, placeholder: &str) -> String {
        format!(
            "{column} = {placeholder} \
             AND CAST(CONVERT({column} USING utf8mb4) AS BINARY) = CAST({placeholder} AS BINARY)"
        )
    }

    /// A row of `INSERT … SELECT` waits for the row that it refers to when it has its number, and the next number is given to
    /// nobody meanwhile (MariaDB's `innodb_autoinc_lock_mode`). So that one user whose row is held does not hold everybody
    /// up, that row is waited for before.
    fn hold_in_insert(&self) -> &'static str {
        " LOCK IN SHARE MODE"
    }

    fn lock_in_insert(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn hold_rows(&self) -> &'static str {
        " LOCK IN SHARE MODE"
    }

    fn is_ignoring_case(&self, column: &str, placeholder: &str) -> String {
        format!("{} LIKE {placeholder}", self.quote(column))
    }

    fn insert_unless(&self, table: &str, columns: &[&str], source: &str, _unique: &str) -> String {
        let columns: Vec<_> = columns.iter().map(|column| self.quote(column)).collect();
        format!("{INSERT_UNLESS}{} ({}) {source}", self.quote(table), columns.join(", "))
    }

    fn insert_each_unless(&self, table: &str, columns: &[&str], source: &str, unique: &str) -> String {
        let (table, unique) = (self.quote(table), self.quote(unique));
        let columns: Vec<_> = columns.iter().map(|column| self.quote(column)).collect();
        format!(
            "INSERT INTO {table} ({}) {source} ON DUPLICATE KEY UPDATE {unique} = {table}.{unique}",
            columns.join(", ")
        )
    }

    /// Of two that delete at once, each has its own rows. The batch goes first: its rows are found, the others' are not
    /// looked at.
    fn delete_batch(&self, table: &str, column: &str, batch: &str) -> String {
        let (table, column, id) = (self.quote(table), self.quote(column), self.quote("id"));
        format!(
            "DELETE doomed FROM ({batch} FOR UPDATE SKIP LOCKED) batch \
             STRAIGHT_JOIN {table} doomed ON doomed.{column} = batch.{id}"
        )
    }

    fn columns(&self) -> Query {
        Query::fixed(
            "SELECT table_name, column_name, column_type, is_nullable = 'YES', \
                    column_default IS NOT NULL OR extra LIKE '%auto_increment%' OR extra LIKE '%GENERATED%', \
                    column_key = 'PRI' \
             FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name, ordinal_position",
            &[
                ColumnKind::Text,
                ColumnKind::Text,
                ColumnKind::Text,
                ColumnKind::Int,
                ColumnKind::Int,
                ColumnKind::Int,
            ],
        )
    }

    fn column(&self, row: Row) -> Option<(String, Column)> {
        let row: Vec<_> = row.into_iter().collect::<Result<_, _>>().ok()?;
        let [
            FieldValue::Text(table),
            FieldValue::Text(name),
            FieldValue::Text(declared),
            FieldValue::Int(nullable),
            FieldValue::Int(fills_itself),
            FieldValue::Int(in_primary_key),
        ] = &*row
        else {
            return None;
        };
        let column = Column {
            name: name.clone(),
            kind: kind(declared),
            nullable: *nullable != 0,
            fills_itself: *fills_itself != 0,
            max_chars: max_chars(declared),
            in_primary_key: *in_primary_key != 0,
            declared: declared.clone(),
        };
        Some((table.clone(), column))
    }

    /// A reference has the type of what it refers to.
    fn reference_types(&self) -> Query {
        Query::fixed(
            "SELECT column_type FROM information_schema.columns \
             WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?",
            &[ColumnKind::Text],
        )
    }

    /// The server says `Duplicate entry 'value' for key 'name'`, in its own language: with the key's name, which is the
    /// column's where Django made it with the table. In MySQL the table's name stands before it.
    fn taken_column(&self, error: &dyn DatabaseError) -> Option<String> {
        let key = error.message().rsplit('\'').nth(1)?;
        let name = key.rsplit_once('.').map_or(key, |(_, name)| name);
        error.is_unique_violation().then(|| name.to_owned())
    }

    fn auth_tables(&self) -> &'static [&'static str] {
        tables::AUTH
    }

    fn token_blacklist_tables(&self, user_table: &str, user_key: &str, user_type: &str) -> Vec<String> {
        tables::token_blacklist(self, user_table, user_key, user_type)
    }

    fn refresh_token_tables(&self, user_table: &str, user_key: &str, user_type: &str) -> Vec<String> {
        tables::refresh_token(self, user_table, user_key, user_type)
    }

    fn job_table(&self) -> &'static str {
        tables::JOB
    }

    fn session_table(&self) -> &'static [&'static str] {
        tables::SESSION
    }

    fn half_made(&self, app: &str) -> Option<String> {
        Some(format!("countersign_is_making_{app}"))
    }

    fn reference_type(&self, primary_key: &Column) -> String {
        primary_key.declared().to_owned()
    }
}

/// Whether a column's values come in a type that we have too.
fn is_native(column: &Column) -> bool {
    column.kind() != ColumnKind::Text || TEXTS.contains(&word(column.declared()))
}

/// The reverse of the types that Django's backend declares for its fields.
fn kind(declared: &str) -> ColumnKind {
    match (word(declared), declared) {
        (_, "char(32)") => ColumnKind::Uuid,
        (_, "tinyint(1)") => ColumnKind::Bool,
        ("bigint" | "int" | "mediumint" | "smallint" | "tinyint", _) => ColumnKind::Int,
        ("binary" | "blob" | "longblob" | "mediumblob" | "tinyblob" | "varbinary", _) => ColumnKind::Bytes,
        ("datetime" | "timestamp", _) => ColumnKind::Timestamp,
        ("double" | "float", _) => ColumnKind::Float,
        ("uuid", _) => ColumnKind::Uuid,
        _ => ColumnKind::Text,
    }
}

/// `int` in `int(10) unsigned`.
fn word(declared: &str) -> &str {
    declared.split(['(', ' ']).next().unwrap_or(declared)
}

/// 150 in `varchar(150)`.
fn max_chars(declared: &str) -> Option<usize> {
    let size = declared.strip_prefix("var").unwrap_or(declared).strip_prefix("char(")?;
    size.strip_suffix(')')?.parse().ok()
}

const TEXTS: [&str; 6] = ["char", "longtext", "mediumtext", "text", "tinytext", "varchar"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_read_as_djangos_fields() {
        for (declared, wanted) in [
            ("bigint(20)", ColumnKind::Int),
            ("bigint unsigned", ColumnKind::Int),
            ("bit(1)", ColumnKind::Text),
            ("char(32)", ColumnKind::Uuid),
            ("char(39)", ColumnKind::Text),
            ("datetime(6)", ColumnKind::Timestamp),
            ("decimal(9,2)", ColumnKind::Text),
            ("double", ColumnKind::Float),
            ("enum('int','uuid')", ColumnKind::Text),
            ("int", ColumnKind::Int),
            ("int(10) unsigned", ColumnKind::Int),
            ("longblob", ColumnKind::Bytes),
            ("longtext", ColumnKind::Text),
            ("time(6)", ColumnKind::Text),
            ("tinyint(1)", ColumnKind::Bool),
            ("tinyint(4)", ColumnKind::Int),
            ("uuid", ColumnKind::Uuid),
            ("year(4)", ColumnKind::Text),
        ] {
            assert_eq!(kind(declared), wanted, "{declared}");
        }
        assert_eq!(max_chars("varchar(150)"), Some(150));
        assert_eq!(max_chars("char(39)"), Some(39));
        for other in ["longtext", "varbinary(9)", "decimal(9,2)", "int(11)"] {
            assert_eq!(max_chars(other), None, "{other}");
        }
    }
}
