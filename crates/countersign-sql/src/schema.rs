//! What is in a database: its tables, their columns, and which of them are what the stores need.

use std::collections::BTreeSet;

use crate::backend::{Dialect, Row};
use crate::column::Column;
use crate::error::{ConnectError, list, nearest};
use crate::model::{UserModel, UserTable};
use crate::refresh_tokens::RefreshTokenTable;

/// Every table and its columns, as one statement saw them.
pub(crate) struct Schema {
    tables: Vec<(String, Vec<Column>)>,
}

impl Schema {
    /// From the rows of [`Dialect::columns`].
    pub(crate) fn new(dialect: &dyn Dialect, rows: Vec<Row>) -> Self {
        let mut tables: Vec<(String, Vec<Column>)> = Vec::new();
        for (table, column) in rows.into_iter().filter_map(|row| dialect.column(row)) {
            match tables.last_mut() {
                Some((name, columns)) if *name == table => columns.push(column),
                _ => tables.push((table, vec![column])),
            }
        }
        Self { tables }
    }

    pub(crate) fn has(&self, table: &str) -> bool {
        self.columns(table).is_some()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|(name, _)| &**name)
    }

    pub(crate) fn user_model(&self, users: &UserTable) -> Result<UserModel, ConnectError> {
        match self.columns(&users.table) {
            Some(columns) => UserModel::resolve(users, columns.to_vec()),
            None => Err(self.no_user_table(users)),
        }
    }

    pub(crate) fn keeps_refresh_tokens(&self, table: &str) -> bool {
        self.columns(table).is_some_and(RefreshTokenTable::fits)
    }

    pub(crate) fn columns(&self, table: &str) -> Option<&[Column]> {
        self.tables.iter().find(|(name, _)| name == table).map(|(_, columns)| &**columns)
    }

    fn no_user_table(&self, users: &UserTable) -> ConnectError {
        let table = &users.table;
        if self.tables.is_empty() {
            return ConnectError::schema(format!(
                "the database has no tables yet, so no user table {table:?} either; run `countersign migrate` \
                 (or Django's own `migrate`) first"
            ));
        }
        // A table with these two columns is what AbstractBaseUser leaves in a database.
        let marks = BTreeSet::from([&*users.password, &*users.last_login]);
        let likely: Vec<_> = self
            .tables
            .iter()
            .filter(|(_, columns)| {
                marks.iter().all(|mark| columns.iter().any(|column| column.name() == *mark))
            })
            .map(|(name, _)| &**name)
            .collect();
        ConnectError::schema(match &*likely {
            [] => format!(
                "there is no user table {table:?} in the database{}; its tables are: {}; run Django's own \
                 `migrate`, or name the user model's table (users.table)",
                nearest(table, self.names()),
                list(self.names()),
            ),
            _ => format!(
                "there is no user table {table:?} in the database; name the user model's table (users.table), \
                 which looks to be: {}",
                list(likely),
            ),
        })
    }
}
