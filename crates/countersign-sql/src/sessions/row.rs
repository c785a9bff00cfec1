//! Sessions as rows, and rows as sessions.

use countersign::clock::Timestamp;
use countersign::secret::PlainToken;
use countersign::store::{Advance, Consumed, CurrentToken, Lineage, NewSession, Session, StoreError};
use countersign::user::FieldValue;

use super::SessionTable;
use crate::backend::Row;
use crate::column::ColumnKind;

/// A session as the parameters of [`SessionTable::begin`].
pub(super) fn row(lineage: &Lineage) -> Vec<FieldValue> {
    let Lineage { session, user, revoked_at, .. } = lineage;
    let mut row = vec![text(&session.id), text(user), FieldValue::Timestamp(session.created_at)];
    row.push(revoked_at.map_or(FieldValue::Null, FieldValue::Timestamp));
    row.extend(changing(lineage));
    row
}

/// What a refresh changes: the parameters of [`SessionTable::advance`] but for the id.
pub(super) fn changing(lineage: &Lineage) -> [FieldValue; 9] {
    let Lineage { session, current, parent, .. } = lineage;
    let or_null = |value: Option<FieldValue>| value.unwrap_or(FieldValue::Null);
    [
        FieldValue::Int(i64::try_from(session.generation).unwrap_or(i64::MAX)),
        text(current),
        or_null(parent.as_ref().map(|parent| text(&parent.jti))),
        or_null(parent.as_ref().map(|parent| FieldValue::Timestamp(parent.at))),
        FieldValue::Timestamp(session.last_used_at),
        FieldValue::Timestamp(session.expires_at),
        FieldValue::Timestamp(lineage.kept_until()),
        or_null(session.address.map(|address| text(&address.to_string()))),
        or_null(session.user_agent.as_deref().map(text)),
    ]
}

/// The same of a session that goes on from its current token, but for the generation, which only its row says.
pub(super) fn advanced(rotation: &Advance<'_>) -> impl Iterator<Item = FieldValue> {
    let session = NewSession { user: rotation.user, token: rotation.presented, client: rotation.client };
    changing(&Lineage::begun(&session).advanced(rotation)).into_iter().skip(1)
}

/// The session that a row says.
pub(super) fn lineage(row: Row) -> Result<Lineage, StoreError> {
    let id = match row.first() {
        Some(Ok(FieldValue::Text(id))) => id.clone(),
        _ => String::new(),
    };
    parsed(row).ok_or_else(|| {
        StoreError::inconsistent(format!(
            "the row {id:?} of {:?} holds a value that cannot be",
            SessionTable::NAME
        ))
    })
}

fn parsed(row: Row) -> Option<Lineage> {
    use FieldValue::{Int, Null, Text, Timestamp};
    let row: Vec<_> = row.into_iter().collect::<Result<_, _>>().ok()?;
    let [
        Text(id),
        Text(user),
        Timestamp(created_at),
        revoked_at,
        Int(generation),
        Text(current),
        parent,
        consumed_at,
        Timestamp(last_used_at),
        Timestamp(expires_at),
        Timestamp(_kept_until),
        address,
        user_agent,
    ] = &*row
    else {
        return None;
    };
    Some(Lineage {
        session: Session {
            id: id.clone(),
            generation: u64::try_from(*generation).ok()?,
            created_at: *created_at,
            last_used_at: *last_used_at,
            expires_at: *expires_at,
            address: optional_text(address).and_then(|address| address.parse().ok()),
            user_agent: optional_text(user_agent),
        },
        user: user.clone(),
        current: current.clone(),
        parent: match (parent, consumed_at) {
            (Null, Null) => None,
            (Text(jti), Timestamp(at)) => Some(Consumed { jti: jti.clone(), at: *at }),
            _ => return None,
        },
        revoked_at: optional_time(revoked_at),
    })
}

/// The row of [`SessionTable::current`].
pub(super) fn current(row: &Row) -> Option<CurrentToken> {
    let [Ok(FieldValue::Text(token)), Ok(blacklisted_at)] = &**row else { return None };
    Some(CurrentToken {
        token: PlainToken::new(token.clone()),
        blacklisted_at: optional_time(blacklisted_at),
    })
}

fn optional_text(value: &FieldValue) -> Option<String> {
    match value {
        FieldValue::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn optional_time(value: &FieldValue) -> Option<Timestamp> {
    match value {
        FieldValue::Timestamp(at) => Some(*at),
        _ => None,
    }
}

pub(super) fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

/// The columns, in the order of [`row`]: what a refresh changes comes last.
pub(super) const COLUMNS: [(&str, ColumnKind); 13] = [
    ("id", ColumnKind::Text),
    ("user_key", ColumnKind::Text),
    ("created_at", ColumnKind::Timestamp),
    ("revoked_at", ColumnKind::Timestamp),
    ("generation", ColumnKind::Int),
    ("current_jti", ColumnKind::Text),
    ("parent_jti", ColumnKind::Text),
    ("consumed_at", ColumnKind::Timestamp),
    ("last_used_at", ColumnKind::Timestamp),
    ("expires_at", ColumnKind::Timestamp),
    ("kept_until", ColumnKind::Timestamp),
    ("address", ColumnKind::Text),
    ("user_agent", ColumnKind::Text),
];

/// What a refresh changes, in the order of [`changing`].
pub(super) const CHANGING: [&str; 9] = [
    "generation",
    "current_jti",
    "parent_jti",
    "consumed_at",
    "last_used_at",
    "expires_at",
    "kept_until",
    "address",
    "user_agent",
];
