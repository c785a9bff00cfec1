//! Every statement of the stores, built once at connect from the configured names.

use crate::at_once::{AtOnce, RECORD};
use crate::backend::{Dialect, Query, Statement};
use crate::column::ColumnKind;
use crate::holder;
use crate::model::UserModel;

/// The table of what was issued.
pub(crate) const OUTSTANDING: &str = "token_blacklist_outstandingtoken";
/// The table of what is good no more.
pub(crate) const BLACKLISTED: &str = "token_blacklist_blacklistedtoken";

/// The statements; each says its parameters in order.
#[derive(Debug)]
pub(crate) struct Statements {
    /// One a column, in the table's order: the whole row where the column is (value), two rows at most.
    pub(crate) find: Vec<Query>,
    /// One a column, as [`holder::queries`] says
    pub(crate) find_unless_blacklisted: Vec<Query>,
    /// (email as [`Dialect::ignoring_case`] makes it, limit): whole rows of active users; nothing where the model
    /// has no email
    pub(crate) find_by_email: Option<Query>,
    /// (new password, primary key, old password)
    pub(crate) replace_password: Statement,
    /// (new password, user name)
    pub(crate) set_password: Statement,
    /// (time, primary key); nothing where the model has no `last_login`
    pub(crate) record_login: Option<Statement>,
    /// (time, primary key, time); nothing where the model has no `last_login`
    pub(crate) record_login_unless_later: Option<Statement>,
    /// (user's primary key or null, jti, token, created at, expires at)
    pub(crate) record: Statement,
    /// (blacklisted at, jti)
    pub(crate) claim: Statement,
    /// (blacklisted at, user's primary key, jti to keep): every outstanding token of the user that has not expired
    pub(crate) blacklist_all: Statement,
    /// (the same): a row where `blacklist_all` leaves, or has left, something to do
    pub(crate) is_any_good: Query,
    /// (jti)
    pub(crate) is_blacklisted: Query,
    /// (now)
    pub(crate) count_expired: Query,
    /// (now, id behind which to begin, limit): how many tokens there are to be deleted, and the last one's id
    pub(crate) flush_batch: Query,
    /// (now, id behind which to begin, last id, limit)
    pub(crate) flush_blacklisted: Statement,
    /// (now, id behind which to begin, last id, limit)
    pub(crate) flush_outstanding: Statement,
    /// What several of these do in one statement, where the engine can.
    pub(crate) at_once: Option<AtOnce>,
    /// No parameter: reads the user table, to see whether the database answers.
    pub(crate) ping: Query,
}

impl Statements {
    pub(crate) fn new(dialect: &dyn Dialect, model: &UserModel) -> Self {
        let name = |name: &str| dialect.quote(name);
        let at = |number: usize| dialect.placeholder(number);
        let (users, pk) = (name(model.table()), name(model.primary_key().name()));
        let password = name(model.password().name());
        let (outstanding, blacklisted) = (name(OUTSTANDING), name(BLACKLISTED));
        let (id, jti, token_id, expires) = (name("id"), name("jti"), name("token_id"), name("expires_at"));
        let (one, two, three, four) = (at(1), at(2), at(3), at(4));

        let columns: Vec<_> = model.columns().iter().map(|column| dialect.selected(column)).collect();
        let kinds: std::sync::Arc<[_]> = model.columns().iter().map(crate::column::Column::kind).collect();
        let select = format!("SELECT {} FROM {users} WHERE", columns.join(", "));
        let is_user = dialect.sought(model.primary_key(), &two);
        let is_named = dialect.sought(model.username(), &two);
        let is_old_password = dialect.is_exactly(&password, &three);
        let is_jti = dialect.is_exactly(&jti, &two);
        let lock_in_insert = dialect.lock_in_insert();
        let doomed = format!("SELECT {id} FROM {outstanding} WHERE {expires} <= {one} AND {id} > {two}");
        // The two deletions of one flush run in one transaction, so both mean the same rows.
        let batch = format!("{doomed} AND {id} <= {three} ORDER BY {id} LIMIT {four}");
        let (user_id, owner) = (name("user_id"), dialect.given(model.primary_key(), &two));
        let good = format!(
            "FROM {outstanding} o WHERE o.{user_id} = {owner} AND o.{jti} <> {three} AND o.{expires} > {one} \
             AND NOT EXISTS (SELECT 1 FROM {blacklisted} b WHERE b.{token_id} = o.{id})"
        );
        Self {
            find: model
                .columns()
                .iter()
                .map(|column| dialect.sought(column, &one))
                .map(|is_sought| Query::lookup(format!("{select} {is_sought} LIMIT 2"), kinds.clone()))
                .collect(),
            find_unless_blacklisted: holder::queries(dialect, model),
            find_by_email: model.email().map(|email| {
                let is_email = dialect.is_ignoring_case(email.name(), &one);
                let is_active = is_active(dialect, model);
                let text = format!("{select} {is_email}{is_active} ORDER BY {pk} LIMIT {two}");
                Query::new(text, kinds.clone())
            }),
            replace_password: Statement::new(format!(
                "UPDATE {users} SET {password} = {one} WHERE {is_user} AND {is_old_password}"
            )),
            set_password: Statement::new(format!("UPDATE {users} SET {password} = {one} WHERE {is_named}")),
            record_login: model.last_login().map(|column| {
                let last_login = name(column.name());
                Statement::new(format!("UPDATE {users} SET {last_login} = {one} WHERE {is_user}"))
            }),
            record_login_unless_later: model.last_login().map(|column| {
                let last_login = name(column.name());
                Statement::new(format!(
                    "UPDATE {users} SET {last_login} = {one} \
                     WHERE {is_user} AND ({last_login} IS NULL OR {last_login} < {three})"
                ))
            }),
            // A row that is there is looked for first: a conflict alone would use up a number for the next id.
            record: Statement::new(dialect.insert_unless(
                OUTSTANDING,
                &RECORD,
                &recorded(
                    dialect,
                    model,
                    1,
                    &format!("WHERE NOT EXISTS (SELECT 1 FROM {outstanding} WHERE {is_jti}{lock_in_insert})"),
                ),
                "jti",
            )),
            claim: Statement::new(dialect.insert_unless(
                BLACKLISTED,
                &["blacklisted_at", "token_id"],
                &format!("SELECT {one}, {id} FROM {outstanding} WHERE {is_jti}{lock_in_insert}"),
                "token_id",
            )),
            blacklist_all: Statement::new(dialect.insert_each_unless(
                BLACKLISTED,
                &["blacklisted_at", "token_id"],
                &format!("SELECT {one}, o.{id} {good}"),
                "token_id",
            )),
            is_any_good: Query::new(format!("SELECT 1 {good} LIMIT 1"), [ColumnKind::Int]),
            is_blacklisted: Query::lookup(self::blacklisted(dialect, 1), [ColumnKind::Int]),
            count_expired: Query::new(
                format!("SELECT count(*) FROM {outstanding} WHERE {expires} <= {one}"),
                [ColumnKind::Int],
            ),
            flush_batch: Query::new(
                format!(
                    "SELECT count(*), COALESCE(max(batch.{id}), 0) FROM ({doomed} ORDER BY {id} LIMIT {three}) batch"
                ),
                [ColumnKind::Int, ColumnKind::Int],
            ),
            flush_blacklisted: Statement::new(dialect.delete_batch(BLACKLISTED, "token_id", &batch)),
            flush_outstanding: Statement::new(dialect.delete_batch(OUTSTANDING, "id", &batch)),
            at_once: AtOnce::new(dialect, model),
            ping: Query::new(format!("SELECT 1 FROM {users} LIMIT 1"), [ColumnKind::Int]),
        }
    }
}

/// A row where the token with this id, a parameter's number, is on the blacklist. Ids are unique: one of the tables is asked for a row,
/// and then the other, in no other order, whatever an engine takes their sizes to be.
pub(crate) fn blacklisted(dialect: &dyn Dialect, jti: usize) -> String {
    let [outstanding, blacklisted, id, column, token_id] =
        [OUTSTANDING, BLACKLISTED, "id", "jti", "token_id"].map(|name| dialect.quote(name));
    let is_jti = dialect.is_exactly(&column, &dialect.placeholder(jti));
    format!("SELECT 1 FROM {blacklisted} WHERE {token_id} = (SELECT {id} FROM {outstanding} WHERE {is_jti})")
}

/// A row of [`RECORD`] from the parameters that begin with this one, `when` something is so. The user is looked up in the same
/// statement: one who was deleted meanwhile is NULL, not an error.
pub(crate) fn recorded(dialect: &dyn Dialect, model: &UserModel, first: usize, when: &str) -> String {
    let [users, pk] = [model.table(), model.primary_key().name()].map(|name| dialect.quote(name));
    let user = dialect.given(model.primary_key(), &dialect.placeholder(first));
    let values: Vec<_> = (first + 1..first + 5).map(|number| dialect.placeholder(number)).collect();
    let hold = dialect.hold_in_insert();
    format!("SELECT (SELECT {pk} FROM {users} WHERE {pk} = {user}{hold}), {} {when}", values.join(", "))
}

/// What ends a condition on users, so that it is true of active ones alone.
pub(crate) fn is_active(dialect: &dyn Dialect, model: &UserModel) -> String {
    let is_active = model.is_active().map(|column| match column.kind() {
        ColumnKind::Int => format!(" AND {} <> 0", dialect.quote(column.name())),
        _ => format!(" AND {}", dialect.quote(column.name())),
    });
    is_active.unwrap_or_default()
}
