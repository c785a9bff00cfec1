//! Whole transactions in one statement each, for an engine that can write in steps: one round trip, and nothing is locked while
//! the server waits for us.
//!
//! A statement sees what was committed before it began, and nothing of what others commit meanwhile. So that it did all of its
//! work is certain: a unique row was made, which nobody else makes. That it did nothing may mean that it was late, or that
//! somebody was in its way; then the transaction that looks again before each step decides, and no answer differs.

use countersign::clock::Timestamp;
use countersign::store::{OutstandingToken, StoreError};
use countersign::user::FieldValue;

use crate::backend::{Dialect, Query, Statement};
use crate::column::ColumnKind;
use crate::database::Database;
use crate::error::is_conflict;
use crate::ledger::row;
use crate::model::UserModel;
use crate::statements::{BLACKLISTED, OUTSTANDING, recorded};

/// The statements; each says its parameters in order.
#[derive(Debug)]
pub(crate) struct AtOnce {
    /// ([`record`](crate::statements::Statements::record), blacklisted at): a row where the token was put on the blacklist
    claim: Statement,
    /// (the same, and `record` of the successor): a row where the token was put on the blacklist and the successor recorded
    rotate: Statement,
    /// (now, id behind which to begin, limit): how many tokens were deleted, and the last one's id
    pub(crate) flush: Query,
}

impl AtOnce {
    /// Nothing, where the engine cannot write in steps.
    pub(crate) fn new(dialect: &dyn Dialect, model: &UserModel) -> Option<Self> {
        let [id, token_id, expires] = ["id", "token_id", "expires_at"].map(|name| dialect.quote(name));
        let [outstanding, blacklisted] = [OUTSTANDING, BLACKLISTED].map(|name| dialect.quote(name));
        let [one, two, three] = [1, 2, 3].map(|number| dialect.placeholder(number));
        let presented = presented(dialect, model, 1, "");
        let claimed = claimed(dialect, 6, 2, "");
        let batch = format!(
            "SELECT {id} FROM {outstanding} WHERE {expires} <= {one} AND {id} > {two} ORDER BY {id} LIMIT {three}{}",
            dialect.lock_unless_locked(),
        );
        // Locked first, though a range of ids would be deleted with a seventh of the work less: whoever waits for a row with others
        // in hand is waited for in a circle some day, and perhaps it is Django's transaction that the server undoes then.
        // However few of them statistics expect: the rows of a list are looked up one by one, and no table is read to its end.
        let among = |column: &str| format!("{column} = ANY (ARRAY(SELECT {id} FROM batch))");
        let flush = dialect.in_steps(
            &[
                ("batch", &batch),
                ("unlisted", &format!("DELETE FROM {blacklisted} WHERE {}", among(&token_id))),
                ("gone", &format!("DELETE FROM {outstanding} WHERE {} RETURNING {id}", among(&id))),
            ],
            &format!("SELECT count(*), COALESCE(max({id}), 0) FROM gone"),
        );
        let claimed_first = [("presented", &*presented), ("claimed", &claimed)];
        Some(Self {
            claim: Statement::new(dialect.in_steps(&claimed_first, "SELECT 1 FROM claimed")?),
            rotate: Statement::new(
                dialect.in_steps(&claimed_first, &succeeded(dialect, model, 7, "claimed"))?,
            ),
            flush: Query::new(flush?, [ColumnKind::Int, ColumnKind::Int]),
        })
    }
}

/// The step that records a presented token unless it is there, from the parameters that begin with this one, and `from` a
/// step that must have found something.
pub(crate) fn presented(dialect: &dyn Dialect, model: &UserModel, first: usize, from: &str) -> String {
    let [id, jti, outstanding] = ["id", "jti", OUTSTANDING].map(|name| dialect.quote(name));
    let is_jti = dialect.is_exactly(&jti, &dialect.placeholder(first + 1));
    let when = format!("{from} WHERE NOT EXISTS (SELECT 1 FROM {outstanding} WHERE {is_jti})");
    let source = recorded(dialect, model, first, &when);
    format!("{} RETURNING {id}", dialect.insert_unless(OUTSTANDING, &RECORD, &source, "jti"))
}

/// The step after it, which puts the token on the blacklist: the numbers of the parameters for the time and the id, and what
/// must be so besides. What was recorded in this statement is not in the table that it sees.
pub(crate) fn claimed(dialect: &dyn Dialect, at: usize, jti: usize, besides: &str) -> String {
    let [id, column, outstanding] = ["id", "jti", OUTSTANDING].map(|name| dialect.quote(name));
    let is_jti = dialect.is_exactly(&column, &dialect.placeholder(jti));
    let known = format!("SELECT {id} FROM {outstanding} WHERE {is_jti}{besides}");
    let source = format!(
        "SELECT {}, {id} FROM (SELECT {id} FROM presented UNION ALL {known}) token",
        dialect.placeholder(at)
    );
    let columns = ["blacklisted_at", "token_id"];
    format!("{} RETURNING {id}", dialect.insert_unless(BLACKLISTED, &columns, &source, "token_id"))
}

/// The last step, which records a token where the step of this name made a row. A token that is there already breaks the
/// statement, so that nothing is done.
pub(crate) fn succeeded(dialect: &dyn Dialect, model: &UserModel, first: usize, step: &str) -> String {
    let columns = RECORD.map(|name| dialect.quote(name)).join(", ");
    let source = recorded(dialect, model, first, &format!("FROM {step}"));
    format!("INSERT INTO {} ({columns}) {source}", dialect.quote(OUTSTANDING))
}

impl Database {
    /// Puts a token on the blacklist. Tells whether that is certain.
    pub(crate) async fn claim_at_once(
        &self,
        token: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(at_once) = &self.statements().at_once else { return Ok(false) };
        let [user, jti, text, created_at, expires_at] = row(token);
        let values = [user, jti, text, created_at, expires_at, FieldValue::Timestamp(at)];
        self.is_done_at_once(&at_once.claim, &values).await
    }

    /// Puts a token on the blacklist and records its successor. Tells whether that is certain.
    pub(crate) async fn rotate_at_once(
        &self,
        presented: &OutstandingToken<'_>,
        successor: &OutstandingToken<'_>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(at_once) = &self.statements().at_once else { return Ok(false) };
        let values: Vec<_> =
            row(presented).into_iter().chain([FieldValue::Timestamp(at)]).chain(row(successor)).collect();
        self.is_done_at_once(&at_once.rotate, &values).await
    }

    /// Whoever was undone for the sake of another has done nothing.
    pub(crate) async fn is_done_at_once(
        &self,
        statement: &Statement,
        values: &[FieldValue],
    ) -> Result<bool, StoreError> {
        match self.backend().write(statement, values).await.map_err(|error| self.failed(error)) {
            Ok(rows) => Ok(rows == 1),
            Err(error) if is_conflict(self.backend(), &error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The columns of [`Statements::record`](crate::statements::Statements::record).
pub(crate) const RECORD: [&str; 5] = ["user_id", "jti", "token", "created_at", "expires_at"];
