//! Links for a new password, as Django makes them: a uid that says whose, and a token that is good once.
//!
//! - The token is the time it was made, and a MAC over that time and everything of the user that a new password or
//!   a login changes. Nothing is stored: it is good until it is used, or too old, or the user logs in.
//! - Whatever Django made is good here and the other way round, as long as both have the same `SECRET_KEY`,
//!   `TIME_ZONE` and `PASSWORD_RESET_TIMEOUT`.
//! - A token or uid that is none is wrong, never an error. What is longer than any real one is not looked at.
//!
//! ```
//! use countersign::clock::{Span, Timestamp};
//! use countersign::password_reset::{ResetTokens, parse_uid, uid};
//! use countersign::secret::{PlainToken, SigningSecret, StoredPassword};
//! use countersign::user::{Fields, User, UserKey};
//!
//! let tokens = ResetTokens::new(&SigningSecret::new("Django's SECRET_KEY"));
//! let now = Timestamp::from_secs(1_764_000_000);
//! let mut ada = User {
//!     key: UserKey::Int(7),
//!     username: "ada".into(),
//!     password: StoredPassword::new("pbkdf2_sha256$1000000$…"),
//!     is_active: true,
//!     email: Some("ada@example.org".into()),
//!     last_login: None,
//!     fields: Fields::default(),
//! };
//! assert_eq!(uid(&ada.key), "Nw");
//!
//! let token = tokens.make(&ada, now);
//! assert!(tokens.is_good(&ada, &token, now + Span::from_days(3)));
//!
//! assert!(!tokens.is_good(&ada, &token, now + Span::from_days(4)), "too old");
//! assert!(!tokens.is_good(&ada, &PlainToken::new("czy-cafe"), now), "not ours");
//! ada.password = StoredPassword::new("pbkdf2_sha256$1000000$another");
//! assert!(!tokens.is_good(&ada, &token, now), "used");
//! ```

mod local_time;
mod mailer;
mod uid;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::{constant_time, digest, hmac};

use crate::clock::{Span, Timestamp};
use crate::secret::{PlainToken, SigningSecret};
use crate::user::User;
pub use local_time::{LocalTime, Utc};
pub use mailer::{NoMailer, PasswordResets, ResetMail, ResetMailer};
pub use uid::{parse_uid, uid};

/// Makes and checks the tokens of reset links: Django's `PasswordResetTokenGenerator`. Cheap to clone.
#[derive(Clone)]
pub struct ResetTokens {
    /// The first one makes tokens, every one is good to check them.
    keys: Vec<hmac::Key>,
    timeout: Span,
    local_time: Arc<dyn LocalTime>,
}

impl ResetTokens {
    /// Tokens made with Django's `SECRET_KEY`, good for three days and counted in UTC, as Django's own defaults say.
    pub fn new(secret_key: &SigningSecret) -> Self {
        Self { keys: vec![key(secret_key)], timeout: Span::from_secs(259_200), local_time: Arc::new(Utc) }
    }

    /// What was made with one of these keys is good too (`SECRET_KEY_FALLBACKS`).
    #[must_use]
    pub fn fallbacks<'a>(mut self, secret_keys: impl IntoIterator<Item = &'a SigningSecret>) -> Self {
        self.keys.extend(secret_keys.into_iter().map(key));
        self
    }

    /// How long a token is good (`PASSWORD_RESET_TIMEOUT`), to the second.
    #[must_use]
    pub fn timeout(mut self, timeout: Span) -> Self {
        self.timeout = timeout;
        self
    }

    /// The clock on the wall by which Django counts (`TIME_ZONE`).
    #[must_use]
    pub fn local_time(mut self, local_time: Arc<dyn LocalTime>) -> Self {
        self.local_time = local_time;
        self
    }

    /// A token with which the user's password can be set, once (`make_token`).
    pub fn make(&self, user: &User, now: Timestamp) -> PlainToken {
        PlainToken::new(token(&self.keys[0], user, self.seconds(now)))
    }

    /// Whether the token was made for the user as the user is now, and not too long ago (`check_token`).
    pub fn is_good(&self, user: &User, token: &PlainToken, now: Timestamp) -> bool {
        let text = token.expose();
        let Some(made) = time_of(text) else { return false };
        let is_made_with = |key| {
            constant_time::verify_slices_are_equal(self::token(key, user, made).as_bytes(), text.as_bytes())
                .is_ok()
        };
        self.keys.iter().any(is_made_with)
            && self.seconds(now).saturating_sub(made) <= self.timeout.as_micros() / 1_000_000
    }

    /// Seconds since 2001 began, as the clock on the wall counts them.
    fn seconds(&self, at: Timestamp) -> i64 {
        (at + self.local_time.offset(at)).as_secs() - YEAR_2001
    }
}

impl fmt::Debug for ResetTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResetTokens").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// The key of Django's `salted_hmac`.
fn key(secret_key: &SigningSecret) -> hmac::Key {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"django.contrib.auth.tokens.PasswordResetTokenGenerator");
    context.update(secret_key.expose());
    hmac::Key::new(hmac::HMAC_SHA256, context.finish().as_ref())
}

/// The one token of this user and this second: the seconds, and every other hex digit of the MAC.
fn token(key: &hmac::Key, user: &User, made: i64) -> String {
    let User { key: pk, password, last_login, email, .. } = user;
    let last_login = last_login.map(local_time::written).unwrap_or_default();
    let email = email.as_deref().unwrap_or_default();
    let said = format!("{pk}{}{last_login}{made}{email}", password.expose());
    let mac = hmac::sign(key, said.as_bytes());
    let half = mac.as_ref().iter().map(|byte| char::from(HEX[usize::from(byte >> 4)]));
    base36(made).chars().chain(['-']).chain(half).collect()
}

/// When a token says that it was made; `None` for what no token says.
///
/// Python takes some other spellings of a number here. They make no token good: the whole text is compared.
fn time_of(token: &str) -> Option<i64> {
    let (seconds, mac) = token.split_once('-')?;
    let is_plain = !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_like_one = is_plain && seconds.len() <= MOST_DIGITS && mac.len() == MAC_DIGITS;
    is_like_one.then(|| i64::from_str_radix(seconds, 36).ok()).flatten()
}

fn base36(number: i64) -> String {
    let mut number = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or_default());
        number /= 36;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// 2001-01-01T00:00:00 in seconds since 1970 began.
const YEAR_2001: i64 = 978_307_200;
/// The most digits that Django's `base36_to_int` takes.
const MOST_DIGITS: usize = 13;
/// Half of those of a SHA-256.
const MAC_DIGITS: usize = 32;
const HEX: &[u8; 16] = b"0123456789abcdef";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::StoredPassword;
    use crate::user::{Fields, UserKey};

    fn ada() -> User {
        User {
            key: UserKey::Int(7),
            username: "ada".into(),
            password: StoredPassword::new("md5$salt$hash"),
            is_active: true,
            email: Some("ada@example.org".into()),
            last_login: None,
            fields: Fields::default(),
        }
    }

    fn tokens(secret: &str) -> ResetTokens {
        ResetTokens::new(&SigningSecret::new(secret))
    }

    const NOW: Timestamp = Timestamp::from_secs(1_764_000_000);

    #[test]
    fn a_token_is_good_until_the_last_second_of_its_time() {
        let tokens = tokens("secret").timeout(Span::from_secs(10));
        let token = tokens.make(&ada(), NOW);
        assert!(tokens.is_good(&ada(), &token, NOW + Span::from_secs(10)));
        assert!(!tokens.is_good(&ada(), &token, NOW + Span::from_secs(11)));
    }

    #[test]
    fn whatever_changes_about_the_user_uses_the_token_up() {
        let tokens = tokens("secret");
        let token = tokens.make(&ada(), NOW);
        for changed in [
            User { password: StoredPassword::new("md5$salt$other"), ..ada() },
            User { last_login: Some(NOW), ..ada() },
            User { email: None, ..ada() },
            User { key: UserKey::Int(8), ..ada() },
        ] {
            assert!(!tokens.is_good(&changed, &token, NOW), "{changed:?}");
        }
        assert!(tokens.is_good(&User { username: "countess".into(), ..ada() }, &token, NOW));
    }

    #[test]
    fn an_old_key_checks_and_makes_nothing() {
        let old = SigningSecret::new("old");
        let both = tokens("new").fallbacks([&old]);
        let token = tokens("old").make(&ada(), NOW);
        assert!(both.is_good(&ada(), &token, NOW));
        assert!(!tokens("new").is_good(&ada(), &token, NOW));
        assert!(!tokens("old").is_good(&ada(), &both.make(&ada(), NOW), NOW));
    }

    #[test]
    fn hostile_tokens_are_wrong() {
        let tokens = tokens("secret");
        let good = tokens.make(&ada(), NOW);
        let (seconds, mac) = good.expose().split_once('-').unwrap();
        for hostile in [
            String::new(),
            "-".into(),
            "--".into(),
            seconds.into(),
            format!("-{mac}"),
            format!("{seconds}-"),
            format!("{seconds}-{mac}0"),
            format!("{seconds}-{}", &mac[1..]),
            format!("{}-{mac}", seconds.to_uppercase()),
            format!("0{seconds}-{mac}"),
            format!("+{seconds}-{mac}"),
            format!("{seconds}-{}", mac.to_uppercase()),
            format!("zzzzzzzzzzzzz-{mac}"),
            format!("{}-{mac}", "z".repeat(1_000_000)),
            format!("ä-{mac}"),
            format!("{seconds}-{}", "ä".repeat(16)),
        ] {
            assert!(!tokens.is_good(&ada(), &PlainToken::new(&*hostile), NOW), "{hostile:.80}");
        }
        assert!(tokens.is_good(&ada(), &good, NOW));
    }
}
