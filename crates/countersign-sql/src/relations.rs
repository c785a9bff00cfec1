//! What other tables say of a user: the many-to-many fields of Django's `PermissionsMixin`.
//!
//! Django names such a table after the user's and the field (`auth_user_groups`), and gives it a number and two
//! references: one to the group or permission, the other to the user. A user model without them has none.
//!
//! DIFFERENCE: many-to-many fields of a project's own are not among them. Nothing in their tables says which column is
//! the user's.

use countersign::user::{FieldValue, Relations};

use crate::backend::{Dialect, Query, Row};
use crate::column::{Column, ColumnKind};
use crate::model::UserModel;
use crate::schema::Schema;

/// The fields that the database has, and the statement that reads all of them.
#[derive(Debug)]
pub(crate) struct RelationsOfUsers {
    names: Vec<&'static str>,
    /// (primary key): the field's place among the names, and a key; in the order in which Django lists them.
    pub(crate) query: Option<Query>,
}

impl RelationsOfUsers {
    pub(crate) fn find(dialect: &dyn Dialect, schema: &Schema, model: &UserModel) -> Self {
        let (mut names, mut parts) = (Vec::new(), Vec::new());
        for field in FIELDS {
            let table = format!("{}_{}", model.table(), field.name);
            let Some(user) =
                schema.columns(&table).and_then(|columns| other_reference(columns, field.column))
            else {
                continue;
            };
            parts.push(field.select(dialect, schema, &table, user, names.len()));
            names.push(field.name);
        }
        let text = format!("{} ORDER BY 1, 3, 4, 5, 2", parts.join(" UNION ALL "));
        let query = (!names.is_empty()).then(|| Query::new(text, [ColumnKind::Int, ColumnKind::Int]));
        Self { names, query }
    }

    /// The fields, with the keys that the rows of the query give them.
    pub(crate) fn read(&self, rows: &[Row]) -> Option<Relations> {
        let mut keys: Vec<_> = self.names.iter().map(|name| (*name, Vec::new())).collect();
        for row in rows {
            let [Ok(FieldValue::Int(field)), Ok(FieldValue::Int(key))] = &**row else { return None };
            keys.get_mut(usize::try_from(*field).ok()?)?.1.push(*key);
        }
        Some(keys.into_iter().collect())
    }
}

struct Field {
    name: &'static str,
    /// The column that refers to the group or permission.
    column: &'static str,
    /// Whether Django lists them by the models that they are about, as it does permissions.
    by_model: bool,
}

impl Field {
    fn select(
        &self,
        dialect: &dyn Dialect,
        schema: &Schema,
        table: &str,
        user: &str,
        number: usize,
    ) -> String {
        let name = |name: &str| dialect.quote(name);
        let (table, key, user) = (name(table), name(self.column), name(user));
        let is_users = format!("r.{user} = {}", dialect.placeholder(1));
        if !self.by_model || !schema.has(PERMISSIONS) || !schema.has(CONTENT_TYPES) {
            return format!("SELECT {number}, r.{key}, '', '', '' FROM {table} r WHERE {is_users}");
        }
        let (permissions, types) = (name(PERMISSIONS), name(CONTENT_TYPES));
        let (id, type_id) = (name("id"), name("content_type_id"));
        let [app, model, code] = ["app_label", "model", "codename"].map(name);
        format!(
            "SELECT {number}, r.{key}, t.{app}, t.{model}, p.{code} FROM {table} r \
             JOIN {permissions} p ON p.{id} = r.{key} JOIN {types} t ON t.{id} = p.{type_id} WHERE {is_users}"
        )
    }
}

/// Of a table with a number and two references, the reference that is not `known`.
fn other_reference<'a>(columns: &'a [Column], known: &str) -> Option<&'a str> {
    let names: Vec<_> = columns.iter().map(Column::name).collect();
    let is_reference = |name: &&&str| **name != known && name.ends_with("_id");
    let is_m2m = names.len() == 3 && names.contains(&"id") && names.contains(&known);
    is_m2m.then(|| names.iter().find(is_reference).copied()).flatten()
}

/// In the order in which `PermissionsMixin` has them.
const FIELDS: [Field; 2] = [
    Field { name: "groups", column: "group_id", by_model: false },
    Field { name: "user_permissions", column: "permission_id", by_model: true },
];
const PERMISSIONS: &str = "auth_permission";
const CONTENT_TYPES: &str = "django_content_type";
