//! A user as the package shows one: every field of the model but the password, and what it leads to.
//!
//! - Columns are told by the names of their fields, which are the columns' own but for those that were
//!   [renamed](super::NinjaAuth::field_of).
//! - The order is the model's. A table has it too, but for the columns of Django's `AbstractUser`, which migrations have
//!   moved: these stand where `AbstractUser` has them.
//!
//! DIFFERENCE: decimals, durations, JSON and bytes are shown as the database has them: its schema does not say enough
//! to tell them from numbers and texts. A foreign key is told by its column's name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::dialect::Json;
use crate::dialect::time::in_json;
use crate::user::{FieldValue, Relations, User, UserKey};

/// The user, with the fields of columns that have other names.
pub(super) fn shown(user: &User, relations: &Relations, renamed: &BTreeMap<String, String>) -> Json {
    let mut fields: Vec<_> = user
        .fields
        .iter()
        .map(|(column, value)| {
            let name = renamed.get(column).map_or(column, String::as_str);
            let value = match name {
                // What was just written there is not what was read.
                "last_login" => user.last_login.map_or(Json::Null, |at| in_json(at).into()),
                _ => json(value),
            };
            (name, value)
        })
        .collect();
    if ABSTRACT_USER_HAS.iter().all(|name| fields.iter().any(|(field, _)| field == name)) {
        let numbered = matches!(user.key, UserKey::Int(_));
        fields.sort_by_key(|(name, _)| place(name, numbered));
    }
    let relations = relations.iter().map(|(name, keys)| {
        let keys = keys.iter().copied().map(Json::Int).collect();
        (name, Json::List(keys))
    });
    let members = fields.into_iter().chain(relations);
    Json::Object(members.map(|(name, value)| (Cow::Owned(name.to_owned()), value)).collect())
}

/// Where `AbstractUser` has a field; everything else follows. A primary key that numbers itself comes first, any other
/// is a field of the project's.
fn place(name: &str, numbered: bool) -> usize {
    let known = ABSTRACT_USER.iter().position(|known| *known == name);
    known.filter(|at| *at > 0 || numbered).unwrap_or(ABSTRACT_USER.len())
}

fn json(value: &FieldValue) -> Json {
    match value {
        FieldValue::Bool(value) => (*value).into(),
        FieldValue::Float(value) => Json::Float(*value),
        FieldValue::Int(value) => Json::Int(*value),
        FieldValue::Null => Json::Null,
        FieldValue::Text(text) => text.clone().into(),
        FieldValue::Timestamp(at) => in_json(*at).into(),
        FieldValue::Uuid(uuid) => uuid.hyphenated().to_string().into(),
    }
}

/// The fields of `AbstractUser` and its primary key, in order.
const ABSTRACT_USER: [&str; 10] = [
    "id",
    "last_login",
    "is_superuser",
    "username",
    "first_name",
    "last_name",
    "email",
    "is_staff",
    "is_active",
    "date_joined",
];
/// By what its tables are known.
const ABSTRACT_USER_HAS: [&str; 4] = ["date_joined", "first_name", "is_superuser", "last_login"];
