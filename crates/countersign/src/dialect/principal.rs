//! Who it is, as JSON: what `authenticate` answers in every family.

use crate::authority::Principal;
use crate::authority::token_user::{flag, username};
use crate::dialect::Json;
use crate::store::UserIdClaim;
use crate::token::UntypedToken;
use crate::user::{FieldValue, User, UserKey};

/// The user, or what the token says of one where no user was loaded.
pub(super) fn principal(principal: &Principal, username_field: &str) -> Json {
    match principal {
        Principal::Claimed { id, token } => claimed(id, token),
        Principal::User(user) => shown(user, username_field),
    }
}

/// What is safe to show of a user: never a column that a project has added without saying so here.
fn shown(user: &User, username_field: &str) -> Json {
    let id = match &user.key {
        UserKey::Int(int) => Json::Int(*int),
        key => key.to_string().into(),
    };
    let mut members =
        vec![("id".into(), id), (username_field.to_owned().into(), user.username.clone().into())];
    let shown = SHOWN_COLUMNS.iter().filter(|column| **column != username_field);
    members.extend(shown.filter_map(|column| Some(((*column).into(), field(user.fields.get(column)?)?))));
    Json::Object(members)
}

/// `TokenUser` of SimpleJWT and Ninja JWT: what the token says of its user.
fn claimed(id: &UserIdClaim<'_>, token: &UntypedToken) -> Json {
    let id = match id {
        UserIdClaim::Int(int) => Json::Int(*int),
        UserIdClaim::Null => Json::Null,
        UserIdClaim::Text(text) => text.clone().into_owned().into(),
    };
    let claims = token.claims();
    Json::object([
        ("id", id),
        ("username", username(claims).into()),
        ("is_staff", flag(claims, "is_staff").into()),
        ("is_superuser", flag(claims, "is_superuser").into()),
    ])
}

fn field(value: &FieldValue) -> Option<Json> {
    match value {
        FieldValue::Bool(value) => Some((*value).into()),
        FieldValue::Int(value) => Some(Json::Int(*value)),
        FieldValue::Null => Some(Json::Null),
        FieldValue::Text(text) => Some(text.clone().into()),
        FieldValue::Float(_) | FieldValue::Timestamp(_) | FieldValue::Uuid(_) => None,
    }
}

const SHOWN_COLUMNS: [&str; 6] =
    ["email", "first_name", "last_name", "is_active", "is_staff", "is_superuser"];
