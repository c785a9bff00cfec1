//! What every engine must do. Each engine's tests are these and its own, with its own [`Place`](crate::Place).

mod admin;
pub(crate) mod blacklist;
mod conformance;
pub(crate) mod django;
mod going_away;
mod jobs;
mod last_login;
mod replicas;
pub(crate) mod schema;
mod sessions;

use countersign::clock::{Span, Timestamp};
use countersign::secret::PlainToken;
use countersign::store::OutstandingToken;
use countersign::user::UserKey;
use countersign_sql::{Tables, UserTable};

use crate::Place;

pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_225_600);

/// A user table, and refresh tokens in the package's own.
pub(crate) fn tables(users: &UserTable) -> Tables {
    Tables { users: users.clone(), refresh_tokens: Some(Tables::REFRESH_TOKENS.to_owned()) }
}

/// A row of `auth_user`.
pub(crate) async fn add_user(place: &Place, id: u32, name: &str) {
    place
        .run(&format!(
            "INSERT INTO auth_user (id, password, is_superuser, username, first_name, last_name, email, is_staff,
             is_active, date_joined)
             VALUES ({id}, 'x', false, '{name}', '', '', '', false, true, '2026-01-01 00:00:00')"
        ))
        .await;
}

pub(crate) fn token<'a>(
    jti: &'a str,
    text: &'a PlainToken,
    user: Option<&'a UserKey>,
) -> OutstandingToken<'a> {
    OutstandingToken { jti, token: text, user, created_at: NOW, expires_at: NOW + Span::from_days(1) }
}

/// An error and what caused it, as a log shows them.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
