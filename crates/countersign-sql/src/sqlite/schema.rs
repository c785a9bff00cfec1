//! SQLite's schema: how it is read, and Django's tables as Django's own `migrate` leaves them there.
//!
//! The order of the columns is Django's, too: on SQLite some of its migrations rebuild a table, which moves the
//! changed columns to the end. A test compares every table with one that Django made.

use countersign::user::FieldValue;
use sqlx::error::DatabaseError;

use crate::backend::{Dialect, Query, Row};
use crate::column::{Column, ColumnKind};

#[derive(Debug)]
pub(crate) struct SqliteDialect;

impl Dialect for SqliteDialect {
    fn quote(&self, name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    fn placeholder(&self, number: usize) -> String {
        format!("?{number}")
    }

    /// SQLite knows upper and lower case of ASCII's letters alone.
    fn is_ignoring_case(&self, column: &str, placeholder: &str) -> String {
        format!("{} LIKE {placeholder} ESCAPE '\\'", self.quote(column))
    }

    fn insert_unless(&self, table: &str, columns: &[&str], source: &str, unique: &str) -> String {
        let columns: Vec<_> = columns.iter().map(|column| self.quote(column)).collect();
        let (table, unique) = (self.quote(table), self.quote(unique));
        format!("INSERT INTO {table} ({}) {source} ON CONFLICT ({unique}) DO NOTHING", columns.join(", "))
    }

    /// A transaction has the whole file.
    fn hold_rows(&self) -> &'static str {
        ""
    }

    fn lock_rows(&self) -> &'static str {
        ""
    }

    fn lock_unless_locked(&self) -> &'static str {
        ""
    }

    fn columns(&self) -> Query {
        Query::fixed(
            "SELECT m.name, c.name, lower(c.type), c.\"notnull\", c.dflt_value IS NOT NULL, c.pk, c.hidden \
             FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c \
             WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
             ORDER BY m.name, c.cid",
            &[
                ColumnKind::Text,
                ColumnKind::Text,
                ColumnKind::Text,
                ColumnKind::Int,
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
            FieldValue::Int(not_null),
            FieldValue::Int(has_default),
            FieldValue::Int(key),
            FieldValue::Int(hidden),
        ] = &*row
        else {
            return None;
        };
        let (word, size) = type_and_size(declared);
        let column = Column {
            name: name.clone(),
            kind: kind(word, size),
            nullable: *not_null == 0 && *key == 0,
            // SQLite numbers an integer primary key itself; a generated column (hidden) is computed.
            fills_itself: *has_default != 0 || *hidden != 0 || (*key == 1 && declared == "integer"),
            max_chars: size.filter(|_| matches!(word, "char" | "varchar")),
            in_primary_key: *key != 0,
            declared: declared.clone(),
        };
        Some((table.clone(), column))
    }

    fn reference_types(&self) -> Query {
        Query::fixed(
            "SELECT c.type FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f \
             JOIN pragma_table_info(m.name) c ON c.name = f.\"from\" \
             WHERE m.type = 'table' AND f.\"table\" = ?1 AND f.\"to\" = ?2 LIMIT 1",
            &[ColumnKind::Text],
        )
    }

    /// SQLite says `UNIQUE constraint failed: table.column`.
    fn taken_column(&self, error: &dyn DatabaseError) -> Option<String> {
        let (_, column) = error.message().rsplit_once('.')?;
        error.is_unique_violation().then(|| column.to_owned())
    }

    fn auth_tables(&self) -> &'static [&'static str] {
        AUTH_TABLES
    }

    fn token_blacklist_tables(&self, user_table: &str, user_key: &str, user_type: &str) -> Vec<String> {
        let (users, key) = (self.quote(user_table), self.quote(user_key));
        vec![
            format!(
                r#"CREATE TABLE "token_blacklist_outstandingtoken" (
                    "token" text NOT NULL,
                    "created_at" datetime NULL,
                    "expires_at" datetime NOT NULL,
                    "user_id" {user_type} NULL REFERENCES {users} ({key}) DEFERRABLE INITIALLY DEFERRED,
                    "jti" varchar(255) NOT NULL UNIQUE,
                    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
                )"#
            ),
            r#"CREATE INDEX "token_blacklist_outstandingtoken_user_id_83bc629a"
                ON "token_blacklist_outstandingtoken" ("user_id")"#
                .to_owned(),
            r#"CREATE TABLE "token_blacklist_blacklistedtoken" (
                "blacklisted_at" datetime NOT NULL,
                "token_id" bigint NOT NULL UNIQUE
                    REFERENCES "token_blacklist_outstandingtoken" ("id") DEFERRABLE INITIALLY DEFERRED,
                "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT
            )"#
            .to_owned(),
        ]
    }

    fn refresh_token_tables(&self, user_table: &str, user_key: &str, user_type: &str) -> Vec<String> {
        let (users, key) = (self.quote(user_table), self.quote(user_key));
        vec![
            format!(
                r#"CREATE TABLE "refresh_token_refreshtoken" (
                    "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
                    "token" varchar(255) NOT NULL,
                    "created" datetime NOT NULL,
                    "revoked" datetime NULL,
                    "user_id" {user_type} NOT NULL REFERENCES {users} ({key}) DEFERRABLE INITIALLY DEFERRED
                )"#
            ),
            r#"CREATE UNIQUE INDEX "refresh_token_refreshtoken_token_revoked_b683a545_uniq"
                ON "refresh_token_refreshtoken" ("token", "revoked")"#
                .to_owned(),
            r#"CREATE INDEX "refresh_token_refreshtoken_user_id_45383307"
                ON "refresh_token_refreshtoken" ("user_id")"#
                .to_owned(),
        ]
    }

    fn job_table(&self) -> &'static str {
        r#"CREATE TABLE "countersign_job" (
            "name" varchar(64) NOT NULL PRIMARY KEY,
            "worker" varchar(64) NOT NULL,
            "held_until" datetime NOT NULL,
            "done_at" datetime NOT NULL
        )"#
    }

    fn session_table(&self) -> &'static [&'static str] {
        SESSION
    }

    /// `AutoField` and `BigAutoField` are both declared `integer`; since Django 3.2 a project's own models have
    /// the latter, whose references are declared `bigint`.
    fn reference_type(&self, primary_key: &Column) -> String {
        match &*primary_key.declared {
            "integer" => "bigint".to_owned(),
            other => other.to_owned(),
        }
    }
}

/// `varchar(150)` as `varchar` and 150.
fn type_and_size(declared: &str) -> (&str, Option<usize>) {
    let (word, rest) = declared.split_once('(').unwrap_or((declared, ""));
    (word.trim(), rest.trim_end_matches(')').trim().parse().ok())
}

/// The reverse of the types that Django's SQLite backend declares for its fields.
fn kind(word: &str, size: Option<usize>) -> ColumnKind {
    match (word, size) {
        ("bool" | "boolean", _) => ColumnKind::Bool,
        ("blob", _) => ColumnKind::Bytes,
        ("real" | "double" | "float", _) => ColumnKind::Float,
        (
            "bigint" | "bigint unsigned" | "int" | "integer" | "integer unsigned" | "smallint"
            | "smallint unsigned" | "tinyint",
            _,
        ) => ColumnKind::Int,
        ("datetime" | "timestamp", _) => ColumnKind::Timestamp,
        ("char", Some(32)) => ColumnKind::Uuid,
        _ => ColumnKind::Text,
    }
}

/// Countersign's own table of sessions.
const SESSION: &[&str] = &[
    r#"CREATE TABLE "countersign_session" (
        "id" varchar(255) NOT NULL PRIMARY KEY,
        "user_key" text NOT NULL,
        "created_at" datetime NOT NULL,
        "revoked_at" datetime NULL,
        "generation" bigint NOT NULL,
        "current_jti" varchar(255) NOT NULL,
        "parent_jti" varchar(255) NULL,
        "consumed_at" datetime NULL,
        "last_used_at" datetime NOT NULL,
        "expires_at" datetime NOT NULL,
        "kept_until" datetime NOT NULL,
        "address" varchar(45) NULL,
        "user_agent" varchar(255) NULL
    )"#,
    r#"CREATE INDEX "countersign_session_user_key" ON "countersign_session" ("user_key")"#,
    r#"CREATE INDEX "countersign_session_current_jti" ON "countersign_session" ("current_jti")"#,
    r#"CREATE INDEX "countersign_session_kept_until" ON "countersign_session" ("kept_until")"#,
];

const AUTH_TABLES: &[&str] = &[
    r#"CREATE TABLE "django_migrations" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "app" varchar(255) NOT NULL,
        "name" varchar(255) NOT NULL,
        "applied" datetime NOT NULL
    )"#,
    r#"CREATE TABLE "django_content_type" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "app_label" varchar(100) NOT NULL,
        "model" varchar(100) NOT NULL
    )"#,
    r#"CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq"
        ON "django_content_type" ("app_label", "model")"#,
    r#"CREATE TABLE "auth_permission" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "content_type_id" integer NOT NULL
            REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED,
        "codename" varchar(100) NOT NULL,
        "name" varchar(255) NOT NULL
    )"#,
    r#"CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq"
        ON "auth_permission" ("content_type_id", "codename")"#,
    r#"CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id")"#,
    r#"CREATE TABLE "auth_group" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "name" varchar(150) NOT NULL UNIQUE
    )"#,
    r#"CREATE TABLE "auth_group_permissions" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED,
        "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
    )"#,
    r#"CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq"
        ON "auth_group_permissions" ("group_id", "permission_id")"#,
    r#"CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id")"#,
    r#"CREATE INDEX "auth_group_permissions_permission_id_84c5c92e"
        ON "auth_group_permissions" ("permission_id")"#,
    r#"CREATE TABLE "auth_user" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "password" varchar(128) NOT NULL,
        "last_login" datetime NULL,
        "is_superuser" bool NOT NULL,
        "username" varchar(150) NOT NULL UNIQUE,
        "last_name" varchar(150) NOT NULL,
        "email" varchar(254) NOT NULL,
        "is_staff" bool NOT NULL,
        "is_active" bool NOT NULL,
        "date_joined" datetime NOT NULL,
        "first_name" varchar(150) NOT NULL
    )"#,
    r#"CREATE TABLE "auth_user_groups" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
        "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED
    )"#,
    r#"CREATE UNIQUE INDEX "auth_user_groups_user_id_group_id_94350c0c_uniq"
        ON "auth_user_groups" ("user_id", "group_id")"#,
    r#"CREATE INDEX "auth_user_groups_user_id_6a12ed8b" ON "auth_user_groups" ("user_id")"#,
    r#"CREATE INDEX "auth_user_groups_group_id_97559544" ON "auth_user_groups" ("group_id")"#,
    r#"CREATE TABLE "auth_user_user_permissions" (
        "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
        "user_id" integer NOT NULL REFERENCES "auth_user" ("id") DEFERRABLE INITIALLY DEFERRED,
        "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED
    )"#,
    r#"CREATE UNIQUE INDEX "auth_user_user_permissions_user_id_permission_id_14a6b632_uniq"
        ON "auth_user_user_permissions" ("user_id", "permission_id")"#,
    r#"CREATE INDEX "auth_user_user_permissions_user_id_a95ead1b" ON "auth_user_user_permissions" ("user_id")"#,
    r#"CREATE INDEX "auth_user_user_permissions_permission_id_1fbb5f2c"
        ON "auth_user_user_permissions" ("permission_id")"#,
];
