//! A login and the usual refresh of a session, in one statement each, where the engine can: see [`crate::at_once`].
//!
//! Rows are taken in the order in which all transactions take them: the user's, the session's, the ledger's. Whatever is not
//! as usual (another token than the current one, a session that is over or not known, a user who has changed, somebody at
//! work on the same rows) changes nothing here and is left to the transaction that reads first.

use countersign::clock::{Span, Timestamp};
use countersign::store::{Advance, Lineage, NewSession, StoreError};
use countersign::user::{FieldValue, User};

use super::row::{CHANGING, COLUMNS, advanced, row, text};
use super::table::SessionTable;
use crate::at_once::{claimed, presented, succeeded};
use crate::backend::{Dialect, Statement};
use crate::database::Database;
use crate::ledger;
use crate::model::UserModel;
use crate::statements::is_active;
use crate::users::stored;

/// The statements; each says its parameters in order.
#[derive(Debug)]
pub(crate) struct SessionAtOnce {
    /// (user's primary key, password, what [`COLUMNS`] says, `record` of the token): a row where the session was begun
    begin: Statement,
    /// (user's primary key, password, session, user, began after, used after, `record` of the presented token, blacklisted at,
    /// what [`advanced`] says, `record` of the successor): a row where the session's current token was consumed
    advance: Statement,
}

impl SessionAtOnce {
    /// Nothing, where the engine cannot write in steps.
    pub(super) fn new(dialect: &dyn Dialect, model: &UserModel) -> Option<Self> {
        let at = |number: usize| dialect.placeholder(number);
        let table = dialect.quote(SessionTable::NAME);
        let [id, user, created, revoked, generation, current, last_used] =
            ["id", "user_key", "created_at", "revoked_at", "generation", "current_jti", "last_used_at"]
                .map(|name| dialect.quote(name));

        let held = held(dialect, model);
        let names: Vec<_> = COLUMNS.iter().map(|(name, _)| *name).collect();
        let values: Vec<_> = (3..3 + COLUMNS.len()).map(at).collect();
        let source = format!("SELECT {} FROM held", values.join(", "));
        let begun = dialect.insert_unless(SessionTable::NAME, &names, &source, "id");
        let begun = format!("{begun} RETURNING {id}");

        let [three, four, five, six, eight] = [3, 4, 5, 6, 8].map(at);
        let session = format!(
            "SELECT {id} FROM {table} WHERE {id} = {three} AND {user} = {four} AND {current} = {eight} \
             AND {revoked} IS NULL AND {created} > {five} AND {last_used} > {six} \
             AND EXISTS (SELECT 1 FROM held){}",
            dialect.lock_rows(),
        );
        let presented = presented(dialect, model, 7, "FROM session");
        let claimed = claimed(dialect, 12, 8, " AND EXISTS (SELECT 1 FROM session)");
        let changes: Vec<_> = (13..)
            .zip(&CHANGING[1..])
            .map(|(number, name)| format!("{} = {}", dialect.quote(name), at(number)))
            .collect();
        let advanced = format!(
            "UPDATE {table} SET {generation} = {table}.{generation} + 1, {} FROM claimed WHERE {table}.{id} = {three} \
             RETURNING {table}.{id}",
            changes.join(", ")
        );
        let held = ("held", &*held);
        Some(Self {
            begin: Statement::new(dialect.in_steps(
                &[held, ("session", &begun)],
                &succeeded(dialect, model, 3 + COLUMNS.len(), "session"),
            )?),
            advance: Statement::new(dialect.in_steps(
                &[
                    held,
                    ("session", &session),
                    ("presented", &presented),
                    ("claimed", &claimed),
                    ("advanced", &advanced),
                ],
                &succeeded(dialect, model, 12 + CHANGING.len(), "advanced"),
            )?),
        })
    }
}

/// The step that holds the user's row, where it is as it was found, and active: (primary key, password).
fn held(dialect: &dyn Dialect, model: &UserModel) -> String {
    let [one, two] = [1, 2].map(|number| dialect.placeholder(number));
    let users = dialect.quote(model.table());
    let is_user = dialect.sought(model.primary_key(), &one);
    let is_password = dialect.is_exactly(&dialect.quote(model.password().name()), &two);
    let (is_active, hold) = (is_active(dialect, model), dialect.hold_rows());
    format!("SELECT 1 FROM {users} WHERE {is_user} AND {is_password}{is_active}{hold}")
}

impl Database {
    /// Begins a session. Tells whether that is certain.
    pub(super) async fn begin_at_once(&self, session: &NewSession<'_>) -> Result<bool, StoreError> {
        let Some(at_once) = self.sessions()?.at_once.as_ref().filter(|_| session.user.is_active) else {
            return Ok(false);
        };
        let mut values = Vec::from(found(session.user));
        values.extend(row(&Lineage::begun(session)));
        values.extend(ledger::row(session.token));
        self.is_done_at_once(&at_once.begin, &values).await
    }

    /// Consumes the session's current token. Tells whether that is certain.
    pub(super) async fn advance_at_once(&self, rotation: &Advance<'_>) -> Result<bool, StoreError> {
        let Some(at_once) = self.sessions()?.at_once.as_ref().filter(|_| rotation.user.is_active) else {
            return Ok(false);
        };
        let Advance { at, rules, .. } = *rotation;
        // What was made so lately was used so lately.
        let idle = since(at, rules.idle);
        let used_after = if rotation.issued_at > idle { Timestamp::MIN } else { idle };
        let mut values = Vec::from(found(rotation.user));
        values.extend([text(rotation.session), text(&rotation.user.key.to_string())]);
        values.extend([since(at, rules.lifetime), used_after].map(FieldValue::Timestamp));
        values.extend(ledger::row(rotation.presented));
        values.push(FieldValue::Timestamp(at));
        values.extend(advanced(rotation));
        values.extend(ledger::row(rotation.successor));
        self.is_done_at_once(&at_once.advance, &values).await
    }
}

/// A session must have begun, or been used, later than this.
fn since(now: Timestamp, span: Option<Span>) -> Timestamp {
    span.map_or(Timestamp::MIN, |span| (now - span).max(Timestamp::MIN))
}

/// The parameters of [`held`].
fn found(user: &User) -> [FieldValue; 2] {
    [user.key.clone().into(), stored(&user.password)]
}
