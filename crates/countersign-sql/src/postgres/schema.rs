//! PostgreSQL's schema: how it is read, and how columns are asked for that are of more than a handful of types.

use countersign::user::FieldValue;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;

use super::tables;
use crate::backend::{Dialect, Query, Row};
use crate::column::{Column, ColumnKind};

#[derive(Debug)]
pub(crate) struct PostgresDialect;

impl Dialect for PostgresDialect {
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn placeholder(&self, number: usize) -> String {
        format!("${number}")
    }

    /// As the database writes it, where it is of a type that only the database knows.
    fn selected(&self, column: &Column) -> String {
        let name = self.quote(column.name());
        match Shape::of(column) {
            Shape::Interval => format!("CAST(EXTRACT(EPOCH FROM {name}) * 1000000 AS bigint)"),
            Shape::Native => name,
            Shape::CaseInsensitive | Shape::Other => format!("CAST({name} AS text)"),
        }
    }

    fn sought(&self, column: &Column, placeholder: &str) -> String {
        match Shape::of(column) {
            Shape::CaseInsensitive => {
                format!("{} = CAST({placeholder} AS {})", self.quote(column.name()), column.declared())
            }
            Shape::Interval | Shape::Native | Shape::Other => {
                format!("{} = {placeholder}", self.selected(column))
            }
        }
    }

    /// With its type, as a `NULL` alone has none.
    fn given(&self, column: &Column, placeholder: &str) -> String {
        match (Shape::of(column), column.kind()) {
            (Shape::Interval, _) => format!("CAST({placeholder} AS bigint) * INTERVAL '1 microsecond'"),
            (Shape::CaseInsensitive | Shape::Other, _) => {
                format!("CAST(CAST({placeholder} AS text) AS {})", column.declared())
            }
            (Shape::Native, ColumnKind::Int) => format!("CAST({placeholder} AS bigint)"),
            (Shape::Native, ColumnKind::Text) => format!("CAST({placeholder} AS text)"),
            (Shape::Native, ColumnKind::Timestamp) => {
                format!("CAST({placeholder} AS timestamp with time zone)")
            }
            (Shape::Native, ColumnKind::Float) => format!("CAST({placeholder} AS double precision)"),
            (Shape::Native, ColumnKind::Bool | ColumnKind::Bytes | ColumnKind::Uuid) => {
                format!("CAST({placeholder} AS {})", column.declared())
            }
        }
    }

    fn is_ignoring_case(&self, column: &str, placeholder: &str) -> String {
        format!("UPPER(CAST({} AS text)) = UPPER({placeholder})", self.quote(column))
    }

    fn ignoring_case(&self, text: &str) -> String {
        text.to_owned()
    }

    fn insert_unless(&self, table: &str, columns: &[&str], source: &str, unique: &str) -> String {
        let columns: Vec<_> = columns.iter().map(|column| self.quote(column)).collect();
        let (table, unique) = (self.quote(table), self.quote(unique));
        format!("INSERT INTO {table} ({}) {source} ON CONFLICT ({unique}) DO NOTHING", columns.join(", "))
    }

    fn in_steps(&self, steps: &[(&str, &str)], last: &str) -> Option<String> {
        let steps: Vec<_> = steps.iter().map(|(name, step)| format!("{name} AS ({step})")).collect();
        Some(format!("WITH {} {last}", steps.join(", ")))
    }

    /// Of two that delete at once, each has its own rows. A batch that locks is selected once.
    fn delete_batch(&self, table: &str, column: &str, batch: &str) -> String {
        let (table, column, id) = (self.quote(table), self.quote(column), self.quote("id"));
        format!(
            "WITH batch AS ({batch} FOR UPDATE SKIP LOCKED) \
             DELETE FROM {table} WHERE {column} IN (SELECT batch.{id} FROM batch)"
        )
    }

    /// Those of the tables that are meant by a name without a schema, as Django's names are.
    fn columns(&self) -> Query {
        Query::fixed(
            "SELECT CAST(c.relname AS text), CAST(a.attname AS text), format_type(a.atttypid, a.atttypmod), \
                    a.attnotnull, a.atthasdef OR a.attidentity <> '', COALESCE(a.attnum = ANY (k.conkey), false) \
             FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
             LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' \
             WHERE c.relkind IN ('f', 'm', 'p', 'r', 'v') AND a.attnum > 0 AND NOT a.attisdropped \
               AND n.nspname NOT IN ('crdb_internal', 'information_schema', 'pg_catalog', 'pg_extension') \
               AND pg_catalog.pg_table_is_visible(c.oid) \
             ORDER BY c.relname, a.attnum",
            &[
                ColumnKind::Text,
                ColumnKind::Text,
                ColumnKind::Text,
                ColumnKind::Bool,
                ColumnKind::Bool,
                ColumnKind::Bool,
            ],
        )
    }

    fn column(&self, row: Row) -> Option<(String, Column)> {
        let row: Vec<_> = row.into_iter().collect::<Result<_, _>>().ok()?;
        let [
            FieldValue::Text(table),
            FieldValue::Text(name),
            FieldValue::Text(declared),
            FieldValue::Bool(not_null),
            FieldValue::Bool(fills_itself),
            FieldValue::Bool(in_primary_key),
        ] = &*row
        else {
            return None;
        };
        let column = Column {
            name: name.clone(),
            kind: kind(declared),
            nullable: !not_null,
            fills_itself: *fills_itself,
            max_chars: max_chars(declared),
            in_primary_key: *in_primary_key,
            declared: declared.clone(),
        };
        Some((table.clone(), column))
    }

    /// A reference has the type of what it refers to.
    fn reference_types(&self) -> Query {
        Query::fixed(
            "SELECT format_type(a.atttypid, a.atttypmod) FROM pg_catalog.pg_class c \
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid \
             WHERE pg_catalog.pg_table_is_visible(c.oid) AND c.relname = $1 AND a.attname = $2",
            &[ColumnKind::Text],
        )
    }

    /// PostgreSQL's detail says `Key (column)=(value) already exists.`, in its own language.
    fn taken_column(&self, error: &dyn DatabaseError) -> Option<String> {
        let detail = error.try_downcast_ref::<PgDatabaseError>()?.detail()?;
        let (column, _) = detail.split_once('(')?.1.split_once(")=(")?;
        error.is_unique_violation().then(|| column.trim_matches('"').to_owned())
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
        r#"CREATE TABLE "countersign_job" (
            "name" varchar(64) NOT NULL PRIMARY KEY,
            "worker" varchar(64) NOT NULL,
            "held_until" timestamp with time zone NOT NULL,
            "done_at" timestamp with time zone NOT NULL
        )"#
    }

    fn session_table(&self) -> &'static [&'static str] {
        tables::SESSION
    }

    fn reference_type(&self, primary_key: &Column) -> String {
        primary_key.declared().to_owned()
    }
}

/// How a column's values come and go.
enum Shape {
    /// `citext`, which compares by rules of its own.
    CaseInsensitive,
    /// `DurationField`: in microseconds, as Django has it where a database has no such type.
    Interval,
    /// In a type that we have too.
    Native,
    /// As a text.
    Other,
}

impl Shape {
    fn of(column: &Column) -> Self {
        let declared = column.declared();
        match column.kind() {
            ColumnKind::Int if declared.starts_with("interval") => Self::Interval,
            ColumnKind::Text if declared == "citext" || declared.ends_with(".citext") => {
                Self::CaseInsensitive
            }
            ColumnKind::Text if declared != "text" && !is_character(declared) => Self::Other,
            _ => Self::Native,
        }
    }
}

/// The reverse of the types that Django's PostgreSQL backend declares for its fields.
fn kind(declared: &str) -> ColumnKind {
    if declared.ends_with("[]") {
        return ColumnKind::Text;
    }
    match declared.split(['(', ' ']).next().unwrap_or(declared) {
        "bigint" | "integer" | "interval" | "smallint" => ColumnKind::Int,
        "boolean" => ColumnKind::Bool,
        "bytea" => ColumnKind::Bytes,
        "double" | "real" => ColumnKind::Float,
        "timestamp" => ColumnKind::Timestamp,
        "uuid" => ColumnKind::Uuid,
        _ => ColumnKind::Text,
    }
}

fn is_character(declared: &str) -> bool {
    declared.starts_with("character") && !declared.ends_with("[]")
}

/// 150 in `character varying(150)`.
fn max_chars(declared: &str) -> Option<usize> {
    declared.strip_prefix("character")?.split_once('(')?.1.strip_suffix(')')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_read_as_djangos_fields() {
        for (declared, wanted) in [
            ("integer", ColumnKind::Int),
            ("interval", ColumnKind::Int),
            ("interval(3)", ColumnKind::Int),
            ("boolean", ColumnKind::Bool),
            ("double precision", ColumnKind::Float),
            ("timestamp(3) with time zone", ColumnKind::Timestamp),
            ("timestamp without time zone", ColumnKind::Timestamp),
            ("uuid", ColumnKind::Uuid),
            ("integer[]", ColumnKind::Text),
            ("uuid[]", ColumnKind::Text),
            ("jsonb", ColumnKind::Text),
            ("character varying(150)", ColumnKind::Text),
        ] {
            assert_eq!(kind(declared), wanted, "{declared}");
        }
        assert_eq!(max_chars("character varying(150)"), Some(150));
        assert_eq!(max_chars("character varying"), None);
        assert_eq!(max_chars("character varying(150)[]"), None);
        assert_eq!(max_chars("numeric(9,2)"), None);
    }
}
