//! Expressions held against the user model, as soon as the database has told it.

use std::sync::Arc;

use cel::Value;
use countersign::authority::DjangoJsonEncoder;
use countersign::claims::Claims;
use countersign::clock::Timestamp;
use countersign::entropy::SeededEntropy;
use countersign::secret::StoredPassword;
use countersign::token::{AccessToken, TokenPolicy};
use countersign::user::{FieldValue, Fields, User, UserKey};
use countersign_sql::{ColumnKind, UserModel};
use uuid::Uuid;

use super::payload::{payload_of, username_of};
use super::{Expression, Seen, value};

/// An expression, and what it must come to.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    expression: Arc<Expression>,
    purpose: Purpose,
}

/// What an expression is for.
#[derive(Clone, Debug)]
pub(crate) enum Purpose {
    /// A claim: anything that JSON has.
    Claim,
    /// A whole payload: a map, with a claim that says whose it is where that is known.
    Payload {
        /// How the built-in's payload looks.
        policy: Box<TokenPolicy>,
        /// Whether the claim of the policy says whose it is.
        names_user: bool,
    },
    /// A rule: true or false.
    Rule,
    /// A username: a text, a whole number, or null for nobody.
    Username,
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
        let decides = matches!(self.purpose, Purpose::Rule) && self.expression.scope.user;
        if !decides || self.expression.named_columns().contains_key(column) {
            return None;
        }
        Some(format!(
            "does not ask for user.{column}, so a user who is deactivated goes on refreshing: begin it with \
             \"user.{column} &&\", unless that is meant"
        ))
    }

    fn fault_for(&self, user: &User, sample: Sample) -> Option<String> {
        let numbers = vec![sample as i64; self.expression.scope.numbers.len()];
        let payload = match &self.purpose {
            Purpose::Payload { policy, .. } => {
                let token =
                    AccessToken::for_user(policy, user, Timestamp::from_secs(0), &SeededEntropy::new(0));
                token.map(|token| token.to_be_signed(policy).into_owned()).unwrap_or_default()
            }
            _ => Claims::new(),
        };
        let seen = Seen { user: Some(user), payload: Some(&payload), numbers: &numbers };
        match (self.expression.compute(seen), &self.purpose) {
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
            (Ok(value), Purpose::Payload { policy, names_user }) => {
                match payload_of(&value, &DjangoJsonEncoder) {
                    Err(found) => Some(format!(
                        "comes to {found}, and a payload must be a map of JSON, as in {{'username': user.username, 'exp': \
                     payload.exp}}"
                    )),
                    Ok(payload) if *names_user && !payload.contains_key(&policy.user_id_claim) => {
                        Some(format!(
                            "comes to a map without {:?}, which says whose a token is: write it, or say with \
                     jwt_payload_get_username_handler what does",
                            policy.user_id_claim
                        ))
                    }
                    Ok(_) => None,
                }
            }
            (Ok(value), Purpose::Username) => username_of(&value).err().map(|found| {
                format!(
                    "comes to a value of type {found}, and a username must be a text, a whole number or null"
                )
            }),
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
