//! The user model, as the configuration names it and the database's schema completes it.

use std::sync::Arc;

use crate::column::{Column, ColumnKind};
use crate::error::{ConnectError, list, nearest};

/// Where Django's user model lives: the names that the schema alone cannot tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserTable {
    /// The table: `db_table` of `AUTH_USER_MODEL`.
    pub table: String,
    /// The column of `USERNAME_FIELD`.
    pub username_field: String,
    /// The column with the stored password.
    pub password: String,
    /// The column of `is_active`. Under its default name it may be missing: everybody is active then.
    pub is_active: String,
    /// The column of `last_login`. Under its default name it may be missing: no login is recorded then.
    pub last_login: String,
    /// The column of `EMAIL_FIELD`. Under its default name it may be missing: nobody has an address then.
    pub email: String,
    /// The primary key; `None` for the one that the schema declares.
    pub id: Option<String>,
}

impl Default for UserTable {
    /// The table of `django.contrib.auth.models.User`.
    fn default() -> Self {
        Self {
            table: AUTH_USER.to_owned(),
            username_field: "username".to_owned(),
            password: "password".to_owned(),
            is_active: IS_ACTIVE.to_owned(),
            last_login: LAST_LOGIN.to_owned(),
            email: EMAIL.to_owned(),
            id: None,
        }
    }
}

/// The user model's table as the database declares it.
#[derive(Clone, Debug)]
pub struct UserModel {
    table: String,
    columns: Vec<Column>,
    /// The columns' names, for every row that is read.
    names: Vec<Arc<str>>,
    primary_key: usize,
    username: usize,
    password: usize,
    is_active: Option<usize>,
    last_login: Option<usize>,
    email: Option<usize>,
}

impl UserModel {
    /// Finds the configured columns among those the database has.
    pub(crate) fn resolve(users: &UserTable, columns: Vec<Column>) -> Result<Self, ConnectError> {
        let model = Columns { table: &users.table, columns: &columns };
        let primary_key = match &users.id {
            Some(name) => model.required(name, "the primary key (users.id)")?,
            None => model.primary_key()?,
        };
        if !matches!(columns[primary_key].kind, ColumnKind::Int | ColumnKind::Text | ColumnKind::Uuid) {
            return Err(ConnectError::schema(format!(
                "the primary key {:?} of the table {:?} is declared {:?}; a user is told from others by an \
                 integer, a text or a UUID",
                columns[primary_key].name, users.table, columns[primary_key].declared,
            )));
        }
        Ok(Self {
            primary_key,
            username: model.required(&users.username_field, "the user name (users.username_field)")?,
            password: model.required(&users.password, "the stored password (users.password)")?,
            is_active: model.optional(&users.is_active, IS_ACTIVE, "users.is_active")?,
            last_login: model.optional(&users.last_login, LAST_LOGIN, "users.last_login")?,
            email: model.optional(&users.email, EMAIL, "users.email")?,
            table: users.table.clone(),
            names: columns.iter().map(|column| column.name.as_str().into()).collect(),
            columns,
        })
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The columns in the table's order, the password among them.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether the table has a column of exactly this name.
    pub fn has_column(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// The primary key.
    pub fn primary_key(&self) -> &Column {
        &self.columns[self.primary_key]
    }

    /// The column of `USERNAME_FIELD`.
    pub fn username(&self) -> &Column {
        &self.columns[self.username]
    }

    /// The column with the stored password.
    pub fn password(&self) -> &Column {
        &self.columns[self.password]
    }

    /// The column of `is_active`, if there is one.
    pub fn is_active(&self) -> Option<&Column> {
        self.is_active.map(|at| &self.columns[at])
    }

    /// The column of `last_login`, if there is one.
    pub fn last_login(&self) -> Option<&Column> {
        self.last_login.map(|at| &self.columns[at])
    }

    /// The column of `EMAIL_FIELD`, if there is one.
    pub fn email(&self) -> Option<&Column> {
        self.email.map(|at| &self.columns[at])
    }

    /// Where a column stands in a row; `pk` is the primary key, as in Django's queries.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        match name {
            "pk" => Some(self.primary_key),
            _ => self.columns.iter().position(|column| column.name == name),
        }
    }

    /// The columns' names, in the table's order.
    pub(crate) fn names(&self) -> impl Iterator<Item = Arc<str>> {
        self.names.iter().cloned()
    }

    pub(crate) fn primary_key_at(&self) -> usize {
        self.primary_key
    }

    pub(crate) fn username_at(&self) -> usize {
        self.username
    }

    pub(crate) fn password_at(&self) -> usize {
        self.password
    }

    pub(crate) fn is_active_at(&self) -> Option<usize> {
        self.is_active
    }

    pub(crate) fn last_login_at(&self) -> Option<usize> {
        self.last_login
    }

    pub(crate) fn email_at(&self) -> Option<usize> {
        self.email
    }
}

struct Columns<'a> {
    table: &'a str,
    columns: &'a [Column],
}

impl Columns<'_> {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| &*column.name)
    }

    fn required(&self, name: &str, what: &str) -> Result<usize, ConnectError> {
        self.columns.iter().position(|column| column.name == name).ok_or_else(|| {
            ConnectError::schema(format!(
                "the table {:?} has no column {name:?} for {what}{}; its columns are: {}",
                self.table,
                nearest(name, self.names()),
                list(self.names()),
            ))
        })
    }

    /// A column that may be missing, but not when somebody wrote its name down.
    fn optional(&self, name: &str, default: &str, setting: &str) -> Result<Option<usize>, ConnectError> {
        match self.required(name, setting) {
            Ok(at) => Ok(Some(at)),
            Err(_) if name == default => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn primary_key(&self) -> Result<usize, ConnectError> {
        let mut keys = self.columns.iter().enumerate().filter(|(_, column)| column.in_primary_key);
        match (keys.next(), keys.next()) {
            (Some((at, _)), None) => Ok(at),
            (first, _) => Err(ConnectError::schema(format!(
                "the table {:?} has {} primary key; name the column that tells users apart (users.id); its \
                 columns are: {}",
                self.table,
                if first.is_some() { "more than one column in its" } else { "no" },
                list(self.names()),
            ))),
        }
    }
}

pub(crate) const AUTH_USER: &str = "auth_user";
const IS_ACTIVE: &str = "is_active";
const EMAIL: &str = "email";
const LAST_LOGIN: &str = "last_login";
