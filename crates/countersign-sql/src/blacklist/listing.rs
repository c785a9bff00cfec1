//! The tables of `token_blacklist` as what is to be read.

use std::sync::Arc;
use std::time::Duration;

use countersign::store::StoreError;
use countersign::user::FieldValue;

use super::Shared;
use super::gaps::Range;
use super::reader::{Entry, Page, RANGES, Source};
use super::set::{Kind, Minute};
use crate::backend::{Backend, Dialect, Query, Row, Writers};
use crate::column::ColumnKind;
use crate::error::store_error;
use crate::sessions::SessionTable;
use crate::statements::{BLACKLISTED, OUTSTANDING};

/// The rows of a table, each with the id that it revokes.
pub(super) struct Listing {
    shared: Arc<Shared>,
    backend: Arc<dyn Backend>,
    /// (first id, last id, limit)
    rows: Query,
    /// ([`RANGES`] times first and last id, limit)
    rows_of: Query,
    highest: Query,
}

impl Listing {
    /// Blacklisted tokens, and the sessions that they are the current ones of.
    pub(super) fn new(shared: Arc<Shared>, backend: Arc<dyn Backend>, has_sessions: bool) -> Self {
        let dialect = backend.dialect();
        let [id, jti, token_id, expires, current] =
            ["id", "jti", "token_id", "expires_at", "current_jti"].map(|name| dialect.quote(name));
        let [blacklisted, outstanding, sessions] =
            [BLACKLISTED, OUTSTANDING, SessionTable::NAME].map(|name| dialect.quote(name));
        let (session, join) = if has_sessions {
            (format!("s.{id}"), format!("LEFT JOIN {sessions} s ON s.{current} = o.{jti} "))
        } else {
            ("NULL".to_owned(), String::new())
        };
        // So many rows are looked at and no more, be they expired or their tokens gone.
        let page = |number: usize| {
            format!(
                "SELECT b.{id}, o.{jti}, o.{expires}, {session} \
                 FROM (SELECT {id}, {token_id} FROM {blacklisted} WHERE {} ORDER BY {id} LIMIT {}) b \
                 LEFT JOIN {outstanding} o ON o.{id} = b.{token_id} {join}ORDER BY b.{id}",
                within(dialect, &id, number),
                dialect.placeholder(2 * number + 1),
            )
        };
        let kinds = [ColumnKind::Int, ColumnKind::Text, ColumnKind::Timestamp, ColumnKind::Text];
        Self {
            rows: Query::new(page(1), kinds),
            rows_of: Query::new(page(RANGES), kinds),
            highest: Query::new(
                format!("SELECT COALESCE(MAX({id}), 0) FROM {blacklisted}"),
                [ColumnKind::Int],
            ),
            shared,
            backend,
        }
    }

    async fn read(&self, query: &Query, values: &[FieldValue]) -> Result<Vec<Row>, StoreError> {
        self.backend.read(query, values).await.map_err(|error| store_error(&*self.backend, error))
    }

    async fn page(&self, query: &Query, ranges: &[Range], room: usize) -> Result<Page, StoreError> {
        let ranges = ranges.iter().chain(std::iter::repeat(&NOTHING)).take(room);
        let ends = ranges.flat_map(|(first, last)| [*first, *last]).chain([PAGE]);
        let values: Vec<_> = ends.map(FieldValue::Int).collect();
        let rows = self.read(query, &values).await?;
        let rows = rows.iter().map(|row| self.entry(row)).collect::<Result<Vec<_>, _>>()?;
        Ok(Page { is_full: i64::try_from(rows.len()).is_ok_and(|rows| rows >= PAGE), rows })
    }

    fn entry(&self, row: &Row) -> Result<Entry, StoreError> {
        let unreadable = |what| StoreError::inconsistent(format!("a row of {BLACKLISTED:?} has no {what}"));
        let [Ok(FieldValue::Int(id)), token, expires_at, session] = &**row else {
            return Err(unreadable("id"));
        };
        let key = |kind, id: &Result<FieldValue, _>| match id {
            Ok(FieldValue::Text(id)) => Ok(Some(self.shared.set.key(kind, id))),
            // The token is gone, or has no session.
            Ok(FieldValue::Null) => Ok(None),
            _ => Err(unreadable("id that can be read")),
        };
        let (key, session) = (key(Kind::Token, token)?, key(Kind::Session, session)?);
        let until = match expires_at {
            Ok(FieldValue::Timestamp(at)) => {
                let kept_until = *at + self.shared.options.outlive;
                (kept_until > self.shared.options.clock.now()).then(|| self.shared.kept_until(*at))
            }
            // A time beyond all times.
            _ => Some(Minute::NEVER),
        };
        Ok(Entry { id: *id, key, session, until })
    }
}

impl Source for Listing {
    async fn writers(&self) -> Result<Writers, StoreError> {
        let writers = self.backend.writers(BLACKLISTED).await;
        writers.map_err(|error| store_error(&*self.backend, error))
    }

    fn longest_transaction(&self) -> Duration {
        self.shared.options.longest_transaction
    }

    async fn rows(&self, range: Range) -> Result<Page, StoreError> {
        self.page(&self.rows, &[range], 1).await
    }

    async fn rows_of(&self, ranges: &[Range]) -> Result<Page, StoreError> {
        self.page(&self.rows_of, ranges, RANGES).await
    }

    async fn highest(&self) -> Result<i64, StoreError> {
        match self.read(&self.highest, &[]).await?.first().map(|row| &**row) {
            Some([Ok(FieldValue::Int(highest))]) => Ok(*highest),
            _ => Err(StoreError::inconsistent(format!("the ids of {BLACKLISTED:?} are no numbers"))),
        }
    }
}

/// Whether an id is in one of so many ranges.
fn within(dialect: &dyn Dialect, id: &str, ranges: usize) -> String {
    let ends = (0..ranges).map(|range| [1, 2].map(|end| dialect.placeholder(2 * range + end)));
    ends.map(|[first, last]| format!("{id} BETWEEN {first} AND {last}")).collect::<Vec<_>>().join(" OR ")
}

/// A range that no id is in.
const NOTHING: Range = (0, -1);
/// How many rows are read at once: half a megabyte.
const PAGE: i64 = 5000;
