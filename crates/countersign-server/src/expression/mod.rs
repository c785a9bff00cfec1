//! CEL expressions: what a callable says in Django's settings is said in the configuration itself.
//!
//! - An expression sees `user`, the row of the user model by its columns, or a token's `payload`, or numbers that it is
//!   given, and nothing else: no clock, no file, no network. The stored password is not among the columns.
//! - It is read when the configuration is, held against the user model before the first request, and computed for each
//!   login or refresh.
//! - Computing is bounded: an expression has a length and its macros do not nest, so the work is at most quadratic
//!   in it, and what a row holds is never looped over.

mod check;
mod claims;
mod payload;
mod rule;
mod scan;
mod value;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, LazyLock};

use cel::{Context, Env, ExecutionError, ParseErrors, Program, Value};
use countersign::claims::Claims;
use countersign::user::User;

pub(crate) use self::check::{Check, Purpose};
pub(crate) use self::claims::ExpressionClaims;
pub(crate) use self::payload::{ExpressionPayload, ExpressionUsername};
pub(crate) use self::rule::{ExpressionExpiry, ExpressionRule};

/// An expression that can be read, and that names nothing it cannot see.
pub(crate) struct Expression {
    program: Program,
    columns: Vec<Column>,
    scope: Scope,
}

/// What an expression sees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    /// Whether it sees `user`.
    pub(crate) user: bool,
    /// Whether it sees `payload`.
    pub(crate) payload: bool,
    /// The whole numbers that it sees, by their names.
    pub(crate) numbers: &'static [&'static str],
}

impl Scope {
    /// `user` and nothing else.
    pub(crate) const USER: Self = Self { user: true, payload: false, numbers: &[] };
    /// `payload` and nothing else.
    pub(crate) const PAYLOAD: Self = Self { user: false, payload: true, numbers: &[] };
    /// `user`, and in `payload` what the built-in would write for them.
    pub(crate) const USER_AND_PAYLOAD: Self = Self { user: true, payload: true, numbers: &[] };
    /// `orig_iat` and `now`, in seconds.
    pub(crate) const AGE: Self = Self { user: false, payload: false, numbers: &["orig_iat", "now"] };

    fn names(self) -> String {
        let known = [self.user.then_some("user"), self.payload.then_some("payload")];
        known.into_iter().flatten().chain(self.numbers.iter().copied()).collect::<Vec<_>>().join(" and ")
    }
}

/// What an expression is computed with, as far as its [`Scope`] lets it see that.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen<'a> {
    pub(crate) user: Option<&'a User>,
    pub(crate) payload: Option<&'a Claims>,
    /// In the order of their names.
    pub(crate) numbers: &'a [i64],
}

impl<'a> Seen<'a> {
    pub(crate) fn user(user: &'a User) -> Self {
        Self { user: Some(user), ..Self::default() }
    }
}

/// A column of the user model, where an expression names it.
struct Column {
    name: String,
    /// The character at which it is named, from 1 on.
    position: usize,
}

impl Expression {
    /// Reads an expression that sees so much.
    ///
    /// # Errors
    ///
    /// The rest of a sentence that begins with the key: what is wrong, at which character, and what to do. It quotes
    /// the names of columns and nothing else of the text.
    pub(crate) fn read(text: &str, scope: Scope) -> Result<Self, String> {
        if text.len() > MAX_BYTES {
            return Err(format!("is an expression of more than {MAX_BYTES} bytes: give a shorter one"));
        }
        let program = ENVIRONMENT.compile(text).map_err(|errors| unreadable(&errors))?;
        let columns = scan::columns(&program, scope)?;
        Ok(Self { program, columns, scope })
    }

    /// What it comes to.
    ///
    /// # Errors
    ///
    /// When it cannot be computed; the text holds no value of the user's.
    pub(crate) fn compute(&self, seen: Seen<'_>) -> Result<Value, Uncomputable> {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        if let (Some(payload), true) = (seen.payload, self.scope.payload) {
            context.add_variable_from_value("payload", value::of_claims(payload));
        }
        if let Some(user) = seen.user {
            let columns = self.columns.iter().filter_map(|column| {
                let value = match (column.name.as_str(), user.fields.get(&column.name)) {
                    (_, Some(value)) => value::of_field(value),
                    ("pk", None) => value::of_field(&user.key.clone().into()),
                    _ => return None,
                };
                Some((column.name.clone(), value))
            });
            context.add_variable_from_value("user", columns.collect::<HashMap<_, _>>());
        }
        for (name, number) in self.scope.numbers.iter().zip(seen.numbers) {
            context.add_variable_from_value(*name, *number);
        }
        self.program.execute(&context).map_err(Uncomputable)
    }

    /// The columns that it names, each once.
    fn named_columns(&self) -> BTreeMap<&str, usize> {
        self.columns.iter().rev().map(|column| (column.name.as_str(), column.position)).collect()
    }
}

/// Expressions may speak of people: nothing is shown.
impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expression").finish_non_exhaustive()
    }
}

/// Why an expression has no value for some user. The user's own values are not told.
#[derive(Debug)]
pub(crate) struct Uncomputable(ExecutionError);

impl Uncomputable {
    /// Whether the expression is to blame and not what stands in a row, so that it fails for everybody like this one.
    fn is_for_good(&self) -> bool {
        match &self.0 {
            ExecutionError::NoSuchOverload(_) | ExecutionError::UnsupportedBinaryOperator(..) => true,
            // Every text can be searched: only the regular expression can be wrong.
            ExecutionError::FunctionError { function, .. } => function == "matches",
            _ => false,
        }
    }
}

impl fmt::Display for Uncomputable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ExecutionError::NoSuchOverload(error) => {
                write!(f, "{:?} takes no {}", error.function(), error.argument_types().join(" and "))
            }
            ExecutionError::UnsupportedBinaryOperator(name, left, right) => {
                write!(f, "{name:?} takes no {} and {}", left.type_of(), right.type_of())
            }
            ExecutionError::FunctionError { function, .. } => write!(f, "{function}() cannot do that"),
            ExecutionError::NoSuchKey(_) => f.write_str("something that it asks for is not there"),
            ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
                f.write_str("it divides by zero")
            }
            ExecutionError::Overflow(..) => f.write_str("a number gets too large"),
            ExecutionError::IndexOutOfBounds(_) => f.write_str("a list is too short"),
            _ => f.write_str("it cannot be computed"),
        }
    }
}

impl std::error::Error for Uncomputable {}

/// The first fault of syntax. The parser's own words are lists of tokens, and may quote the text.
fn unreadable(errors: &ParseErrors) -> String {
    let error = errors.errors.iter().find(|error| error.msg.starts_with("Syntax error"));
    let Some(error) = error.or(errors.errors.first()) else {
        return "is no expression of CEL".to_owned();
    };
    let (line, column) = error.pos;
    let place =
        if line > 1 { format!("line {line}, character {column}") } else { format!("character {column}") };
    let fault = if error.msg.contains("'<EOF>' expecting") {
        "it ends where something must follow"
    } else if error.msg.starts_with("Syntax error") {
        "something stands there that CEL does not understand"
    } else {
        "something there has no meaning"
    };
    format!("cannot be read as an expression at {place}: {fault}; see Expressions in docs/settings.md")
}

/// CEL's own functions and macros, and none of ours.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));
const MAX_BYTES: usize = 2048;

#[cfg(test)]
mod tests;
