//! What the packages on Django Ninja say alike: how a body is read, what is wrong with one, how an answer looks.

mod bearer;
mod body;
mod error;
mod issue;
mod respond;
mod sessions;

pub(super) use bearer::{bearer, presented};
pub(super) use body::{Body, Fields, Value, read};
pub(super) use error::NinjaError;
pub(super) use issue::{Issue, IssueKind};
pub(super) use respond::{no_content, not_found, rejection, respond, throttled, undecided};
pub(super) use sessions::{log_out_scope, sessions};
