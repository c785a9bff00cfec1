//! A new user's row: which column gets what.

use countersign::clock::Timestamp;
use countersign::entropy::{Entropy, uuid4_hex};
use countersign::secret::StoredPassword;
use countersign::user::FieldValue;

use crate::admin::{CreateUserError, CreateUserErrorKind};
use crate::column::{Column, ColumnKind, parse_uuid};
use crate::error::{list, nearest};
use crate::model::UserModel;
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

impl NewUser {
    /// Somebody with a name and a password, who is neither staff nor superuser.
    pub fn new(username: impl Into<String>, password: StoredPassword) -> Self {
        Self {
            username: username.into(),
            email: None,
            password,
            is_staff: false,
            is_superuser: false,
            extra: Vec::new(),
        }
    }
}

/// What goes into each column of a new row.
pub(crate) struct Values<'a> {
    pub(crate) model: &'a UserModel,
    pub(crate) user: &'a NewUser,
    pub(crate) now: Timestamp,
    pub(crate) entropy: &'a dyn Entropy,
}

impl<'a> Values<'a> {
    /// The columns to write, or an error that names those that nobody filled.
    pub(crate) fn for_every_column(&self) -> Result<Vec<(&'a Column, FieldValue)>, CreateUserError> {
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
            // Django's forms refuse it, and not every engine can keep it.
            _ if given.contains('\0') => Err(wrong("a text without the character NUL")),
            _ => Ok(FieldValue::Text(given.to_owned())),
        },
    }
}
