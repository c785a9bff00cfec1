//! What a database engine must be able to do.
//!
//! Everything else in this crate is written against these traits: nothing outside an engine's own module asks
//! which engine it is.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use countersign::user::FieldValue;
use futures_util::future::BoxFuture;
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::column::{Column, ColumnKind};
use crate::places::in_places;

/// An engine's connections to one database.
pub(crate) trait Backend: fmt::Debug + Send + Sync {
    fn dialect(&self) -> &'static dyn Dialect;

    /// Reads rows, outside of any transaction.
    fn read<'a>(
        &'a self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>>;

    /// Runs one statement as its own transaction. Tells how many rows it changed.
    fn write<'a>(
        &'a self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>>;

    /// Begins a transaction that writes: what it reads, nobody changes before it ends.
    fn begin(&self) -> BoxFuture<'_, Result<Box<dyn Transaction>, sqlx::Error>>;

    /// The same for `migrate`, of which there is one at a time. Where the engine ends a transaction at every table that is
    /// made, what is written after that is one more transaction.
    fn begin_migration(&self) -> BoxFuture<'_, Result<Box<dyn Transaction>, sqlx::Error>> {
        self.begin()
    }

    /// Who may be inserting into a table: see [`Writers`]. An engine that says nothing of it does not promise that ids ascend.
    fn writers<'a>(&'a self, _table: &'a str) -> BoxFuture<'a, Result<Writers, sqlx::Error>> {
        Box::pin(async { Ok(Writers::Unordered) })
    }

    /// Tells the other servers that something was revoked. They may not hear of it.
    fn announce(&self) -> BoxFuture<'_, Result<(), sqlx::Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Hears what others [announce](Self::announce), where the engine can carry it.
    fn listen(&self) -> BoxFuture<'_, Result<Option<Box<dyn Announcements>>, sqlx::Error>> {
        Box::pin(async { Ok(None) })
    }

    /// Closes every connection, once it is given back.
    fn close(&self) -> BoxFuture<'_, ()>;

    /// Whether waiting may help: the engine is busy, full, unreachable.
    fn is_outage(&self, error: &dyn DatabaseError) -> bool;

    /// Whether the engine undid a transaction for the sake of another, so that it can be done again at once.
    fn is_conflict(&self, _error: &dyn DatabaseError) -> bool {
        false
    }
}

/// The transactions that may have inserted into a table whose ids ascend: whoever takes an id later takes a higher one.
///
/// A transaction that took an id before this was asked, and is not among them, has ended: every statement that begins
/// afterwards sees its row, or none ever will.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Writers {
    /// These.
    Open {
        /// By names that the engine gives to no other transaction.
        names: BTreeSet<String>,
        /// Whether there are some that lost their names: each may be any of those that were open before.
        nameless: bool,
    },
    /// Nobody can say who they are.
    Unknown,
    /// Nobody can say, and ids do not ascend.
    Unordered,
}

/// What other servers announce. Dropped, it is heard no more.
pub(crate) trait Announcements: Send {
    /// Waits for the next one.
    fn next(&mut self) -> BoxFuture<'_, Result<(), sqlx::Error>>;
}

/// An open transaction. Dropped without a commit, whatever the reason, it changes nothing.
pub(crate) trait Transaction: Send {
    fn read<'a>(
        &'a mut self,
        query: &'a Query,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<Vec<Row>, sqlx::Error>>;

    fn write<'a>(
        &'a mut self,
        statement: &'a Statement,
        values: &'a [FieldValue],
    ) -> BoxFuture<'a, Result<u64, sqlx::Error>>;

    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), sqlx::Error>>;
}

/// How an engine spells what engines spell differently.
pub(crate) trait Dialect: fmt::Debug + Send + Sync {
    /// A table's or column's name, quoted.
    fn quote(&self, name: &str) -> String;

    /// The parameter of this number, from 1.
    fn placeholder(&self, number: usize) -> String;

    /// What to select for a column, so that it is read as its kind.
    fn selected(&self, column: &Column) -> String {
        self.quote(column.name())
    }

    /// Whether a column holds what [`Column::lookup`] made of a claim.
    fn sought(&self, column: &Column, placeholder: &str) -> String {
        format!("{} = {placeholder}", self.quote(column.name()))
    }

    /// Whether `column`, a quoted name, holds these letters and no others, whatever else its collation takes for the same.
    fn is_exactly(&self, column: &str, placeholder: &str) -> String {
        format!("{column} = {placeholder}")
    }

    /// What a subquery of an `INSERT` ends with whose row the new one will refer to: nobody may change it until then. Nothing,
    /// where an `INSERT` that waits for a row is in nobody else's way.
    fn hold_in_insert(&self) -> &'static str {
        ""
    }

    /// The same of a row that others are about to write, too.
    fn lock_in_insert(&self) -> &'static str {
        ""
    }

    /// A value for a column, `NULL` among them.
    fn given(&self, _column: &Column, placeholder: &str) -> String {
        placeholder.to_owned()
    }

    /// Whether a column holds a text whatever the case of its letters, as Django's `iexact` asks on this engine; the
    /// parameter is what [`ignoring_case`](Self::ignoring_case) makes of the text.
    fn is_ignoring_case(&self, column: &str, placeholder: &str) -> String;

    /// A text as the parameter of [`is_ignoring_case`](Self::is_ignoring_case): a pattern for `LIKE`, whose every letter
    /// means itself.
    fn ignoring_case(&self, text: &str) -> String {
        text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
    }

    /// An `INSERT` of one row from `source` (`VALUES …` or `SELECT … WHERE …`) that does nothing where `unique` conflicts.
    fn insert_unless(&self, table: &str, columns: &[&str], source: &str, unique: &str) -> String;

    /// What ends a `SELECT`, so that until the end of the transaction nobody changes the rows it finds; others may hold them too.
    fn hold_rows(&self) -> &'static str {
        " FOR SHARE"
    }

    /// What ends a `SELECT`, so that until the end of the transaction nobody else changes, holds or locks the rows it finds.
    fn lock_rows(&self) -> &'static str {
        " FOR UPDATE"
    }

    /// The same of those rows that nobody else has by now; the others are left out.
    fn lock_unless_locked(&self) -> &'static str {
        " FOR UPDATE SKIP LOCKED"
    }

    /// A statement that writes in steps, `last` after the named ones: each reads what those before it return, by their names,
    /// and sees nothing else that they do. All is done or nothing. `None` where the engine has no such statement.
    fn in_steps(&self, _steps: &[(&str, &str)], _last: &str) -> Option<String> {
        None
    }

    /// The same of any number of rows: those that conflict are left out, the others inserted. How many they were is told
    /// about right.
    fn insert_each_unless(&self, table: &str, columns: &[&str], source: &str, unique: &str) -> String {
        self.insert_unless(table, columns, source, unique)
    }

    /// A `DELETE` of the rows of `table` whose `column` is among the ids that `batch` selects, which has a `LIMIT` and no
    /// other column. Rows that somebody else has in hand are left to them.
    fn delete_batch(&self, table: &str, column: &str, batch: &str) -> String {
        let (table, column, id) = (self.quote(table), self.quote(column), self.quote("id"));
        // Wrapped because not every engine takes a LIMIT directly inside IN.
        format!("DELETE FROM {table} WHERE {column} IN (SELECT batch.{id} FROM ({batch}) batch)")
    }

    /// The columns of every table: table by table, each in its own order.
    fn columns(&self) -> Query;

    /// A row of [`columns`](Self::columns): the table's name, and the column.
    fn column(&self, row: Row) -> Option<(String, Column)>;

    /// The declared type of some column that refers to a table: table and primary key are the parameters.
    fn reference_types(&self) -> Query;

    /// The column whose value was there already, as far as a violation of uniqueness tells it.
    fn taken_column(&self, error: &dyn DatabaseError) -> Option<String>;

    /// The statements that make the tables of `contenttypes` and `auth`, with their indexes.
    fn auth_tables(&self) -> &'static [&'static str];

    /// The statements that make the tables of `token_blacklist`; `user_type` as [`Column::declared`].
    fn token_blacklist_tables(&self, user_table: &str, user_key: &str, user_type: &str) -> Vec<String>;

    /// The statements that make the table of `refresh_token`; `user_type` as [`Column::declared`].
    fn refresh_token_tables(&self, user_table: &str, user_key: &str, user_type: &str) -> Vec<String>;

    /// The table that is in a database for as long as the tables of an app are made, and tells of a `migrate` that was cut
    /// off: what is there of them is to be completed. Nothing, where a transaction makes all tables or none.
    fn half_made(&self, _app: &str) -> Option<String> {
        None
    }

    /// The statement that makes the table of the [number that is counted](crate::replicas).
    fn beat_table(&self) -> String {
        let [table, id, number] = ["countersign_beat", "id", "number"].map(|name| self.quote(name));
        let columns = format!("{id} integer NOT NULL PRIMARY KEY, {number} bigint NOT NULL");
        format!("CREATE TABLE IF NOT EXISTS {table} ({columns})")
    }

    /// The statement that makes the table of [jobs](crate::jobs).
    fn job_table(&self) -> &'static str;

    /// The statements that make the table of [sessions](crate::sessions), with its indexes.
    fn session_table(&self) -> &'static [&'static str];

    /// The type that Django gives to a column which refers to this primary key, where no other column tells.
    fn reference_type(&self, primary_key: &Column) -> String;
}

/// A row as the engine gave it: a value that its column's type does not allow is said in its place.
pub(crate) type Row = Vec<Result<FieldValue, Unreadable>>;

/// Why a value is none. It says what is wrong with it, never the value: it may be a secret.
#[derive(Clone, Debug)]
pub(crate) struct Unreadable(pub(crate) &'static str);

/// A statement's text, built once and shared.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    text: SqlStr,
    /// Which value each parameter takes, where that is not told by their numbers.
    #[cfg_attr(not(feature = "mysql"), expect(dead_code, reason = "other engines number their parameters"))]
    order: Option<Arc<[usize]>>,
}

impl Statement {
    /// From a text made of fixed words and quoted names only: values are parameters.
    pub(crate) fn new(text: String) -> Self {
        let (text, order) = in_places(text);
        // The first clone shares the text, so that those at run time copy nothing.
        Self { text: AssertSqlSafe(text).into_sql_str().clone(), order }
    }

    pub(crate) fn fixed(text: &'static str) -> Self {
        Self { text: text.into_sql_str(), order: None }
    }

    pub(crate) fn text(&self) -> SqlStr {
        self.text.clone()
    }

    /// The values as the parameters of an engine that does not number them.
    #[cfg(feature = "mysql")]
    pub(crate) fn in_places<'a>(&self, values: &'a [FieldValue]) -> impl Iterator<Item = &'a FieldValue> {
        let count = self.order.as_ref().map_or(values.len(), |order| order.len());
        (0..count).filter_map(|place| values.get(self.order.as_ref().map_or(place, |order| order[place])))
    }
}

/// A statement that gives rows, and what stands in their columns.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    pub(crate) statement: Statement,
    pub(crate) kinds: Arc<[ColumnKind]>,
    /// Whether it looks a row or two up by a key, which is done as soon as it is begun.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "other engines are asked over a network")
    )]
    pub(crate) is_lookup: bool,
}

impl Query {
    pub(crate) fn new(text: String, kinds: impl Into<Arc<[ColumnKind]>>) -> Self {
        Self { statement: Statement::new(text), kinds: kinds.into(), is_lookup: false }
    }

    /// Looks a row or two up by a key.
    pub(crate) fn lookup(text: String, kinds: impl Into<Arc<[ColumnKind]>>) -> Self {
        Self { is_lookup: true, ..Self::new(text, kinds) }
    }

    pub(crate) fn fixed(text: &'static str, kinds: &[ColumnKind]) -> Self {
        Self { statement: Statement::fixed(text), kinds: kinds.into(), is_lookup: false }
    }
}
