//! `secret_key_fallbacks`, `time_zone` and `password_reset_timeout`: which links for a new password are good.

use std::sync::Arc;

use countersign::clock::{Span, Timestamp};
use countersign::password_reset::{LocalTime, ResetTokens};
use countersign::secret::SigningSecret;
use jiff::tz::TimeZone;

use super::reference::Surroundings;
use super::section::Section;
use super::setting::{Fault, Setting};
use super::tree::Value;

/// What is said of links, before it is known whether there is a key to make them with.
pub(super) struct Links {
    fallbacks: Vec<SigningSecret>,
    zone: Zone,
    timeout: Span,
}

impl Links {
    pub(super) fn read(settings: &mut Section<'_>) -> Self {
        let mut links =
            Self { fallbacks: Vec::new(), zone: Zone(TimeZone::UTC), timeout: Span::from_days(3) };
        settings.set("secret_key_fallbacks", &mut links.fallbacks);
        settings.set("time_zone", &mut links.zone);
        settings.set("password_reset_timeout", &mut links.timeout);
        links
    }

    /// What makes and checks them: nothing does without Django's `SECRET_KEY`.
    pub(super) fn tokens(self, secret_key: Option<&SigningSecret>) -> Option<ResetTokens> {
        let tokens = ResetTokens::new(secret_key?).fallbacks(&self.fallbacks).timeout(self.timeout);
        Some(tokens.local_time(Arc::new(self.zone)))
    }
}

struct Zone(TimeZone);

impl Setting for Zone {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let name = String::read(value, around)?;
        TimeZone::get(&name).map(Self).map_err(|_| {
            "takes the name of a time zone of the IANA database, as in \"UTC\" or \"Europe/Berlin\"".into()
        })
    }
}

impl LocalTime for Zone {
    fn offset(&self, at: Timestamp) -> Span {
        // No clock shows a time that jiff cannot hold.
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or_default();
        Span::from_secs(self.0.to_offset(at).seconds().into())
    }
}

#[cfg(test)]
mod tests {
    use countersign::clock::{Span, Timestamp};
    use countersign::password_reset::ResetTokens;
    use countersign::secret::{SigningSecret, StoredPassword};
    use countersign::user::{Fields, User, UserKey};

    use super::super::testing::{SECRET, fault, read, read_with};

    const SUMMER: Timestamp = Timestamp::from_secs(1_751_364_000);

    fn ada() -> User {
        User {
            key: UserKey::Int(1),
            username: "ada".into(),
            password: StoredPassword::new("md5$a$b"),
            is_active: true,
            email: None,
            last_login: None,
            fields: Fields::default(),
        }
    }

    #[test]
    fn links_are_made_with_djangos_key_and_checked_with_older_ones_too() {
        let config = read("secret_key_fallbacks = ['older', 'oldest']");
        let tokens = config.reset_tokens.unwrap();
        for secret in [SECRET, "older", "oldest"] {
            let made = ResetTokens::new(&SigningSecret::new(secret)).make(&ada(), SUMMER);
            assert!(tokens.is_good(&ada(), &made, SUMMER + Span::from_days(3)));
            assert!(!tokens.is_good(&ada(), &made, SUMMER + Span::from_secs(259_201)));
        }
        let foreign = ResetTokens::new(&SigningSecret::new("foreign")).make(&ada(), SUMMER);
        assert!(!tokens.is_good(&ada(), &foreign, SUMMER));
    }

    #[test]
    fn the_clock_on_the_wall_is_that_of_the_time_zone() {
        let utc = read("").reset_tokens.unwrap().make(&ada(), SUMMER);
        let berlin = read("time_zone = 'Europe/Berlin'").reset_tokens.unwrap();
        let two_hours =
            ResetTokens::new(&SigningSecret::new(SECRET)).make(&ada(), SUMMER + Span::from_secs(7200));
        assert!(berlin.make(&ada(), SUMMER) == two_hours);
        assert!(utc != two_hours);
        assert!(fault("time_zone = 'Middle/Earth'").contains("takes the name of a time zone"));
    }

    #[test]
    fn a_time_of_ones_own_is_kept() {
        let tokens = read_with("", [("COUNTERSIGN__PASSWORD_RESET_TIMEOUT", "60")]).reset_tokens.unwrap();
        let made = tokens.make(&ada(), SUMMER);
        assert!(tokens.is_good(&ada(), &made, SUMMER + Span::from_secs(60)));
        assert!(!tokens.is_good(&ada(), &made, SUMMER + Span::from_secs(61)));
    }
}
