//! Users: rows of the user model's table become [`User`]s.

use std::fmt;
use std::mem;
use std::num::NonZeroU32;

use countersign::clock::Timestamp;
use countersign::secret::StoredPassword;
use countersign::store::{StoreError, UserIdClaim, UserLookup, Users};
use countersign::user::{FieldValue, Relations, User, UserKey};

use crate::backend::{Row, Unreadable};
use crate::column::value_key;
use crate::database::Database;
use crate::model::UserModel;

impl Users for Database {
    async fn find(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        let Some(Sought { column, at, value }) = self.sought(by)? else { return Ok(None) };
        self.one_user(column, self.read(&self.statements().find[at], &[value]).await?)
    }

    async fn find_allowing_stale(&self, by: UserLookup<'_>) -> Result<Option<User>, StoreError> {
        let Some(Sought { column, at, value }) = self.sought(by)? else { return Ok(None) };
        self.one_user(column, self.read_allowing_stale(&self.statements().find[at], &[value]).await?)
    }

    async fn find_active_by_email(&self, email: &str, limit: NonZeroU32) -> Result<Vec<User>, StoreError> {
        let model = self.user_model();
        let Some(statement) = &self.statements().find_by_email else { return Ok(Vec::new()) };
        let email = self.backend().dialect().ignoring_case(email);
        let values = [FieldValue::Text(email), FieldValue::Int(limit.get().into())];
        let rows = self.read(statement, &values).await?;
        rows.into_iter().map(|row| user(model, row)).collect()
    }

    async fn replace_password(
        &self,
        user: &UserKey,
        old: &StoredPassword,
        new: &StoredPassword,
    ) -> Result<bool, StoreError> {
        let values = [stored(new), user.clone().into(), stored(old)];
        Ok(self.write(&self.statements().replace_password, &values).await? > 0)
    }

    async fn relations(&self, user: &UserKey) -> Result<Relations, StoreError> {
        let relations = self.relations_of_users();
        let Some(query) = &relations.query else { return Ok(Relations::default()) };
        let rows = self.read(query, &[user.clone().into()]).await?;
        relations.read(&rows).ok_or_else(|| {
            StoreError::inconsistent("a group or a permission of a user is not told by a number")
        })
    }

    async fn record_login(&self, user: &UserKey, at: Timestamp) -> Result<(), StoreError> {
        if let Some(logins) = self.last_logins() {
            logins.note(user, at).await;
        } else if let Some(statement) = &self.statements().record_login {
            self.write(statement, &[FieldValue::Timestamp(at), user.clone().into()]).await?;
        }
        Ok(())
    }
}

impl Database {
    /// How users are looked for in the database; `None` for a value that no row can hold.
    pub(crate) fn sought(&self, by: UserLookup<'_>) -> Result<Option<Sought<'_>>, StoreError> {
        let model = self.user_model();
        let (column, value) = match by {
            UserLookup::Username(name) => (model.username().name(), UserIdClaim::Text(name.into())),
            UserLookup::Field { column, value } => (column, value),
        };
        let Some(at) = model.position(column) else {
            return Err(StoreError::inconsistent(format!(
                "the user table {:?} has no column {column:?} to look users up by",
                model.table()
            )));
        };
        let column = &model.columns()[at];
        Ok(column.lookup(&value).map(|value| Sought { column: column.name(), at, value }))
    }

    fn one_user(&self, column: &str, mut rows: Vec<Row>) -> Result<Option<User>, StoreError> {
        if rows.len() > 1 {
            return Err(self.not_the_only_one(column));
        }
        rows.pop().map(|row| user(self.user_model(), row)).transpose()
    }

    pub(crate) fn not_the_only_one(&self, column: &str) -> StoreError {
        let table = self.user_model().table();
        StoreError::inconsistent(format!("more than one row of {table:?} has the same value in {column:?}"))
    }
}

/// A column that holds a value: its name, and which of the model's columns it is.
pub(crate) struct Sought<'a> {
    pub(crate) column: &'a str,
    pub(crate) at: usize,
    pub(crate) value: FieldValue,
}

pub(crate) fn stored(password: &StoredPassword) -> FieldValue {
    FieldValue::Text(password.expose().to_owned())
}

/// The user that a row says.
pub(crate) fn user(model: &UserModel, row: Row) -> Result<User, StoreError> {
    read(model, row).map_err(StoreError::inconsistent)
}

/// The user that a row says, or what is wrong with the row.
fn read(model: &UserModel, row: Row) -> Result<User, BadRow> {
    let key = row.get(model.primary_key_at()).cloned();
    let bad = |at: usize, problem| BadRow {
        table: model.table().to_owned(),
        column: model.columns()[at].name().to_owned(),
        key: key.as_ref().and_then(|key| key.as_ref().ok()).map(FieldValue::to_string),
        problem,
    };
    let mut values = Vec::with_capacity(row.len());
    for (at, value) in row.into_iter().enumerate() {
        values.push(value.map_err(|Unreadable(problem)| bad(at, problem))?);
    }

    let key = value_key(&values[model.primary_key_at()])
        .ok_or_else(|| bad(model.primary_key_at(), "a primary key that is neither number, text nor UUID"))?;
    let FieldValue::Text(password) = mem::replace(&mut values[model.password_at()], FieldValue::Null) else {
        return Err(bad(model.password_at(), "a stored password that is not a text"));
    };
    // A user model may leave the name empty, Python's None; such a user is found by other columns only.
    let username = match &values[model.username_at()] {
        FieldValue::Null => String::new(),
        value => value.to_string(),
    };
    let is_active = match model.is_active_at().map(|at| (at, &values[at])) {
        None => true,
        Some((_, FieldValue::Bool(active))) => *active,
        Some((_, FieldValue::Int(number))) => *number != 0,
        Some((_, FieldValue::Null)) => false,
        Some((at, _)) => return Err(bad(at, "neither true nor false")),
    };
    let email = match model.email_at().map(|at| &values[at]) {
        None | Some(FieldValue::Null) => None,
        Some(value) => Some(value.to_string()),
    };
    let last_login = match model.last_login_at().map(|at| &values[at]) {
        Some(FieldValue::Timestamp(at)) => Some(*at),
        _ => None,
    };
    let mut fields = Vec::with_capacity(values.len());
    let named = model.names().zip(values).enumerate();
    fields.extend(named.filter(|(at, _)| *at != model.password_at()).map(|(_, field)| field));
    let fields = fields.into_iter().collect();
    Ok(User { key, username, password: StoredPassword::new(password), is_active, email, last_login, fields })
}

/// A row that cannot be: where it is, without a word of what stands in it.
#[derive(Debug)]
struct BadRow {
    table: String,
    column: String,
    key: Option<String>,
    problem: &'static str,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {:?} of table {:?} holds {}", self.column, self.table, self.problem)?;
        match &self.key {
            Some(key) => write!(f, ", in the row with primary key {key}"),
            None => f.write_str(", in a row whose primary key cannot be read"),
        }
    }
}

impl std::error::Error for BadRow {}
