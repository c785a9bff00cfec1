//! Users as the commands make them: `createuser`, `createsuperuser`, `changepassword`.

use std::error::Error as StdError;
use std::fmt;

use countersign::clock::Timestamp;
use countersign::entropy::{Entropy, uuid4_hex};
use countersign::secret::StoredPassword;
use countersign::store::StoreError;
use countersign::user::{FieldValue, UserKey};

use crate::backend::{Query, Statement};
use crate::database::Database;
use crate::error::{list, nearest};
use crate::model::{Column, ColumnKind, UserModel, parse_uuid, value_key};
use crate::users::stored;

/// A user to create.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// `USERNAME_FIELD`'s value, already in the form in which it is stored (Django normalises to NFKC).
    pub username: String,
    /// The address; its domain is stored in lower case, as Django's `normalize_email` does.
    pub email: Option<String>,
    /// The stored password.
    pub password: StoredPassword,
    /// Whether the user may enter Django's admin.
    pub is_staff: bool,
    /// Whether the user has every permission.
    pub is_superuser: bool,
    /// Other columns of the user model and their values, in the form in which the database shows them. They go
    /// before what Countersign would have written.
    pub extra: Vec<(String, String)>,
}

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
        let (insert, values) = self.insert_user(&values);

        let mut transaction = self.begin().await?;
        let username =
            model.username().lookup(&countersign::store::UserIdClaim::Text((&*user.username).into()));
        let find = &self.statements().find[model.username_at()];
        let known = transaction.read(find, &username.into_iter().collect::<Vec<_>>()).await;
        if !known.map_err(|error| self.failed(error))?.is_empty() {
            return Err(CreateUserError::taken(model, model.username().name()));
        }
        let inserted = match transaction.read(&insert, &values).await {
            Ok(rows) => rows,
            Err(error) => return Err(self.refused(error)),
        };
        transaction.commit().await.map_err(|error| self.refused(error))?;
        let key = inserted.into_iter().flatten().next().and_then(Result::ok);
        key.as_ref().and_then(value_key).ok_or_else(|| {
            StoreError::inconsistent(format!("a new row of {:?} has no primary key", model.table())).into()
        })
    }

    /// Replaces the stored password of a user. Tells whether there is such a user.
    pub async fn set_password(&self, username: &str, password: &StoredPassword) -> Result<bool, StoreError> {
        let username = countersign::store::UserIdClaim::Text(username.into());
        let Some(username) = self.user_model().username().lookup(&username) else { return Ok(false) };
        Ok(self.write(&self.statements().set_password, &[stored(password), username]).await? > 0)
    }

    fn insert_user(&self, values: &[(&Column, FieldValue)]) -> (Query, Vec<FieldValue>) {
        let dialect = self.backend().dialect();
        let model = self.user_model();
        let names: Vec<_> = values.iter().map(|(column, _)| dialect.quote(column.name())).collect();
        let numbers: Vec<_> = (1..=values.len()).map(|number| dialect.placeholder(number)).collect();
        let text = format!(
            "INSERT INTO {} ({}) VALUES ({}) RETURNING {}",
            dialect.quote(model.table()),
            names.join(", "),
            numbers.join(", "),
            dialect.quote(model.primary_key().name()),
        );
        let insert = Query { statement: Statement::new(text), kinds: [model.primary_key().kind()].into() };
        (insert, values.iter().map(|(_, value)| value.clone()).collect())
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

/// What goes into each column of a new row.
struct Values<'a> {
    model: &'a UserModel,
    user: &'a NewUser,
    now: Timestamp,
    entropy: &'a dyn Entropy,
}

impl<'a> Values<'a> {
    fn for_every_column(&self) -> Result<Vec<(&'a Column, FieldValue)>, CreateUserError> {
        self.check_extra()?;
        let mut values = Vec::new();
        let mut unfilled = Vec::new();
        for column in self.model.columns() {
            match self.value(column)? {
                Some(value) => values.push((column, value)),
                None if column.nullable || column.fills_itself => {}
                None => unfilled.push(column.name()),
            }
        }
        if !unfilled.is_empty() {
            return Err(CreateUserError::new(
                CreateUserErrorKind::Unfilled,
                format!(
                    "the user table {:?} wants a value in: {}; give each one",
                    self.model.table(),
                    list(unfilled)
                ),
            ));
        }
        Ok(values)
    }

    fn check_extra(&self) -> Result<(), CreateUserError> {
        let names = || self.model.columns().iter().map(Column::name);
        for (name, _) in &self.user.extra {
            let problem = if names().all(|known| known != name) {
                format!(
                    "has no column {name:?}{}; its columns are: {}",
                    nearest(name, names()),
                    list(names())
                )
            } else if [self.model.username().name(), self.model.password().name()].contains(&&**name) {
                format!("has a column {name:?}, but its value is given by other means")
            } else {
                continue;
            };
            let message = format!("the user table {:?} {problem}", self.model.table());
            return Err(CreateUserError::new(CreateUserErrorKind::Invalid, message));
        }
        Ok(())
    }

    fn value(&self, column: &Column) -> Result<Option<FieldValue>, CreateUserError> {
        let model = self.model;
        let is = |other: Option<&Column>| other.is_some_and(|other| other.name() == column.name());
        let value = if let Some((_, given)) = self.user.extra.iter().find(|(name, _)| name == column.name()) {
            Some(parse(column, given)?)
        } else if is(Some(model.username())) {
            Some(parse(column, &self.user.username)?)
        } else if is(Some(model.password())) {
            Some(stored(&self.user.password))
        } else if is(Some(model.primary_key())) {
            (column.kind == ColumnKind::Uuid)
                .then(|| parse_uuid(&uuid4_hex(self.entropy)).map(FieldValue::Uuid))
                .flatten()
        } else if is(model.is_active()) {
            Some(truth(column, true))
        } else {
            self.django_value(column)?
        };
        Ok(value)
    }

    /// The columns of `AbstractUser` and `PermissionsMixin`, known by their names and types.
    fn django_value(&self, column: &Column) -> Result<Option<FieldValue>, CreateUserError> {
        Ok(match (column.name(), column.kind) {
            ("email", ColumnKind::Text) => match &self.user.email {
                Some(email) => Some(parse(column, &normalised(email))?),
                None if column.nullable => None,
                None => Some(FieldValue::Text(String::new())),
            },
            ("first_name" | "last_name", ColumnKind::Text) => Some(FieldValue::Text(String::new())),
            ("date_joined", ColumnKind::Timestamp) => Some(FieldValue::Timestamp(self.now)),
            ("is_staff", ColumnKind::Bool | ColumnKind::Int) => Some(truth(column, self.user.is_staff)),
            ("is_superuser", ColumnKind::Bool | ColumnKind::Int) => {
                Some(truth(column, self.user.is_superuser))
            }
            _ => None,
        })
    }
}

fn truth(column: &Column, truth: bool) -> FieldValue {
    match column.kind {
        ColumnKind::Int => FieldValue::Int(truth.into()),
        _ => FieldValue::Bool(truth),
    }
}

/// Django's `BaseUserManager.normalize_email`: the part after the last `@` in lower case.
fn normalised(email: &str) -> String {
    match email.trim().rsplit_once('@') {
        Some((name, domain)) => format!("{name}@{}", domain.to_lowercase()),
        None => email.to_owned(),
    }
}

/// A value that a person wrote, as the column's type wants it.
fn parse(column: &Column, given: &str) -> Result<FieldValue, CreateUserError> {
    let wrong = |wanted: &str| {
        CreateUserError::new(
            CreateUserErrorKind::Invalid,
            format!("the value for the column {:?} is not {wanted}", column.name()),
        )
    };
    match column.kind {
        ColumnKind::Bool => match given {
            "1" | "true" | "True" => Ok(FieldValue::Bool(true)),
            "0" | "false" | "False" => Ok(FieldValue::Bool(false)),
            _ => Err(wrong("true or false")),
        },
        ColumnKind::Float => given.parse().map(FieldValue::Float).map_err(|_| wrong("a number")),
        ColumnKind::Int => given.parse().map(FieldValue::Int).map_err(|_| wrong("a whole number")),
        ColumnKind::Uuid => parse_uuid(given).map(FieldValue::Uuid).ok_or_else(|| wrong("a UUID")),
        ColumnKind::Bytes => Err(wrong("something that a command can write: the column holds bytes")),
        ColumnKind::Timestamp => crate::time::parse(given)
            .map(FieldValue::Timestamp)
            .ok_or_else(|| wrong("a time such as 2026-01-31 12:00:00 (UTC)")),
        ColumnKind::Text => match column.max_chars {
            Some(most) if given.chars().count() > most => {
                Err(wrong(&format!("at most {most} characters long")))
            }
            _ => Ok(FieldValue::Text(given.to_owned())),
        },
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
    fn new(kind: CreateUserErrorKind, message: String) -> Self {
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
