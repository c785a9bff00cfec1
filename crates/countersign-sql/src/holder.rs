//! Whose a presented token is, and whether it is on the blacklist: one statement.

use std::sync::Arc;

use countersign::store::{Holder, StoreError, UserLookup};
use countersign::user::FieldValue;

use crate::backend::{Dialect, Query};
use crate::column::{Column, ColumnKind};
use crate::database::Database;
use crate::model::UserModel;
use crate::statements::blacklisted;
use crate::users::{Sought, user};

/// One a column of the user model: (value, jti): whether the jti is on the blacklist; beside it the user's row where the
/// column is the value, `NULL` in all of it where there is none. Two rows at most.
pub(crate) fn queries(dialect: &dyn Dialect, model: &UserModel) -> Vec<Query> {
    let (one, blacklisted) = (dialect.placeholder(1), blacklisted(dialect, 2));
    let columns: Vec<_> = model.columns().iter().map(|column| dialect.selected(column)).collect();
    let (users, columns) = (dialect.quote(model.table()), columns.join(", "));
    let kinds = [ColumnKind::Int].into_iter().chain(model.columns().iter().map(Column::kind));
    let kinds: Arc<[_]> = kinds.collect();
    let query = |column: &Column| {
        let is_sought = dialect.sought(column, &one);
        let text = format!(
            "SELECT CASE WHEN EXISTS ({blacklisted}) THEN 1 ELSE 0 END, {columns} \
             FROM (SELECT 1 AS countersign_asks) countersign_asks LEFT JOIN {users} ON {is_sought} LIMIT 2"
        );
        Query::lookup(text, Arc::clone(&kinds))
    };
    model.columns().iter().map(query).collect()
}

impl Database {
    /// `None` where the two have to be asked for one by one: no row can hold the value, or the id.
    pub(crate) async fn holder(&self, by: UserLookup<'_>, jti: &str) -> Result<Option<Holder>, StoreError> {
        let Ok(Some(Sought { column, at, value })) = self.sought(by) else { return Ok(None) };
        let values = [value, FieldValue::Text(jti.to_owned())];
        let mut rows = self.read(&self.statements().find_unless_blacklisted[at], &values).await?;
        let Some(mut row) = rows.pop() else { return Ok(None) };
        match row.remove(0) {
            Ok(FieldValue::Int(0)) => {}
            Ok(FieldValue::Int(_)) => return Ok(Some(Holder::Blacklisted)),
            _ => return Ok(None),
        }
        if !rows.is_empty() {
            return Err(self.not_the_only_one(column));
        }
        let model = self.user_model();
        if matches!(row.get(model.primary_key_at()), Some(Ok(FieldValue::Null))) {
            return Ok(Some(Holder::Unknown));
        }
        user(model, row).map(|user| Some(Holder::Known(Box::new(user))))
    }
}
