//! Expressions held against the user model, as soon as the database has told it.

use std::sync::Arc;

use cel::Value;
use countersign::authority::DjangoJsonEncoder;
use countersign::clock::Timestamp;
use countersign::secret::StoredPassword;
use countersign::user::{FieldValue, Fields, User, UserKey};
use countersign_sql::{ColumnKind, UserModel};
use uuid::Uuid;

use super::{Expression, value};

/// An expression, and what it must come to.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    expression: Arc<Expression>,
    purpose: Purpose,
}

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A claim: anything that JSON has.
    Claim,
    /// A rule: true or false.
    Rule,
}

impl Check {
    pub(crate) fn new(expression: Arc<Expression>, purpose: Purpose) -> Self {
        Self { expression, purpose }
    }

    /// What is wrong, as the rest of a sentence that begins with the key.
    pub(crate) fn fault(&self, model: &UserModel) -> Option<String> {
        for (name, position) in self.expression.named_columns() {
            if let Some(fault) = no_column(model, name) {
                return Some(format!("names user.{name} at character {position}, {fault}"));
            }
        }
        // Rows that the user model can have: what fails for them by its types alone is wrong for good.
        [Sample::Least, Sample::Other]
            .into_iter()
            .find_map(|sample| self.fault_for(&sample.user(model), sample))
    }

    /// What is doubtful, as the rest of a sentence that begins with the key.
    pub(crate) fn doubt(&self, model: &UserModel) -> Option<String> {
        let column = model.is_active()?.name();
        let asks = self.purpose == Purpose::Claim || !self.expression.scope.user;
        if asks || self.expression.named_columns().contains_key(column) {
            return None;
        }
        Some(format!(
            "does not ask for user.{column}, so a user who is deactivated goes on refreshing: begin it with \
             \"user.{column} &&\", unless that is meant"
        ))
    }

    fn fault_for(&self, user: &User, sample: Sample) -> Option<String> {
        let numbers = vec![sample as i64; self.expression.scope.numbers.len()];
        match (self.expression.compute(Some(user), &numbers), self.purpose) {
            (Err(error), _) if error.is_for_good() => {
                Some(format!("cannot be computed with columns of these types: {error}"))
            }
            (Ok(Value::Bool(_)), Purpose::Rule) | (Err(_), _) => None,
            (Ok(other), Purpose::Rule) => Some(format!(
                "comes to a value of type {}, and must be true or false: compare it with something",
                other.type_of()
            )),
            (Ok(value), Purpose::Claim) => value::into_claim(&value, &DjangoJsonEncoder)
                .err()
                .map(|found| format!("comes to {found}, and a claim must be JSON")),
        }
    }
}

fn no_column(model: &UserModel, name: &str) -> Option<String> {
    let (table, password) = (model.table(), model.password().name());
    if name == password {
        return Some(
            "the stored password, which no expression sees: a token can be read by whoever has it".to_owned(),
        );
    }
    if model.has_column(name) {
        return None;
    }
    let columns =
        model.columns().iter().map(countersign_sql::Column::name).filter(|column| *column != password);
    let alike = |column: &&str| strsim::normalized_damerau_levenshtein(name, column);
    let nearest = columns.max_by(|a, b| alike(a).total_cmp(&alike(b))).unwrap_or_default();
    Some(format!("but the table {table:?} has no such column, the nearest one is user.{nearest}"))
}

/// Two rows that could be.
#[derive(Clone, Copy)]
enum Sample {
    /// Every column false, zero or empty.
    Least,
    /// Every column true, one or of one character.
    Other,
}

impl Sample {
    fn user(self, model: &UserModel) -> User {
        let other = matches!(self, Self::Other);
        let value = |kind: ColumnKind| match kind {
            ColumnKind::Bool => FieldValue::Bool(other),
            ColumnKind::Float => FieldValue::Float(f64::from(u8::from(other))),
            ColumnKind::Int => FieldValue::Int(i64::from(other)),
            ColumnKind::Timestamp => FieldValue::Timestamp(Timestamp::from_secs(i64::from(other))),
            ColumnKind::Uuid => FieldValue::Uuid(Uuid::from_u128(u128::from(other))),
            _ => FieldValue::Text(if other { "1".to_owned() } else { String::new() }),
        };
        let columns = model.columns().iter().filter(|column| column.name() != model.password().name());
        let fields = columns.map(|column| (column.name(), value(column.kind()))).collect::<Fields>();
        let key = match value(model.primary_key().kind()) {
            FieldValue::Int(int) => UserKey::Int(int),
            FieldValue::Uuid(uuid) => UserKey::Uuid(uuid),
            _ => UserKey::Text(String::new()),
        };
        let password = StoredPassword::new("!");
        let username = String::new();
        User { key, username, password, is_active: other, email: None, last_login: None, fields }
    }
}
