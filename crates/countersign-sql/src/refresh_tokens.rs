//! Long-running refresh tokens: the table of strawberry-django-extras' `refresh_token`.
//!
//! A token is live where `revoked` is null. The `UPDATE` that replaces or revokes one asks for that in the same
//! statement, so of all who present it exactly one changes the row.
//!
//! DIFFERENCE: the package reads the row first and saves it later, so that several who present a token at once are
//! each given a new one, and only the last one's is kept. The rows are the same.

use std::num::NonZeroU32;

use countersign::clock::Timestamp;
use countersign::secret::PlainToken;
use countersign::store::{Claim, NewRefreshToken, RefreshTokens, StoreError, StoredRefreshToken};
use countersign::user::{FieldValue, UserKey};

use crate::backend::{Dialect, Query, Row, Statement};
use crate::column::{Column, ColumnKind, value_key};
use crate::database::Database;
use crate::model::UserModel;

impl RefreshTokens for Database {
    async fn keep_refresh_token(&self, token: &NewRefreshToken<'_>) -> Result<bool, StoreError> {
        let values = [token.user.clone().into(), text(token.token), FieldValue::Timestamp(token.created_at)];
        Ok(self.write(&self.refresh_tokens()?.keep, &values).await? > 0)
    }

    async fn find_refresh_token(&self, token: &PlainToken) -> Result<Option<StoredRefreshToken>, StoreError> {
        let table = self.refresh_tokens()?;
        let mut rows = self.read(&table.find, &[text(token)]).await?;
        if rows.len() > 1 {
            return Err(StoreError::inconsistent(format!(
                "more than one row of {:?} has the same token",
                table.name
            )));
        }
        let Some(row) = rows.pop() else { return Ok(None) };
        let found = stored(&row).ok_or_else(|| {
            StoreError::inconsistent(format!(
                "a row of {:?} has no owner, or no time it was created",
                table.name
            ))
        })?;
        // Some collations find what is spelled otherwise.
        Ok(Some(found).filter(|found| found.token == *token))
    }

    async fn replace_refresh_token(
        &self,
        old: &PlainToken,
        new: &PlainToken,
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        let values = [text(new), FieldValue::Timestamp(at), text(old)];
        Ok(claim(self.write(&self.refresh_tokens()?.replace, &values).await?))
    }

    async fn revoke_refresh_token(&self, token: &PlainToken, at: Timestamp) -> Result<Claim, StoreError> {
        let values = [FieldValue::Timestamp(at), text(token)];
        Ok(claim(self.write(&self.refresh_tokens()?.revoke, &values).await?))
    }

    async fn revoke_refresh_tokens_of(&self, user: &UserKey, at: Timestamp) -> Result<u64, StoreError> {
        let values = [FieldValue::Timestamp(at), user.clone().into()];
        self.write(&self.refresh_tokens()?.revoke_all, &values).await
    }

    async fn clear_refresh_tokens(
        &self,
        created_before: Option<Timestamp>,
        limit: NonZeroU32,
    ) -> Result<u64, StoreError> {
        let table = self.refresh_tokens()?;
        let limit = FieldValue::Int(limit.get().into());
        match created_before {
            Some(oldest) => {
                self.write(&table.clear_revoked_and_old, &[limit, FieldValue::Timestamp(oldest)]).await
            }
            None => self.write(&table.clear_revoked, &[limit]).await,
        }
    }
}

impl Database {
    /// How many tokens [`clear_refresh_tokens`](RefreshTokens::clear_refresh_tokens) deletes.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn count_clearable(&self, created_before: Option<Timestamp>) -> Result<u64, StoreError> {
        let table = self.refresh_tokens()?;
        match created_before {
            Some(oldest) => self.count(&table.count_revoked_and_old, &[FieldValue::Timestamp(oldest)]).await,
            None => self.count(&table.count_revoked, &[]).await,
        }
    }
}

/// The table and its statements; each says its parameters in order.
#[derive(Debug)]
pub(crate) struct RefreshTokenTable {
    name: String,
    /// (user's primary key, token, created)
    keep: Statement,
    /// (token): token, user and created, two rows at most
    find: Query,
    /// (new token, created, old token)
    replace: Statement,
    /// (time, token)
    revoke: Statement,
    /// (time, user's primary key)
    revoke_all: Statement,
    /// (limit)
    clear_revoked: Statement,
    /// (limit, oldest time to stay)
    clear_revoked_and_old: Statement,
    /// No parameter.
    count_revoked: Query,
    /// (oldest time to stay)
    count_revoked_and_old: Query,
}

impl RefreshTokenTable {
    /// What the package calls its own table.
    pub(crate) const PACKAGES: &'static str = "refresh_token_refreshtoken";

    /// Whether rows can be kept in a table with these columns: the package's are there, and no other must be filled.
    pub(crate) fn fits(columns: &[Column]) -> bool {
        OWN.iter().all(|name| columns.iter().any(|column| column.name() == *name))
            && columns
                .iter()
                .filter(|column| !OWN[1..].contains(&column.name()))
                .all(|column| column.nullable || column.fills_itself)
    }

    pub(crate) fn new(dialect: &dyn Dialect, name: &str, model: &UserModel) -> Self {
        let quote = |name: &str| dialect.quote(name);
        let table = quote(name);
        let [id, user, token, created, revoked] = OWN.map(quote);
        let (users, pk) = (quote(model.table()), quote(model.primary_key().name()));
        let (one, two, three) = (dialect.placeholder(1), dialect.placeholder(2), dialect.placeholder(3));
        let is_token = |placeholder: &str| dialect.is_exactly(&token, placeholder);
        let hold = dialect.hold_in_insert();
        let owner = dialect.given(model.primary_key(), &two);
        let clear = |which: &str| {
            let batch = format!("SELECT {id} FROM {table} WHERE {which} ORDER BY {id} LIMIT {one}");
            Statement::new(dialect.delete_batch(name, "id", &batch))
        };
        let count = |which: &str| {
            Query::new(format!("SELECT count(*) FROM {table} WHERE {which}"), [ColumnKind::Int])
        };
        Self {
            // The user is looked up in the same statement: one who was deleted meanwhile gets no row.
            keep: Statement::new(format!(
                "INSERT INTO {table} ({user}, {token}, {created}) SELECT {pk}, {two}, {three} FROM {users} \
                 WHERE {pk} = {one}{hold}"
            )),
            find: Query::lookup(
                format!(
                    "SELECT {token}, {user}, {created} FROM {table} WHERE {} AND {revoked} IS NULL LIMIT 2",
                    is_token(&one)
                ),
                [ColumnKind::Text, model.primary_key().kind(), ColumnKind::Timestamp],
            ),
            replace: Statement::new(format!(
                "UPDATE {table} SET {token} = {one}, {created} = {two} \
                 WHERE {} AND {revoked} IS NULL",
                is_token(&three)
            )),
            revoke: Statement::new(format!(
                "UPDATE {table} SET {revoked} = {one} WHERE {} AND {revoked} IS NULL",
                is_token(&two)
            )),
            revoke_all: Statement::new(format!(
                "UPDATE {table} SET {revoked} = {one} WHERE {user} = {owner} AND {revoked} IS NULL"
            )),
            clear_revoked: clear(&format!("{revoked} IS NOT NULL")),
            clear_revoked_and_old: clear(&format!("{revoked} IS NOT NULL OR {created} < {two}")),
            count_revoked: count(&format!("{revoked} IS NOT NULL")),
            count_revoked_and_old: count(&format!("{revoked} IS NOT NULL OR {created} < {one}")),
            name: name.to_owned(),
        }
    }
}

/// The columns of the package's abstract model.
const OWN: [&str; 5] = ["id", "user_id", "token", "created", "revoked"];

fn stored(row: &Row) -> Option<StoredRefreshToken> {
    let [Ok(FieldValue::Text(token)), Ok(user), Ok(FieldValue::Timestamp(created_at))] = &**row else {
        return None;
    };
    Some(StoredRefreshToken {
        token: PlainToken::new(token.clone()),
        user: value_key(user)?,
        created_at: *created_at,
    })
}

fn claim(rows: u64) -> Claim {
    if rows == 0 { Claim::Lost } else { Claim::Won }
}

fn text(token: &PlainToken) -> FieldValue {
    FieldValue::Text(token.expose().to_owned())
}
