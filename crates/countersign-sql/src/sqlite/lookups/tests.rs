use std::path::PathBuf;

use countersign::clock::Timestamp;
use tempfile::TempDir;

use sqlx::sqlite::SqliteConnection;

use super::super::Sqlite;
use super::*;
use crate::backend::{Backend as _, Statement};
use crate::column::ColumnKind;
use crate::limits::Limits;
use crate::transaction::Asked;
use crate::{Database, UserTable};

#[tokio::test]
async fn whatever_stands_in_a_column_is_read_alike_on_both_ways() {
    let place = Place::with("CREATE TABLE t (id integer PRIMARY KEY, value)");
    for value in VALUES {
        place.other().execute(&format!("INSERT INTO t (value) VALUES ({value})"), []).unwrap();
    }
    let sqlite = place.connect().await;
    for kind in KINDS {
        for (id, value) in (1..).zip(VALUES) {
            let query =
                Query::lookup("SELECT value, id FROM t WHERE id = ?1".into(), [kind, ColumnKind::Int]);
            let id = [FieldValue::Int(id)];
            let pooled = format!("{:?}", pooled(&sqlite, &query, &id).await);
            let here = sqlite.lookups.read(&query, &id).map(|rows| format!("{rows:?}"));
            let is_text = matches!(kind, ColumnKind::Bytes | ColumnKind::Text);
            let expected = (!(is_text && value.contains('.') && !value.contains('\''))).then_some(&pooled);
            assert_eq!(here.as_ref(), expected, "{value} as {kind:?}");
            assert_eq!(format!("{:?}", sqlite.read(&query, &id).await.unwrap()), pooled);
        }
    }
    sqlite.close().await;
}

#[tokio::test]
async fn whatever_is_looked_for_is_told_alike_on_both_ways() {
    let place = Place::with("");
    let sqlite = place.connect().await;
    let uuid = "6e8a1c3b-0000-4000-8000-000000000001".parse().unwrap();
    for value in [
        FieldValue::Null,
        FieldValue::Bool(true),
        FieldValue::Int(i64::MIN),
        FieldValue::Float(0.1),
        FieldValue::Text("ä\0b".into()),
        FieldValue::Timestamp(Timestamp::from_micros(1_700_000_000_000_042)),
        FieldValue::Uuid(uuid),
    ] {
        let text = "SELECT typeof(?1), hex(?1), ?2 WHERE ?1 IS ?1".into();
        let query = Query::lookup(text, [ColumnKind::Text, ColumnKind::Text, ColumnKind::Int]);
        let values = [value, FieldValue::Int(2)];
        let here = sqlite.lookups.read(&query, &values).unwrap();
        assert_eq!(format!("{here:?}"), format!("{:?}", pooled(&sqlite, &query, &values).await));
        assert_eq!(here.len(), 1);
    }
}

#[tokio::test]
async fn what_takes_long_or_is_no_lookup_is_left_to_the_pool() {
    let place = Place::with(&format!("{NUMBERS}; {}", numbers(5000)));
    let sqlite = place.connect().await;
    let scan = Query::lookup("SELECT id FROM t WHERE value = ?1 LIMIT 2".into(), [ColumnKind::Int]);
    // SQLite counts its steps from one use of a statement to the next.
    for round in 0..3000 {
        let key = [FieldValue::Int(round % 5000 + 1)];
        assert_eq!(number(sqlite.lookups.read(&by_key(), &key)), Some(round % 5000 + 1));
        if round % 100 == 0 {
            assert!(sqlite.lookups.read(&scan, &[FieldValue::Int(5000)]).is_none());
        }
    }
    assert_eq!(number(sqlite.read(&scan, &[FieldValue::Int(5000)]).await.ok()), Some(5000));
    assert_eq!(sqlite.lookups.idle().len(), 1, "one connection did all of it");
    let unmarked = Query { is_lookup: false, ..by_key() };
    assert!(sqlite.lookups.read(&unmarked, &[FieldValue::Int(1)]).is_none());
}

#[tokio::test]
async fn what_most_requests_ask_is_a_lookup_in_djangos_tables() {
    let place = Place { folder: tempfile::tempdir().unwrap() };
    let users = UserTable::default();
    Database::migrate(&place.url(), &users, Timestamp::from_secs(1_767_225_600)).await.unwrap();
    place.run(
        "WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 5000)
         INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff,
             is_active, date_joined)
         SELECT id, 'x', 0, 'user' || id, '', '', '', 0, 1, '2026-01-01 00:00:00' FROM n;
         INSERT INTO token_blacklist_outstandingtoken (user_id, jti, token, expires_at)
         SELECT id, 'jti' || id, 'x', '2026-01-01 00:00:00' FROM auth_user;
         INSERT INTO token_blacklist_blacklistedtoken (token_id, blacklisted_at)
         SELECT id, '2026-01-01 00:00:00' FROM token_blacklist_outstandingtoken",
    );
    let (database, sqlite) = (Database::connect(&place.url(), &users).await.unwrap(), place.connect().await);
    let (model, statements) = (database.user_model(), database.statements());
    let [id, name] = [model.primary_key_at(), model.username_at()];
    let text = |text: &str| FieldValue::Text(text.to_owned());
    for (query, values) in [
        (&statements.find[id], vec![FieldValue::Int(4711)]),
        (&statements.find[name], vec![text("user4711")]),
        (&statements.find_unless_blacklisted[id], vec![FieldValue::Int(4711), text("jti4711")]),
        (&statements.find_unless_blacklisted[name], vec![text("user4711"), text("jti4711")]),
        (&statements.is_blacklisted, vec![text("jti4711")]),
    ] {
        let rows = sqlite.lookups.read(query, &values);
        assert_eq!(rows.map(|rows| rows.len()), Some(1), "{}", query.statement.text().as_str());
    }
    let is_revoked = &database.sessions().unwrap().is_revoked;
    assert_eq!(sqlite.lookups.read(is_revoked, &[text("none")]).map(|rows| rows.len()), Some(0));
}

#[tokio::test]
async fn a_locked_file_is_waited_for_by_the_pool() {
    let place = Place::with(&format!("{NUMBERS}; {}", numbers(1)));
    let sqlite = place.connect().await;
    let (query, key) = (by_key(), [FieldValue::Int(1)]);
    // First before the schema was read, then with everything prepared.
    for _ in 0..2 {
        let other = place.other();
        other.execute_batch("BEGIN EXCLUSIVE").unwrap();
        assert!(sqlite.lookups.read(&query, &key).is_none());
        let (rows, ()) =
            tokio::join!(sqlite.read(&query, &key), async { other.execute_batch("ROLLBACK").unwrap() });
        assert_eq!(number(rows.ok()), Some(1));
        assert_eq!(number(sqlite.lookups.read(&query, &key)), Some(1));
    }
}

#[tokio::test]
async fn what_was_committed_is_seen_and_holds_nobody_up() {
    let place = Place::with(&format!("PRAGMA journal_mode = WAL; {NUMBERS}; {}", numbers(1)));
    let sqlite = place.connect().await;
    let other = place.other();
    for written in 2..50 {
        assert!(sqlite.lookups.read(&by_key(), &[FieldValue::Int(written)]).unwrap().is_empty());
        let insert = Statement::fixed("INSERT INTO t (id, value) VALUES (?1, ?1)");
        sqlite.write(&insert, &[FieldValue::Int(written)]).await.unwrap();
        assert_eq!(number(sqlite.lookups.read(&by_key(), &[FieldValue::Int(written)])), Some(written));
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: i64 = other.query_row(checkpoint, [], |row| row.get(0)).unwrap();
        assert_eq!(is_busy, 0, "no reading was left open");
    }
    other.execute_batch("BEGIN IMMEDIATE; DELETE FROM t").unwrap();
    assert_eq!(number(sqlite.lookups.read(&by_key(), &[FieldValue::Int(2)])), Some(2), "not committed");
    other.execute_batch("COMMIT").unwrap();
    assert!(sqlite.lookups.read(&by_key(), &[FieldValue::Int(2)]).unwrap().is_empty());
}

#[tokio::test]
async fn a_schema_that_changes_under_a_prepared_statement_is_read_anew() {
    let place = Place::with(&format!("{NUMBERS}; {}", numbers(3)));
    let sqlite = place.connect().await;
    let key = [FieldValue::Int(3)];
    assert_eq!(number(sqlite.lookups.read(&by_key(), &key)), Some(3));
    place.run(
        "ALTER TABLE t RENAME TO old;
         CREATE TABLE t (note text, value integer, id integer PRIMARY KEY);
         INSERT INTO t SELECT 'new', value + 10, id FROM old",
    );
    assert_eq!(number(sqlite.read(&by_key(), &key).await.ok()), Some(13));
    // To read so many takes more than a statement may.
    let tables: Vec<_> = (0..1000).map(|n| format!("CREATE TABLE t{n} (id integer PRIMARY KEY)")).collect();
    place.run(&format!("BEGIN; {}; COMMIT", tables.join(";")));
    assert_eq!(number(sqlite.read(&by_key(), &key).await.ok()), Some(13));
    assert_eq!(number(sqlite.lookups.read(&by_key(), &key)), Some(13));
    place.run("DROP TABLE t");
    assert!(sqlite.lookups.read(&by_key(), &key).is_none());
    let error = sqlite.read(&by_key(), &key).await.unwrap_err();
    assert!(error.to_string().contains("no such table: t"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_replaced_or_gone_is_read_no_more() {
    let (place, backup) = (
        Place::with(&format!("{NUMBERS}; {}", numbers(3))),
        Place::with(&format!("{NUMBERS}; {}", numbers(1))),
    );
    let sqlite = place.connect().await;
    let key = [FieldValue::Int(3)];
    assert_eq!(number(sqlite.lookups.read(&by_key(), &key)), Some(3));
    std::fs::rename(backup.path(), place.path()).unwrap();
    assert!(sqlite.read(&by_key(), &key).await.unwrap().is_empty());
    assert!(sqlite.lookups.read(&by_key(), &key).unwrap().is_empty());
    std::fs::remove_file(place.path()).unwrap();
    assert!(sqlite.lookups.read(&by_key(), &key).is_none());
    sqlite.read(&by_key(), &key).await.unwrap_err();
    assert!(!place.path().exists(), "no empty database is put in its place");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn no_descriptor_is_left_when_it_is_closed() {
    let place = Place::with(&format!("PRAGMA journal_mode = WAL; {NUMBERS}; {}", numbers(1)));
    let sqlite = place.connect().await;
    let open = || {
        let links = std::fs::read_dir("/proc/self/fd").unwrap();
        let links = links.filter_map(|link| std::fs::read_link(link.unwrap().path()).ok());
        links.filter(|link| link.starts_with(place.folder.path())).count()
    };
    assert_eq!(number(sqlite.lookups.read(&by_key(), &[FieldValue::Int(1)])), Some(1));
    assert!(open() > 0);
    sqlite.close().await;
    assert_eq!(open(), 0);
    assert!(sqlite.lookups.read(&by_key(), &[FieldValue::Int(1)]).is_none());
    assert!(matches!(sqlite.read(&by_key(), &[FieldValue::Int(1)]).await, Err(sqlx::Error::PoolClosed)));
    assert_eq!(open(), 0);
}

/// What sqlx reads.
async fn pooled(sqlite: &Sqlite, query: &Query, values: &[FieldValue]) -> Vec<Row> {
    SqliteConnection::read(&mut sqlite.readers.lend().await.unwrap(), query, values).await.unwrap()
}

fn by_key() -> Query {
    Query::lookup("SELECT value FROM t WHERE id = ?1".into(), [ColumnKind::Int])
}

fn number(rows: Option<Vec<Row>>) -> Option<i64> {
    match rows?.into_iter().flatten().next() {
        Some(Ok(FieldValue::Int(number))) => Some(number),
        _ => None,
    }
}

/// A database in a temporary folder.
struct Place {
    folder: TempDir,
}

impl Place {
    fn with(sql: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.run(sql);
        place
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("db.sqlite3")
    }

    fn url(&self) -> String {
        format!("sqlite://{}", self.path().display())
    }

    fn other(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    fn run(&self, sql: &str) {
        self.other().execute_batch(sql).unwrap();
    }

    async fn connect(&self) -> Sqlite {
        Sqlite::connect(&self.url(), &Limits::default()).await.unwrap()
    }
}

const NUMBERS: &str = "CREATE TABLE t (id integer PRIMARY KEY, value integer)";

/// So many rows, whose values are their keys.
fn numbers(most: u32) -> String {
    format!(
        "WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {most})
         INSERT INTO t SELECT value, value FROM n"
    )
}

const KINDS: [ColumnKind; 7] = [
    ColumnKind::Bool,
    ColumnKind::Bytes,
    ColumnKind::Float,
    ColumnKind::Int,
    ColumnKind::Text,
    ColumnKind::Timestamp,
    ColumnKind::Uuid,
];
/// Each of SQLite's storage classes, at its edges. What has a point and no quotes is a float.
const VALUES: [&str; 24] = [
    "NULL",
    "0",
    "1",
    "2",
    "-9223372036854775808",
    "9223372036854775807",
    "0.1",
    "12.0",
    "-1.5e300",
    "9.0e999",
    "''",
    "'text'",
    "'12'",
    "'äöü€😀'",
    "'2026-01-31 12:00:00'",
    "'2026-01-31 12:00:00.000042'",
    "'2026-01-31T12:00:00+02:00'",
    "'6e8a1c3b000040008000000000000001'",
    "'6e8a1c3b-0000-4000-8000-000000000001'",
    "CAST(x'ff00' AS TEXT)",
    "CAST(x'610062' AS TEXT)",
    "x''",
    "x'00ff'",
    "zeroblob(3)",
];
