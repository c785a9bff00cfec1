//! A column of the user model, and values as its type has them.

use countersign::store::UserIdClaim;
use countersign::user::{FieldValue, UserKey};
use uuid::Uuid;

/// One column of the user model's table.
#[derive(Clone, Debug)]
pub struct Column {
    pub(crate) name: String,
    pub(crate) declared: String,
    pub(crate) kind: ColumnKind,
    pub(crate) nullable: bool,
    pub(crate) fills_itself: bool,
    pub(crate) max_chars: Option<usize>,
    pub(crate) in_primary_key: bool,
}

/// What stands in a column, as Django's field for its declared type reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKind {
    /// `BooleanField`.
    Bool,
    /// `BinaryField`.
    Bytes,
    /// `FloatField`.
    Float,
    /// `IntegerField` and its kin, `DurationField` too.
    Int,
    /// `CharField`, `TextField` and every other type, as the database writes it.
    Text,
    /// `DateTimeField`.
    Timestamp,
    /// `UUIDField`.
    Uuid,
}

impl Column {
    /// The column's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands in it.
    pub fn kind(&self) -> ColumnKind {
        self.kind
    }

    /// Whether it may be SQL's `NULL`.
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// How many characters a text may have, where the schema says so: `max_length` of Django's field.
    pub fn max_chars(&self) -> Option<usize> {
        self.max_chars
    }

    /// The type as the schema declares it.
    pub fn declared(&self) -> &str {
        &self.declared
    }

    /// What to look for in this column when a token claims this; `None` when its type holds no such value.
    pub(crate) fn lookup(&self, claim: &UserIdClaim<'_>) -> Option<FieldValue> {
        match self.kind {
            ColumnKind::Int => claim.as_int().map(FieldValue::Int),
            ColumnKind::Text => claim.as_text().map(|text| FieldValue::Text(text.into_owned())),
            ColumnKind::Uuid => claim.as_uuid().map(FieldValue::Uuid),
            _ => None,
        }
    }
}

/// Thirty-two hex digits, with or without the four dashes.
pub(crate) fn parse_uuid(text: &str) -> Option<Uuid> {
    matches!(text.len(), 32 | 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

/// A value as a primary key, if it is of a type that one can have.
pub(crate) fn value_key(value: &FieldValue) -> Option<UserKey> {
    match value {
        FieldValue::Int(int) => Some(UserKey::Int(*int)),
        FieldValue::Text(text) => Some(UserKey::Text(text.clone())),
        FieldValue::Uuid(uuid) => Some(UserKey::Uuid(*uuid)),
        _ => None,
    }
}
