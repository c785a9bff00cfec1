//! The statements on the table of sessions, and those on others that only sessions need.

use super::at_once::SessionAtOnce;
use super::row::{CHANGING, COLUMNS};
use crate::backend::{Dialect, Query, Statement};
use crate::column::{Column, ColumnKind};
use crate::model::UserModel;
use crate::statements::{BLACKLISTED, OUTSTANDING};

/// The statements; each says its parameters in order.
#[derive(Debug)]
pub(crate) struct SessionTable {
    /// (primary key): the user's whole row, which nobody changes before the transaction ends
    pub(crate) hold_user: Query,
    /// (primary key): nobody else holds the user's row, or changes it, before the transaction ends
    pub(crate) lock_user: Query,
    /// (id): the session's whole row, which is ours before the transaction ends
    pub(crate) lock: Query,
    /// (what [`COLUMNS`] says); nothing where the id is there
    pub(crate) begin: Statement,
    /// (what [`CHANGING`] says, id)
    pub(crate) advance: Statement,
    /// (revoked at, id)
    pub(crate) revoke: Statement,
    /// (revoked at, user, id to keep)
    pub(crate) revoke_all: Statement,
    /// (jti): text and time of blacklisting
    pub(crate) current: Query,
    /// (user, now): whole rows, the one that was used last first
    pub(crate) live: Query,
    /// (id): a row where the session is revoked
    pub(crate) is_revoked: Query,
    /// (now, limit)
    pub(crate) flush: Statement,
    /// What several of these do in one statement, where the engine can.
    pub(super) at_once: Option<SessionAtOnce>,
}

impl SessionTable {
    /// Our own, beside Django's.
    pub(crate) const NAME: &str = "countersign_session";

    /// Whether sessions can be kept in a table with these columns.
    pub(crate) fn fits(columns: &[Column]) -> bool {
        COLUMNS.iter().all(|(name, _)| columns.iter().any(|column| column.name() == *name))
    }

    pub(crate) fn new(dialect: &dyn Dialect, model: &UserModel) -> Self {
        let quote = |name: &str| dialect.quote(name);
        let at = |number: usize| dialect.placeholder(number);
        let (one, two, three) = (at(1), at(2), at(3));
        let table = quote(Self::NAME);
        let [id, user, revoked, expires, kept_until] =
            ["id", "user_key", "revoked_at", "expires_at", "kept_until"].map(quote);
        let columns: Vec<_> = COLUMNS.iter().map(|(name, _)| quote(name)).collect();
        let kinds: std::sync::Arc<[_]> = COLUMNS.iter().map(|(_, kind)| *kind).collect();
        let select = format!("SELECT {} FROM {table} WHERE", columns.join(", "));
        let whole = |condition: String| Query::new(format!("{select} {condition}"), kinds.clone());

        let users = quote(model.table());
        let is_user = dialect.sought(model.primary_key(), &one);
        let user_columns: Vec<_> = model.columns().iter().map(|column| dialect.selected(column)).collect();
        let user_kinds: Vec<_> = model.columns().iter().map(Column::kind).collect();

        let (outstanding, blacklisted) = (quote(OUTSTANDING), quote(BLACKLISTED));
        let [jti, token, token_id, blacklisted_at] =
            ["jti", "token", "token_id", "blacklisted_at"].map(quote);
        let names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
        let values: Vec<_> = (1..=COLUMNS.len()).map(at).collect();
        let changes: Vec<_> =
            (1..).zip(CHANGING).map(|(number, name)| format!("{} = {}", quote(name), at(number))).collect();
        let batch =
            format!("SELECT {id} FROM {table} WHERE {kept_until} <= {one} ORDER BY {kept_until} LIMIT {two}");
        Self {
            hold_user: Query::new(
                format!(
                    "SELECT {} FROM {users} WHERE {is_user}{}",
                    user_columns.join(", "),
                    dialect.hold_rows()
                ),
                user_kinds,
            ),
            lock_user: Query::new(
                format!("SELECT 1 FROM {users} WHERE {is_user}{}", dialect.lock_rows()),
                [ColumnKind::Int],
            ),
            lock: whole(format!("{id} = {one}{}", dialect.lock_rows())),
            begin: Statement::new(dialect.insert_unless(
                Self::NAME,
                &names,
                &format!("VALUES ({})", values.join(", ")),
                "id",
            )),
            advance: Statement::new(format!(
                "UPDATE {table} SET {} WHERE {id} = {}",
                changes.join(", "),
                at(CHANGING.len() + 1)
            )),
            revoke: Statement::new(format!(
                "UPDATE {table} SET {revoked} = {one} WHERE {id} = {two} AND {revoked} IS NULL"
            )),
            revoke_all: Statement::new(format!(
                "UPDATE {table} SET {revoked} = {one} \
                 WHERE {user} = {two} AND {id} <> {three} AND {revoked} IS NULL"
            )),
            current: Query::new(
                format!(
                    "SELECT o.{token}, (SELECT b.{blacklisted_at} FROM {blacklisted} b WHERE b.{token_id} = o.{}) \
                     FROM {outstanding} o WHERE {}",
                    quote("id"),
                    dialect.is_exactly(&format!("o.{jti}"), &one),
                ),
                [ColumnKind::Text, ColumnKind::Timestamp],
            ),
            live: whole(format!(
                "{user} = {one} AND {revoked} IS NULL AND {expires} > {two} ORDER BY {} DESC, {id}",
                quote("last_used_at"),
            )),
            is_revoked: Query::lookup(
                format!("SELECT 1 FROM {table} WHERE {id} = {one} AND {revoked} IS NOT NULL"),
                [ColumnKind::Int],
            ),
            flush: Statement::new(dialect.delete_batch(Self::NAME, "id", &batch)),
            at_once: SessionAtOnce::new(dialect, model),
        }
    }
}
