//! Users as the commands make them: `createuser`, `createsuperuser`, `changepassword`.

use std::error::Error as StdError;
use std::fmt;

use countersign::clock::Timestamp;
use countersign::entropy::Entropy;
use countersign::secret::StoredPassword;
use countersign::store::{StoreError, UserIdClaim};
use countersign::user::{FieldValue, UserKey};

use crate::backend::Statement;
use crate::column::{Column, value_key};
use crate::database::Database;
use crate::model::UserModel;
use crate::new_user::{NewUser, Values};
use crate::users::stored;

impl Database {
    /// Creates a user, and gives the primary key.
    ///
    /// The columns that Django's `AbstractUser` has are filled as Django fills them: `is_active` is true,
    /// `date_joined` is `now`, `last_login` is null, names are empty. A UUID primary key is drawn from `entropy`.
    pub async fn create_user(
        &self,
        user: &NewUser,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<UserKey, CreateUserError> {
        let model = self.user_model();
        let values = Values { model, user, now, entropy }.for_every_column()?;
        let username = values.iter().find(|(column, _)| column.name() == model.username().name());
        let username: Vec<_> = username.map(|(_, value)| value.clone()).into_iter().collect();
        let (insert, values) = self.insert_user(&values);

        let mut transaction = self.begin().await?;
        let find = &self.statements().find[model.username_at()];
        let known = transaction.read(find, &username).await;
        if !known.map_err(|error| self.failed(error))?.is_empty() {
            return Err(CreateUserError::taken(model, model.username().name()));
        }
        transaction.write(&insert, &values).await.map_err(|error| self.refused(error))?;
        // Not every engine tells the key of a new row.
        let inserted = transaction.read(find, &username).await.map_err(|error| self.failed(error))?;
        transaction.commit().await.map_err(|error| self.refused(error))?;
        let key = inserted.first().and_then(|row| row.get(model.primary_key_at())?.as_ref().ok());
        key.and_then(value_key).ok_or_else(|| {
            StoreError::inconsistent(format!("a new row of {:?} has no primary key", model.table())).into()
        })
    }

    /// Replaces the stored password of a user. Tells whether there is such a user.
    pub async fn set_password(&self, username: &str, password: &StoredPassword) -> Result<bool, StoreError> {
        let username = UserIdClaim::Text(username.into());
        let Some(username) = self.user_model().username().lookup(&username) else { return Ok(false) };
        Ok(self.write(&self.statements().set_password, &[stored(password), username]).await? > 0)
    }

    fn insert_user(&self, values: &[(&Column, FieldValue)]) -> (Statement, Vec<FieldValue>) {
        let dialect = self.backend().dialect();
        let model = self.user_model();
        let names: Vec<_> = values.iter().map(|(column, _)| dialect.quote(column.name())).collect();
        let given = values.iter().zip(1..);
        let given: Vec<_> =
            given.map(|((column, _), number)| dialect.given(column, &dialect.placeholder(number))).collect();
        let text = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            dialect.quote(model.table()),
            names.join(", "),
            given.join(", "),
        );
        (Statement::new(text), values.iter().map(|(_, value)| value.clone()).collect())
    }

    fn refused(&self, error: sqlx::Error) -> CreateUserError {
        let model = self.user_model();
        if let Some(cause) = error.as_database_error() {
            if let Some(column) = self.backend().dialect().taken_column(cause) {
                return CreateUserError::taken(model, &column);
            }
            if cause.is_check_violation() || cause.is_foreign_key_violation() {
                return CreateUserError::new(
                    CreateUserErrorKind::Invalid,
                    format!("the table {:?} does not take these values: {}", model.table(), cause.message()),
                );
            }
        }
        self.failed(error).into()
    }
}

/// Why a user was not created: opaque, with a [kind](CreateUserErrorKind); the text says what to do.
#[derive(Debug)]
pub struct CreateUserError {
    kind: CreateUserErrorKind,
    message: String,
    source: Option<StoreError>,
}

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CreateUserErrorKind {
    /// A value that its column does not take, or a column that is not there.
    Invalid,
    /// The store itself failed: the source says how.
    Store,
    /// Another user has this name, or another value that must be unique.
    Taken,
    /// The user model has columns that must hold something, and nobody said what.
    Unfilled,
}

impl CreateUserError {
    pub(crate) fn new(kind: CreateUserErrorKind, message: String) -> Self {
        Self { kind, message, source: None }
    }

    fn taken(model: &UserModel, column: &str) -> Self {
        let message = format!("there is already a user with this {column} in the table {:?}", model.table());
        Self::new(CreateUserErrorKind::Taken, message)
    }

    /// What stood in the way.
    pub fn kind(&self) -> CreateUserErrorKind {
        self.kind
    }
}

impl From<StoreError> for CreateUserError {
    fn from(source: StoreError) -> Self {
        let message = "the user was not created".to_owned();
        Self { kind: CreateUserErrorKind::Store, message, source: Some(source) }
    }
}

impl fmt::Display for CreateUserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for CreateUserError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source as &(dyn StdError + 'static))
    }
}
