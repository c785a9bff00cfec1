//! Tokens for the load: signed with the secret of both sides, as SimpleJWT would make them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign::clock::{Clock, SystemClock};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use crate::failure::Result;
use crate::service::database::Database;

/// The secret of both sides.
pub(crate) const SECRET: &str = include_str!("secret.txt");

/// A token, and what its row says.
pub(crate) struct Minted {
    pub(crate) text: String,
    pub(crate) jti: String,
    pub(crate) user: u64,
    /// Seconds since 1970.
    pub(crate) expires: i64,
}

/// One token of this type for each of the users.
pub(crate) fn mint(kind: &str, users: impl IntoIterator<Item = u64>) -> Result<Vec<Minted>> {
    let now = SystemClock.now().as_micros();
    let seconds = now / 1_000_000;
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    users
        .into_iter()
        .map(|user| {
            let jti = format!("{now:016x}{:016x}", MINTED.fetch_add(1, Ordering::Relaxed));
            let expires = seconds + HOUR;
            let mut claims = json!({"token_type": kind, "exp": expires, "iat": seconds, "jti": jti, "user_id": user.to_string()});
            if kind == "sliding" {
                claims["refresh_exp"] = expires.into();
            }
            let text = jsonwebtoken::encode(&Header::default(), &claims, &key)?;
            Ok(Minted { text, jti, user, expires })
        })
        .collect()
}

/// Their rows in the table of outstanding tokens, as a login leaves them.
pub(crate) fn record(database: &Database, tokens: &[Minted]) -> Result<()> {
    let mut statement = String::from(
        "INSERT INTO token_blacklist_outstandingtoken (jti, token, user_id, created_at, expires_at) VALUES ",
    );
    for (index, Minted { text, jti, user, expires }) in tokens.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(statement, "{comma}('{jti}', '{text}', {user}, now(), to_timestamp({expires}))")?;
    }
    database.execute(&statement)
}

static MINTED: AtomicU64 = AtomicU64::new(0);

const HOUR: i64 = 3600;
