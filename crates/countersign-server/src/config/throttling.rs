//! `[throttling]`: how often passwords may be guessed, and links for new ones asked for.

use countersign::throttle::{Limits, Rate};
use countersign_redis::RedisServer;

use super::profile::Profile;
use super::reference::Surroundings;
use super::section::{Reported, Section};
use super::setting::{Fault, Setting};
use super::tree::Value;

/// Whether, how often, and where that is counted.
#[derive(Clone, Debug)]
pub(crate) struct ThrottlingConfig {
    /// `enabled`; by default in the strict profile.
    pub(crate) enabled: bool,
    /// `per_pair`, `per_account`, `per_address`, `per_mailbox`.
    pub(crate) limits: Limits,
    /// `redis`; without it each server counts for itself.
    pub(crate) redis: Option<RedisServer>,
}

impl ThrottlingConfig {
    pub(super) fn read(settings: &mut Section<'_>, profile: Profile) -> Result<Self, Reported> {
        let mut enabled = profile == Profile::Strict;
        settings.set("enabled", &mut enabled);
        let mut limits = Limits::default();
        for (key, slot) in [
            ("per_pair", &mut limits.per_pair),
            ("per_account", &mut limits.per_account),
            ("per_address", &mut limits.per_address),
            ("per_mailbox", &mut limits.per_mailbox),
        ] {
            settings.set_as(key, slot, |MaybeRate(rate)| rate);
        }
        if let (true, Some(pair), Some(account)) = (enabled, limits.per_pair, limits.per_account)
            && account.interval() >= pair.interval()
        {
            let place = settings.place_of("per_account");
            settings.warn(
                &place,
                "is no faster than per_pair: whoever fails at logins from one address can keep others out of an \
                 account; allow several times as many",
            );
        }
        let redis = settings.optional("redis")?;
        Ok(Self { enabled, limits, redis })
    }
}

/// A rate, or `""` for none.
struct MaybeRate(Option<Rate>);

impl Setting for MaybeRate {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        let text = String::read(value, around)?;
        if text.is_empty() {
            return Ok(Self(None));
        }
        let rate = text.parse().map_err(|_| {
            "takes a number and a time, as in \"5/min\", \"20/hour\", \"10/15m\" or \"100/day\", or \"\" for no limit"
        })?;
        Ok(Self(Some(rate)))
    }
}

impl Setting for RedisServer {
    fn read(value: Value, around: &Surroundings) -> Result<Self, Fault> {
        String::read(value, around)?.parse().map_err(|_| {
            "takes the URL of a server, as in \"redis://localhost:6379/0\", or with a password and TLS \
             \"rediss://user:password@redis.example.org:6379/0\""
                .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fault, read, read_with};
    use super::*;

    #[test]
    fn the_strict_profile_throttles_and_django_does_not() {
        assert!(!read("").throttling.enabled);
        assert!(read("profile = 'strict'").throttling.enabled);
        assert!(!read("profile = 'strict'\n[throttling]\nenabled = false").throttling.enabled);
        assert!(read("[throttling]\nenabled = true").throttling.enabled);
        assert_eq!(read("").throttling.limits, Limits::default());
    }

    #[test]
    fn a_limit_is_a_rate_or_none() {
        let config = read(
            "[throttling]\nper_pair = '5/min'\nper_account = ''\nper_address = '1000/day'\nper_mailbox = '2/15m'",
        );
        let limits = config.throttling.limits;
        assert_eq!(limits.per_pair, "5/min".parse().ok());
        assert_eq!(limits.per_account, None);
        assert_eq!(limits.per_address, "1000/day".parse().ok());
        assert_eq!(limits.per_mailbox, "2/15m".parse().ok());
        for odd in ["'often'", "'0/min'", "'5/minute'", "'-5/min'"] {
            assert_eq!(
                fault(&format!("[throttling]\nper_pair = {odd}")),
                "countersign.toml, line 2: throttling.per_pair takes a number and a time, as in \"5/min\", \"20/hour\", \
                 \"10/15m\" or \"100/day\", or \"\" for no limit"
            );
        }
    }

    #[test]
    fn an_account_that_one_address_can_use_up_is_warned_of() {
        let warnings = |text: &str| {
            let config = read(&format!("[throttling]\n{text}"));
            config.warnings().iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let told = warnings("enabled = true\nper_pair = '5/min'");
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("throttling.per_account is no faster than per_pair"), "{told:?}");
        assert!(warnings("per_pair = '5/min'").is_empty(), "nobody is throttled");
        assert!(warnings("enabled = true").is_empty());
    }

    #[test]
    fn redis_has_a_url_that_is_not_shown() {
        for url in
            ["redis://localhost", "rediss://u:hunter2@redis.example.org:6380/1", "valkey://10.0.0.1:6379"]
        {
            let config = read_with("", [("COUNTERSIGN__THROTTLING__REDIS", url)]);
            assert!(config.throttling.redis.is_some(), "{url}");
            assert!(!format!("{config:?}").contains("hunter2"));
        }
        let url = "[throttling]\nredis = { env = 'URL' }";
        assert!(read_with(url, [("URL", "redis://localhost")]).throttling.redis.is_some());
        for odd in
            ["hunter2", "http://hunter2", "redis://", "rediss://hunter2/#insecure", "redis://hunter2/x"]
        {
            let told = fault(&format!("[throttling]\nredis = '{odd}'"));
            assert!(told.starts_with("countersign.toml, line 2: throttling.redis takes the URL"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }
}
